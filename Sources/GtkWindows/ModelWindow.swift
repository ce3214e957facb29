import Diagnosis
import GimpShell
import ModelLibrary
import ModelStore
import ResShift
import Wording

/// The model manager: a window that lists the models and installs, imports and removes them. What it says is `ModelList`'s.
final class ModelWindow {
  private let gimp: any Gimp
  private var list: ModelList
  /// Tells its windows from others.
  private let role: String
  private let window: Widget
  private let table = gtk_table_new(1, 3, 0)
  private let status = makeNote()
  private let bar = gtk_progress_bar_new()
  private let stopButton = gtk_button_new_with_mnemonic(ModelList.stopButton.text)
  private let importButton = gtk_button_new_with_mnemonic(ModelList.importButton.text)
  /// What the buttons do; GTK holds pointers to them as long as the window lives.
  private var listeners: [Listener] = []
  private var rows: [Widget] = []
  private var work: ModelWork?
  private let checkButton = gtk_button_new_with_mnemonic(InstallationCheck.buttonLabel.text)
  private let reportButton = gtk_button_new_with_mnemonic(InstallationCheck.reportLabel.text)

  /// Shows the window until the user closes it, above another one if a widget of that is given, the models of a task first.
  static func show(above widget: Widget, first: ModelTask? = nil, _ gimp: any Gimp) {
    prepareWindows()
    let store = ModelStore(ModelCatalogue(roots: gimp.modelFolders))
    let list = ModelList(store, gimp.rates, threads: gimp.threads, first: first)
    ModelWindow(list, role: Procedure.models.name, gimp).run(above: widget)
  }

  private init(_ list: ModelList, role: String, _ gimp: any Gimp) {
    (self.list, self.role, self.gimp) = (list, role, gimp)
    window = makeDialog(
      title: ModelList.title.text, role: role, help: role, buttons: [("_Close", GTK_RESPONSE_CLOSE)])
    // Return belongs to the button that has the focus: it must not close the window instead.
    gtk_dialog_set_default_response(cast(window), GTK_RESPONSE_NONE.rawValue)
    gtk_window_set_resizable(cast(window), 1)
    gtk_window_set_default_size(cast(window), 880, 600)
    let area: UnsafeMutablePointer<GtkBox>? = cast(gtk_dialog_get_content_area(cast(window)))
    let scrolled = gtk_scrolled_window_new(nil, nil)
    gtk_scrolled_window_set_policy(cast(scrolled), GTK_POLICY_NEVER, GTK_POLICY_AUTOMATIC)
    gtk_container_set_border_width(cast(table), 12)
    gtk_table_set_row_spacings(cast(table), 6)
    gtk_table_set_col_spacings(cast(table), 12)
    gtk_scrolled_window_add_with_viewport(cast(scrolled), table)
    gtk_box_pack_start(area, scrolled, 1, 1, 0)

    let foot = gtk_vbox_new(0, 6)
    gtk_container_set_border_width(cast(foot), 12)
    gtk_label_set_selectable(cast(status), 1)
    gtk_widget_set_can_focus(status, 0)
    gtk_label_set_max_width_chars(cast(status), 100)
    gtk_widget_set_size_request(status, 700, -1)
    gtk_box_pack_start(cast(foot), status, 0, 0, 0)
    let buttons = gtk_hbox_new(0, 12)
    gtk_box_pack_start(cast(buttons), bar, 1, 1, 0)
    gtk_box_pack_start(cast(buttons), stopButton, 0, 0, 0)
    for button in [importButton, reportButton, checkButton] { gtk_box_pack_end(cast(buttons), button, 0, 0, 0) }
    gtk_box_pack_start(cast(foot), buttons, 0, 0, 0)
    gtk_box_pack_start(area, foot, 0, 0, 0)
  }

  private func run(above widget: Widget) {
    if let widget { gtk_window_set_transient_for(cast(window), cast(gtk_widget_get_toplevel(widget))) }
    connect(stopButton) { $0.work?.stop() }
    connect(importButton) { $0.importFiles() }
    connect(checkButton) { $0.check() }
    connect(reportButton) { $0.copyReport() }
    connectSignal(window, "response", unsafeBitCast(hasResponded, to: GCallback.self), self)
    gtk_widget_show_all(gtk_dialog_get_content_area(cast(window)))
    gtk_widget_hide(bar)
    gtk_widget_hide(stopButton)
    say(ModelList.about)
    fill(focusing: nil)
    gimp_dialog_run(cast(window))
    gtk_widget_destroy(window)
  }

  private func say(_ text: Message) { setLines([text], of: status) }

  /// Closing the window stops a download, which goes on from there another time, and an import.
  fileprivate func windowHasResponded() { work?.stop() }

  // MARK: The list

  /// `name` is the model whose button gets the focus; without one it is the first.
  private func fill(focusing name: String?) {
    for row in rows { gtk_widget_destroy(row) }
    rows = []
    var (place, focused): (guint, Widget) = (0, nil)
    for group in list.groups {
      attach(label("<big><b>\(ModelList.escaped(group.title.text))</b></big>"), place, 0)
      place += 1
      for row in group.rows {
        attach(label(row.markup, isWhole: false), place, 0, stretched: true)
        attach(label(ModelList.escaped(row.state.text)), place, 1)
        if let action = row.action {
          let button = gtk_button_new_with_label(action.label.text)
          connect(button) { $0.perform(action, named: row.name) }
          attach(button, place, 2)
          if focused == nil || row.name == name { focused = button }
        }
        place += 1
      }
    }
    if let focused { gtk_widget_grab_focus(focused) }
  }

