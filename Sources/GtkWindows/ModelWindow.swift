import GimpShell
import ModelLibrary
import ModelStore
import ResShift
import Wording

/// The model manager: a window that lists the models and installs, imports and removes them. What it says is `ModelList`'s.
final class ModelWindow {
  private let gimp: any Gimp
  private let list: ModelList
  /// Tells its windows from others.
  private let role: String
  private let window: Widget
  private let table = gtk_table_new(1, 5, 0)
  private let status = gtk_label_new("")
  private let bar = gtk_progress_bar_new()
  private let stopButton = gtk_button_new_with_mnemonic(ModelList.stopButton.text)
  private let importButton = gtk_button_new_with_mnemonic(ModelList.importButton.text)
  /// What the buttons do; GTK holds pointers to them as long as the window lives.
  private var listeners: [Listener] = []
  private var rows: [Widget] = []
  private var transfer: ModelTransfer?

  /// Shows the window until the user closes it.
  static func show(for procedure: Procedure, _ gimp: any Gimp) {
    prepareWindows()
    let store = ModelStore(ModelCatalogue(roots: gimp.modelFolders))
    ModelWindow(ModelList(store), role: procedure.name, gimp).run()
  }

  private init(_ list: ModelList, role: String, _ gimp: any Gimp) {
    (self.list, self.role, self.gimp) = (list, role, gimp)
    window = makeDialog(title: ModelList.title.text, role: role, buttons: [("_Close", GTK_RESPONSE_CLOSE)])
    gtk_window_set_resizable(cast(window), 1)
    gtk_window_set_default_size(cast(window), 760, 520)
    let area: UnsafeMutablePointer<GtkBox>? = cast(gtk_dialog_get_content_area(cast(window)))
    let scrolled = gtk_scrolled_window_new(nil, nil)
    gtk_scrolled_window_set_policy(cast(scrolled), GTK_POLICY_NEVER, GTK_POLICY_AUTOMATIC)
    gtk_container_set_border_width(cast(table), 12)
    gtk_table_set_row_spacings(cast(table), 6)
    gtk_table_set_col_spacings(cast(table), 12)
    gtk_scrolled_window_add_with_viewport(cast(scrolled), table)
    gtk_box_pack_start(area, scrolled, 1, 1, 0)

    let foot = gtk_hbox_new(0, 12)
    gtk_container_set_border_width(cast(foot), 12)
    gtk_misc_set_alignment(cast(status), 0, 0.5)
    gtk_label_set_ellipsize(cast(status), PANGO_ELLIPSIZE_MIDDLE)
    gtk_box_pack_start(cast(foot), status, 1, 1, 0)
    gtk_box_pack_start(cast(foot), bar, 0, 0, 0)
    gtk_box_pack_start(cast(foot), stopButton, 0, 0, 0)
    gtk_box_pack_start(cast(foot), importButton, 0, 0, 0)
    gtk_box_pack_start(area, foot, 0, 0, 0)
  }

  private func run() {
    connect(stopButton) { $0.transfer?.stop() }
    connect(importButton) { $0.importFiles() }
    connectSignal(window, "response", unsafeBitCast(hasResponded, to: GCallback.self), self)
    gtk_widget_show_all(gtk_dialog_get_content_area(cast(window)))
    gtk_widget_hide(bar)
    gtk_widget_hide(stopButton)
    fill()
    gimp_dialog_run(cast(window))
    gtk_widget_destroy(window)
  }

  /// Closing the window stops a download, which goes on from there another time, and an import.
  fileprivate func windowHasResponded() { transfer?.stop() }

  // MARK: The list

  private func fill() {
    for row in rows { gtk_widget_destroy(row) }
    rows = []
    var first: Widget = nil
    for (index, row) in list.rows.enumerated() {
      let place = guint(index)
      let (title, details) = (ModelList.escaped(row.title), ModelList.escaped(row.details))
      attach(label("<b>\(title)</b>\n<small>\(details)</small>"), place, 0, stretched: true)
      attach(label(ModelList.escaped(row.state.text)), place, 1)
      guard let action = row.action else { continue }
      let button = gtk_button_new_with_label(action.label.text)
      connect(button) { $0.perform(action) }
      attach(button, place, 2)
      first = first ?? button
    }
    if let first { gtk_widget_grab_focus(first) }
  }

  private func attach(_ widget: Widget, _ row: guint, _ column: guint, stretched: Bool = false) {
    let options = GtkAttachOptions(rawValue: stretched ? GTK_EXPAND.rawValue | GTK_FILL.rawValue : GTK_FILL.rawValue)
    gtk_table_attach(cast(table), widget, column, column + 1, row, row + 1, options, GTK_SHRINK, 0, 0)
    gtk_widget_show(widget)
    rows.append(widget)
  }

  private func label(_ markup: String) -> Widget {
    let label = gtk_label_new(nil)
    gtk_label_set_markup(cast(label), markup)
    gtk_misc_set_alignment(cast(label), 0, 0.5)
    return label
  }

