import GimpShell
import Wording

/// A form as a dialog of GTK's: a combo box for each choice, GIMP's own widget for seeds.
final class FormDialog {
  private var form: Form
  private let window: Widget
  private let grid: Widget
  /// One for each row of the form.
  private var widgets: [Widget] = []
  /// What the widgets of choices offer now.
  private var shown: [Form.Control] = []
  /// Of the combo boxes; GTK holds pointers to them as long as the window lives.
  private var listeners: [Listener] = []
  /// GIMP's widget writes here as long as the window lives.
  private let seed = UnsafeMutablePointer<guint32>.allocate(capacity: 1)
  private let isRandom = UnsafeMutablePointer<gboolean>.allocate(capacity: 1)
  /// Whether the widgets are being changed by the program rather than the user.
  private var isFilling = false

  /// Shows the dialog and waits for the user; nil when it is closed otherwise than by its button.
  static func ask(_ form: Form) -> Form? {
    prepareWindows()
    let dialog = FormDialog(form)
    defer { gtk_widget_destroy(dialog.window) }
    return dialog.run() ? dialog.filled : nil
  }

  private init(_ form: Form) {
    self.form = form
    window = makeDialog(
      title: form.title.text, role: form.role,
      buttons: [("_Cancel", GTK_RESPONSE_CANCEL), (form.action.text, GTK_RESPONSE_OK)])
    grid = makeGrid()
    seed.initialize(to: 0)
    isRandom.initialize(to: 1)
    gtk_box_pack_start(cast(gtk_dialog_get_content_area(cast(window))), grid, 1, 1, 0)
    for row in form.rows {
      let widget = makeWidget(row.control)
      attach(widget, to: grid, row: gint(widgets.count), label: row.label.text)
      widgets.append(widget)
      shown.append(.choice([], chosen: 0))
    }
    if let note = form.note {
      attach(gtk_label_new(note.text), toWholeRow: gint(widgets.count), of: grid)
    }
    fill()
    gtk_widget_show_all(grid)
  }

  deinit {
    seed.deallocate()
    isRandom.deallocate()
  }

  private func makeWidget(_ control: Form.Control) -> Widget {
    switch control {
    case .choice:
      let box = gtk_combo_box_text_new()
      let listener = Listener(self, row: widgets.count)
      listeners.append(listener)
      connectSignal(box, "changed", unsafeBitCast(choiceChanged, to: GCallback.self), listener)
      return box
    case .seed(let value):
      seed.pointee = guint32(truncatingIfNeeded: value ?? 0)
      isRandom.pointee = value == nil ? 1 : 0
      return gimp_random_seed_new(seed, isRandom)
    }
  }

  /// Shows what the form says where that has changed.
  private func fill() {
    isFilling = true
    defer { isFilling = false }
    for (index, row) in form.rows.enumerated() {
      guard case .choice(let options, let chosen) = row.control, row.control != shown[index] else { continue }
      let list = gtk_combo_box_get_model(cast(widgets[index])).map { UnsafeMutablePointer<GtkListStore>($0) }
      gtk_list_store_clear(list)
      for option in options { gtk_combo_box_text_append_text(cast(widgets[index]), option.text) }
      gtk_combo_box_set_active(cast(widgets[index]), gint(chosen))
      shown[index] = row.control
    }
  }

  fileprivate func choose(inRow row: Int) {
    guard !isFilling else { return }
    let chosen = Int(gtk_combo_box_get_active(cast(widgets[row])))
    guard chosen >= 0 else { return }
    form.choose(chosen, inRow: row)
    // What this widget shows is what was chosen.
    shown[row] = form.rows[row].control
    fill()
  }

  /// Return confirms, as in GIMP's own dialogs: the button has the focus.
  private func run() -> Bool {
    gtk_widget_grab_focus(gtk_dialog_get_widget_for_response(cast(window), GTK_RESPONSE_OK.rawValue))
    return gimp_dialog_run(cast(window)) == GTK_RESPONSE_OK.rawValue
  }

  private var filled: Form {
    var form = form
    form.choose(seed: isRandom.pointee != 0 ? nil : UInt64(seed.pointee))
    return form
  }
}

/// Tells the dialog which combo box has changed; a class, so that a C pointer can carry it.
private final class Listener {
  private unowned let dialog: FormDialog
  private let row: Int

  init(_ dialog: FormDialog, row: Int) { (self.dialog, self.row) = (dialog, row) }

  func choose() { dialog.choose(inRow: row) }
}

private let choiceChanged: @convention(c) (UnsafeMutableRawPointer?, UnsafeMutableRawPointer?) -> Void = {
  _, listener in
  if let listener { Unmanaged<Listener>.fromOpaque(listener).takeUnretainedValue().choose() }
}