  private func attach(_ widget: Widget, _ row: guint, _ column: guint, stretched: Bool = false) {
    let options = GtkAttachOptions(rawValue: stretched ? GTK_EXPAND.rawValue | GTK_FILL.rawValue : GTK_FILL.rawValue)
    gtk_table_attach(cast(table), widget, column, column + 1, row, row + 1, options, GTK_SHRINK, 0, 0)
    gtk_widget_show(widget)
    rows.append(widget)
  }

  /// What need not be whole ends with dots if it is too long for the window; its tooltip has all of it.
  private func label(_ markup: String, isWhole: Bool = true) -> Widget {
    let label = gtk_label_new(nil)
    gtk_label_set_markup(cast(label), markup)
    if !isWhole {
      gtk_label_set_ellipsize(cast(label), PANGO_ELLIPSIZE_END)
      gtk_widget_set_tooltip_markup(label, markup)
    }
    gtk_misc_set_alignment(cast(label), 0, 0.5)
    return label
  }

  private func connect(_ button: Widget, _ body: @escaping (ModelWindow) -> Void) {
    let listener = Listener { [unowned self] in body(self) }
    listeners.append(listener)
    listener.connect(button, "clicked")
  }

  // MARK: What it does

  private func perform(_ action: ModelList.Action, named name: String) {
    if let question = list.question(before: action), !asks(question) { return }
    switch action {
    case .install(let model):
      run(success: list.success(of: action), stopped: ModelList.downloadStopped, focusing: name) { store in
        try store.acceptLicence(of: model)
        try perform(ModelList.connecting) { try store.download(model, report: $0.report) }
      }
    case .remove(let model):
      run(success: list.success(of: action), stopped: "", focusing: name) { _ = try $0.remove(model) }
    case .discard(let entry):
      run(success: list.success(of: action), stopped: "", focusing: name) { try $0.discard(entry) }
    }
  }

  /// Runs work on a thread of its own, with its progress and a button to stop it in the window.
  private func perform<R: Sendable>(
    _ text: Message, _ body: @escaping @Sendable (ModelWork) throws -> R
  ) throws -> R {
    let work = ModelWork(text)
    self.work = work
    defer { self.work = nil }
    gtk_widget_show(bar)
    gtk_widget_show(stopButton)
    defer {
      gtk_widget_hide(bar)
      gtk_widget_hide(stopButton)
    }
    return try work.run(body) { share, text in
      say(text)
      gtk_progress_bar_set_fraction(cast(bar), share)
      // The window lives on meanwhile.
      while gtk_events_pending() != 0 { gtk_main_iteration_do(0) }
    }
  }

  private func check() {
    let threads = gimp.threads
    run(success: nil, stopped: InstallationCheck.stopped, focusing: nil) { store in
      list.trials = try perform(InstallationCheck.beginning) { try InstallationCheck.run(store, threads: threads, $0) }
      say(InstallationCheck.summary(list.trials))
    }
  }

  /// GTK has the text of the clipboard as long as this process lives.
  private func copyReport() {
    let report = InstallationReport(
      host: gimp.version, threads: gimp.threads, catalogue: list.store.catalogue, trials: list.trials,
      lastError: gimp.lastFailure)
    let clipboard = gtk_clipboard_get(gdk_atom_intern("CLIPBOARD", 0))
    gtk_clipboard_set_text(clipboard, report.text, -1)
    gtk_clipboard_store(clipboard)
    say(InstallationCheck.reportCopied)
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
    guard !paths.isEmpty else { return say(ModelList.nothingChosen) }
    run(success: ModelList.imported, stopped: ModelList.importStopped, focusing: nil) { [paths] store in
      _ = try perform(ModelList.looking) {
        try store.importModel(paths, ModelList.importOptions, report: $0.report).folder
      }
    }
  }

  /// Runs one action with the list out of reach, shows what came of it, and the list as it is then.
  private func run(
    success: Message?, stopped: Message, focusing name: String?, _ action: (ModelStore) throws -> Void
  ) {
    let others = [table, importButton, checkButton, reportButton]
    for widget in others { gtk_widget_set_sensitive(widget, 0) }
    do {
      try action(list.store)
      if let success { say(success) }
    } catch StoreError.stopped {
      say(stopped)
    } catch {
      say(list.explanation(of: error))
    }
    for widget in others { gtk_widget_set_sensitive(widget, 1) }
    fill(focusing: name)
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

extension ModelList.Row {
  /// Title, purpose, and the rest in small letters.
  fileprivate var markup: String {
    let (title, purpose, details) = (
      ModelList.escaped(title.text), ModelList.escaped(purpose.text), ModelList.escaped(details.text)
    )
    let text = "<b>\(title)</b>\n\(purpose)\n<small>\(details)</small>"
    return trial.map { "\(text)\n<i>\(ModelList.escaped($0.text))</i>" } ?? text
  }
}

private let hasResponded: @convention(c) (UnsafeMutableRawPointer?, gint, UnsafeMutableRawPointer?) -> Void = {
  _, _, manager in
  if let manager { Unmanaged<ModelWindow>.fromOpaque(manager).takeUnretainedValue().windowHasResponded() }
}
