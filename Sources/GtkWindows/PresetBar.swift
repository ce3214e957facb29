import GimpShell
import Wording

/// Settings that have names, above the options of a form: a list to call them up from, a button to keep those that are chosen, and
/// one to forget those that were called up.
final class PresetBar {
  static let label: Message = "Presets:"

  private let box = ChoiceBox()
  private let saveButton: Widget
  private let deleteButton: Widget
  private let role: String
  private var names: [String] = []
  /// Of the widgets; GTK holds pointers to them as long as the window lives.
  private var listeners: [Listener] = []
  private var isFilling = false

  // What users do.
  var calledUp: (_ name: String) -> Void = { _ in }
  var saved: (_ name: String) -> Void = { _ in }
  var deleted: (_ name: String) -> Void = { _ in }

  private static let tip: Message = "Settings that you have kept. Choose a name to have all options as they were."
  private static let saveLabel: Message = "Save..."
  private static let saveTip: Message = "Keeps the options as they are now under a name."
  private static let deleteLabel: Message = "Delete"
  private static let deleteTip: Message = "Forgets the settings whose name is chosen."
  private static let dialogTitle: Message = "ResShift: Save settings"
  private static let nameLabel: Message = "_Name:"
  private static let saveAction: Message = "_Save"
  private static let note: Message = "If other settings have this name, these take their place."

  /// `role` tells the dialog's windows from others.
  init(role: String) {
    self.role = role
    saveButton = box.addButton(Self.saveLabel.text)
    deleteButton = box.addButton(Self.deleteLabel.text)
    gtk_widget_set_tooltip_text(box.list, Self.tip.text)
    gtk_widget_set_tooltip_text(saveButton, Self.saveTip.text)
    gtk_widget_set_tooltip_text(deleteButton, Self.deleteTip.text)
    listen(box.list, "changed") { bar in
      if let name = bar.chosenName, !bar.isFilling { bar.calledUp(name) }
    }
    listen(saveButton, "clicked") { bar in
      if let name = bar.askName() { bar.saved(name) }
    }
    listen(deleteButton, "clicked") { bar in
      if let name = bar.chosenName { bar.deleted(name) }
    }
  }

  var widget: Widget { box.widget }

  private var chosenName: String? { names.indices.contains(box.chosen) ? names[box.chosen] : nil }

  /// Shows what there is, and which of it the options are; nil = none.
  func show(_ names: [String], chosen: String?) {
    isFilling = true
    defer { isFilling = false }
    // Not within the signal of a name that is being chosen.
    if names != self.names { box.fill(names.map { Form.Option(label: Message(verbatim: $0), isPossible: true) }) }
    self.names = names
    let index = chosen.flatMap(names.firstIndex) ?? -1
    if box.chosen != index { box.choose(index) }
    gtk_widget_set_sensitive(box.list, names.isEmpty ? 0 : 1)
    gtk_widget_set_sensitive(deleteButton, chosen == nil ? 0 : 1)
  }

  private func listen(_ widget: Widget, _ signal: String, _ body: @escaping (PresetBar) -> Void) {
    let listener = Listener { [unowned self] in body(self) }
    listeners.append(listener)
    listener.connect(widget, signal)
  }

  /// Under which name the user wants to keep the options; nil = not at all.
  private func askName() -> String? {
    let dialog = makeDialog(
      title: Self.dialogTitle.text, role: role + "-preset",
      buttons: [("_Cancel", GTK_RESPONSE_CANCEL), (Self.saveAction, GTK_RESPONSE_OK)])
    defer { gtk_widget_destroy(dialog) }
    gtk_window_set_transient_for(cast(dialog), cast(gtk_widget_get_toplevel(widget)))
    let (grid, entry, note) = (makeGrid(), gtk_entry_new(), makeNote())
    gtk_entry_set_text(cast(entry), chosenName ?? "")
    gtk_entry_set_activates_default(cast(entry), 1)
    attach(entry, to: grid, row: 0, label: Self.nameLabel.text)
    attach(note, toWholeRow: 1, of: grid)
    gtk_widget_show_all(grid)
    setLines([Self.note], of: note)
    gtk_box_pack_start(cast(gtk_dialog_get_content_area(cast(dialog))), grid, 1, 1, 0)
    func name() -> String? { gtk_entry_get_text(cast(entry)).flatMap { Presets.name(String(cString: $0)) } }
    func look() {
      gtk_dialog_set_response_sensitive(cast(dialog), GTK_RESPONSE_OK.rawValue, name() == nil ? 0 : 1)
    }
    let listener = Listener(look)
    listener.connect(entry, "changed")
    look()
    gtk_widget_grab_focus(entry)
    return withExtendedLifetime(listener) {
      gimp_dialog_run(cast(dialog)) == GTK_RESPONSE_OK.rawValue ? name() : nil
    }
  }
}