  private func connect(_ button: Widget, _ body: @escaping (ModelWindow) -> Void) {
    let listener = Listener { [unowned self] in body(self) }
    listeners.append(listener)
    listener.connect(button, "clicked")
  }

  // MARK: What it does

  private func perform(_ action: ModelList.Action) {
    if let question = list.question(before: action), !asks(question) { return }
    switch action {
    case .install(let model):
      run(success: list.success(of: action), stopped: StoreError.stopped.message) { store in
        try store.acceptLicence(of: model)
        try transfer(ModelList.connecting) { try store.download(model, report: $0) }
      }
    case .remove(let model): run(success: list.success(of: action), stopped: "") { _ = try $0.remove(model) }
    }
  }

  /// Runs work on a thread of its own, with its progress and a button to stop it in the window.
  private func transfer(
    _ text: Message, _ work: @escaping @Sendable (_ report: (ModelStore.DownloadEvent) -> Bool) throws -> Void
  ) throws {
    let transfer = ModelTransfer(text)
    self.transfer = transfer
    defer { self.transfer = nil }
    gtk_widget_show(bar)
    gtk_widget_show(stopButton)
    defer {
      gtk_widget_hide(bar)
      gtk_widget_hide(stopButton)
    }
    try transfer.run(work) { share, text in
      gtk_label_set_text(cast(status), text.text)
      gtk_progress_bar_set_fraction(cast(bar), share)
      // The window lives on meanwhile.
      while gtk_events_pending() != 0 { gtk_main_iteration_do(0) }
    }
  }

  private func importFiles() {
    let dialog = makeDialog(
      title: ModelList.importTitle.text, role: role + "-import",
      buttons: [("_Cancel", GTK_RESPONSE_CANCEL), (ModelList.importAction, GTK_RESPONSE_OK)])
    let chooser = gtk_file_chooser_widget_new(GTK_FILE_CHOOSER_ACTION_OPEN)
    let files = chooser.map { OpaquePointer($0) }
    gtk_file_chooser_set_select_multiple(files, 1)
    gtk_box_pack_start(cast(gtk_dialog_get_content_area(cast(dialog))), chooser, 1, 1, 0)
    gtk_window_set_resizable(cast(dialog), 1)
    gtk_window_set_default_size(cast(dialog), 700, 480)
    gtk_widget_show(chooser)
    defer { gtk_widget_destroy(dialog) }
    guard gimp_dialog_run(cast(dialog)) == GTK_RESPONSE_OK.rawValue else { return }
    var paths: [String] = []
    let list = gtk_file_chooser_get_filenames(files)
    var item = list
    while let entry = item {
      if let name = entry.pointee.data { paths.append(String(cString: name.assumingMemoryBound(to: CChar.self))) }
      item = entry.pointee.next
    }
    g_slist_free_full(list, g_free)
    guard !paths.isEmpty else { return }
    run(success: ModelList.imported, stopped: ModelList.importStopped) { [paths] store in
      try transfer(ModelList.looking) { _ = try store.importModel(paths, ModelList.importOptions, report: $0) }
    }
  }

  /// Runs one action with the list out of reach, shows what came of it, and the list as it is then.
  private func run(success: Message, stopped: Message, _ action: (ModelStore) throws -> Void) {
    gtk_widget_set_sensitive(table, 0)
    gtk_widget_set_sensitive(importButton, 0)
    do {
      try action(list.store)
      gtk_label_set_text(cast(status), success.text)
    } catch StoreError.stopped {
      gtk_label_set_text(cast(status), stopped.text)
    } catch {
      gtk_label_set_text(cast(status), "")
      gimp.tell(ShellError(error).message)
    }
    gtk_widget_set_sensitive(table, 1)
    gtk_widget_set_sensitive(importButton, 1)
    fill()
  }

  /// Whether the user says yes, rather than Cancel.
  private func asks(_ question: ModelList.Question) -> Bool {
    let dialog = makeDialog(
      title: question.title.text, role: role + "-question",
      buttons: [("_Cancel", GTK_RESPONSE_CANCEL), (question.yes, GTK_RESPONSE_OK)])
    defer { gtk_widget_destroy(dialog) }
    let text = label(question.markup.text)
    gtk_misc_set_padding(cast(text), 12, 12)
    gtk_box_pack_start(cast(gtk_dialog_get_content_area(cast(dialog))), text, 1, 1, 0)
    gtk_widget_show(text)
    gtk_dialog_set_default_response(cast(dialog), GTK_RESPONSE_OK.rawValue)
    gtk_widget_grab_focus(gtk_dialog_get_widget_for_response(cast(dialog), GTK_RESPONSE_OK.rawValue))
    return gimp_dialog_run(cast(dialog)) == GTK_RESPONSE_OK.rawValue
  }
}

private let hasResponded: @convention(c) (UnsafeMutableRawPointer?, gint, UnsafeMutableRawPointer?) -> Void = {
  _, _, manager in
  if let manager { Unmanaged<ModelWindow>.fromOpaque(manager).takeUnretainedValue().windowHasResponded() }
}
