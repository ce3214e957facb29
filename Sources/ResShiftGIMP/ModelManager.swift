import CGimp
import Glibc
import ModelLibrary
import ModelStore
import ResShift

/// The model manager: a window that lists the models and installs, imports and removes them.
final class ModelManager {
  static let procedure = "plug-in-resshift-models"

  private let store: ModelStore
  private let window: Widget
  private let table = gtk_table_new(1, 5, 0)
  private let status = gtk_label_new("")
  private let bar = gtk_progress_bar_new()
  private let stopButton = gtk_button_new_with_mnemonic("_Stop")
  private let importButton = gtk_button_new_with_mnemonic("_Import files...")
  /// What the buttons do; GTK holds pointers to them as long as the window lives.
  private var actions: [Action] = []
  private var rows: [Widget] = []
  private var transfer: ModelTransfer?

  /// Tells GIMP about the procedure and its place in the menu.
  static func register() {
    let runMode = UnsafeMutablePointer<GimpParamDef>.allocate(capacity: 1)
    runMode.pointee = GimpParamDef(
      type: GIMP_PDB_INT32, name: g_strdup("run-mode"), description: g_strdup("{ RUN-INTERACTIVE (0) }"))
    gimp_install_procedure(
      procedure, "Install, import and remove models of ResShift",
      "Opens a window. From scripts and batch calls use the command: resshift models.", "The ResShift for GIMP authors",
      "GPL-3.0-or-later", "2026", "_Models...", nil, GIMP_PLUGIN, 1, 0, runMode, nil)
    gimp_plugin_menu_register(procedure, "<Image>/Filters/Enhance/ResShift")
  }

  /// Shows the window until the user closes it. Throws `PlugInError.calling` for a call that is not interactive.
  static func show(_ parameters: UnsafeBufferPointer<GimpParam>) throws {
    guard let mode = parameters.first?.data.d_int32, mode == gint32(GIMP_RUN_INTERACTIVE.rawValue) else {
      throw PlugInError.calling("The model manager is a window: from scripts use the command “resshift models”.")
    }
    gimp_ui_init("resshift", 0)
    let manager = ModelManager(ModelStore(ModelCatalogue(roots: Procedure.modelFolders)))
    manager.run()
  }

  private init(_ store: ModelStore) {
    self.store = store
    window = makeDialog(title: "ResShift: Models", role: Self.procedure, buttons: [("_Close", GTK_RESPONSE_CLOSE)])
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
    g_signal_connect_data(
      window, "response", unsafeBitCast(hasResponded, to: GCallback.self), Unmanaged.passUnretained(self).toOpaque(),
      nil,
      GConnectFlags(rawValue: 0))
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
    for (index, entry) in store.catalogue.entries.enumerated() {
      let row = guint(index)
      attach(label("<b>\(markup(entry.title))</b>\n<small>\(markup(entry.details))</small>"), row, 0, stretched: true)
      attach(label(markup(entry.state)), row, 1)
      guard let button = button(for: entry) else { continue }
      attach(button, row, 2)
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

  /// What can be done with a model; nil for one that is built in or broken.
  private func button(for entry: ModelCatalogue.Entry) -> Widget? {
    guard let model = entry.descriptor else { return nil }
    if !entry.isInstalled {
      guard model.files.unet.source != nil else { return nil }
      let button = gtk_button_new_with_label("Install...")
      connect(button) { $0.install(model) }
      return button
    }
    guard store.canRemove(model) else { return nil }
    let button = gtk_button_new_with_label("Remove")
    connect(button) { $0.remove(model) }
    return button
  }

  private func connect(_ button: Widget, _ body: @escaping (ModelManager) -> Void) {
    let action = Action(self, body)
    actions.append(action)
    g_signal_connect_data(
      button, "clicked", unsafeBitCast(wasClicked, to: GCallback.self), Unmanaged.passUnretained(action).toOpaque(),
      nil,
      GConnectFlags(rawValue: 0))
  }

  // MARK: What it does

  private func install(_ model: ModelDescriptor) {
    guard store.isLicenceAccepted(model) || agrees(to: model) else { return }
    perform("\(model.title) is installed.", stopped: StoreError.stopped.message.text) { store in
      try store.acceptLicence(of: model)
      try transfer("Connecting ...") { try store.download(model, report: $0) }
    }
  }

  /// Runs work on a thread of its own, with its progress and a button to stop it in the window.
  private func transfer(
    _ text: String, _ work: @escaping @Sendable (_ report: (ModelStore.DownloadEvent) -> Bool) throws -> Void
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
      gtk_label_set_text(cast(status), text)
      gtk_progress_bar_set_fraction(cast(bar), share)
    }
  }

  private func agrees(to model: ModelDescriptor) -> Bool {
    let place = model.licence.address.map { "\n\n<a href=\"\(markup($0))\">\(markup($0))</a>" } ?? ""
    let size = Size.text(4 * model.parameterCount)
    return asks(
      "ResShift: Licence", "_Agree and install",
      "<b>\(markup(model.title))</b> is under the \(markup(model.licence.name)).\(place)\n\nAbout \(size) will be downloaded."
    )
  }

  private func remove(_ model: ModelDescriptor) {
    guard asks("ResShift: Remove", "_Remove", "Remove the files of <b>\(markup(model.title))</b>?") else { return }
    perform("\(model.title) is removed.", stopped: "") { _ = try $0.remove(model) }
  }

  private func importFiles() {
    let dialog = makeDialog(
      title: "ResShift: Import", role: Self.procedure + "-import",
      buttons: [("_Cancel", GTK_RESPONSE_CANCEL), ("_Import", GTK_RESPONSE_OK)])
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
    var options = ModelStore.ImportOptions()
    // A network of the user's own is called as its file is.
    options.ownName = true
    perform("The files are installed.", stopped: "Stopped; nothing was installed.") { [paths, options] store in
      try transfer("Looking at the files ...") { _ = try store.importModel(paths, options, report: $0) }
    }
  }

  /// Runs one action with the list out of reach, shows what came of it, and the list as it is then.
  private func perform(_ success: String, stopped: String, _ action: (ModelStore) throws -> Void) {
    gtk_widget_set_sensitive(table, 0)
    gtk_widget_set_sensitive(importButton, 0)
    do {
      try action(store)
      gtk_label_set_text(cast(status), success)
    } catch StoreError.stopped {
      gtk_label_set_text(cast(status), stopped)
    } catch {
      gtk_label_set_text(cast(status), "")
      gimp_message(PlugInError(error).text)
    }
    gtk_widget_set_sensitive(table, 1)
    gtk_widget_set_sensitive(importButton, 1)
    fill()
  }

  /// A question with the answers Cancel and `yes`.
  private func asks(_ title: String, _ yes: String, _ text: String) -> Bool {
    let dialog = makeDialog(
      title: title, role: Self.procedure + "-question",
      buttons: [("_Cancel", GTK_RESPONSE_CANCEL), (yes, GTK_RESPONSE_OK)])
    defer { gtk_widget_destroy(dialog) }
    let question = label(text)
    gtk_misc_set_padding(cast(question), 12, 12)
    gtk_box_pack_start(cast(gtk_dialog_get_content_area(cast(dialog))), question, 1, 1, 0)
    gtk_widget_show(question)
    gtk_dialog_set_default_response(cast(dialog), GTK_RESPONSE_OK.rawValue)
    gtk_widget_grab_focus(gtk_dialog_get_widget_for_response(cast(dialog), GTK_RESPONSE_OK.rawValue))
    return gimp_dialog_run(cast(dialog)) == GTK_RESPONSE_OK.rawValue
  }
}

extension ModelCatalogue.Entry {
  fileprivate var details: String {
    guard let descriptor else { return problem ?? name }
    return "\(name): \(descriptor.task.rawValue), \(descriptor.diffusion.steps) steps; \(licence)"
  }

  fileprivate var state: String {
    guard let descriptor else { return "broken" }
    return isInstalled ? "installed" : "about \(Size.text(4 * descriptor.parameterCount))"
  }
}

/// What a button does; a class, so that a C pointer can carry it.
private final class Action {
  private unowned let manager: ModelManager
  private let body: (ModelManager) -> Void

  init(_ manager: ModelManager, _ body: @escaping (ModelManager) -> Void) {
    self.manager = manager
    self.body = body
  }

  func perform() { body(manager) }
}

private let wasClicked: @convention(c) (UnsafeMutableRawPointer?, UnsafeMutableRawPointer?) -> Void = { _, action in
  if let action { Unmanaged<Action>.fromOpaque(action).takeUnretainedValue().perform() }
}

private let hasResponded: @convention(c) (UnsafeMutableRawPointer?, gint, UnsafeMutableRawPointer?) -> Void = {
  _, _, manager in
  if let manager { Unmanaged<ModelManager>.fromOpaque(manager).takeUnretainedValue().windowHasResponded() }
}

/// Text that may stand between tags.
private func markup(_ text: String) -> String {
  guard let escaped = g_markup_escape_text(text, -1) else { return "" }
  defer { g_free(escaped) }
  return String(cString: escaped)
}
