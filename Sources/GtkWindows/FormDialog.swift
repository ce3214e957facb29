import GimpShell
import Wording

/// A form as a dialog of GTK's, in the window that this version of GIMP has for a procedure.
final class FormDialog {
  private var form: Form
  private let window: FormWindow
  private let grid: Widget
  private let rows: [Row]
  /// What the widgets show.
  private var shown: [Form.Control] = []
  /// Of the widgets; GTK holds pointers to them as long as the window lives.
  private var listeners: [Listener] = []
  /// Whether the widgets are being changed by the program rather than the user.
  private var isFilling = false

  private enum Row {
    case choice(ChoiceBox)
    case seed(SeedField)
    case number(NumberField)

    var widget: Widget {
      switch self {
      case .choice(let box): box.widget
      case .seed(let field): field.widget
      case .number(let field): field.widget
      }
    }
  }

  /// Shows the dialog and waits for the user; nil when it is closed otherwise than by its button.
  static func ask(_ form: Form, in window: FormWindow) -> Form? {
    let dialog = FormDialog(form, window)
    // Widgets may still tell of changes while they are closed.
    return withExtendedLifetime(dialog) {
      defer { window.close() }
      return window.run() ? dialog.form : nil
    }
  }

  private init(_ form: Form, _ window: FormWindow) {
    (self.form, self.window) = (form, window)
    grid = makeGrid()
    rows = form.rows.map { row in
      switch row.control {
      case .choice: .choice(ChoiceBox())
      case .seed: .seed(SeedField())
      case .number(_, let range): .number(NumberField(range))
      }
    }
    gtk_box_pack_start(cast(window.content), grid, 1, 1, 0)
    for (index, row) in form.rows.enumerated() {
      attach(rows[index].widget, to: grid, row: gint(index), label: row.label.text)
      gtk_widget_set_tooltip_text(rows[index].widget, row.tip?.text)
    }
    if let note = form.note { attach(gtk_label_new(note.text), toWholeRow: gint(rows.count), of: grid) }
    fill()
    connect()
    gtk_widget_show_all(grid)
  }

  private func connect() {
    for (index, row) in rows.enumerated() {
      let listener = Listener { [unowned self] in readRow(index) }
      listeners.append(listener)
      switch row {
      case .choice(let box): listener.connect(box.widget, "changed")
      case .seed(let field):
        listener.connect(field.number.widget, "value-changed")
        listener.connect(field.random, "toggled")
      case .number(let field): listener.connect(field.widget, "value-changed")
      }
    }
    window.settingsChanged = { [unowned self] settings in
      guard !isFilling else { return }
      form.adopt(settings)
      fill()
    }
  }

  /// Shows what the form says where that has changed, here and in GIMP's own settings of the window.
  private func fill() {
    isFilling = true
    defer { isFilling = false }
    let controls = form.rows.map(\.control)
    for (index, control) in controls.enumerated() {
      let before = shown.indices.contains(index) ? shown[index] : nil
      guard control != before else { continue }
      switch (rows[index], control) {
      case (.choice(let box), .choice(let options, let chosen)):
        // Not within the signal of an option that is being chosen.
        if before?.has(options) != true { box.fill(options) }
        if box.chosen != chosen { box.choose(chosen) }
      case (.seed(let field), .seed(let seed)): field.show(seed)
      case (.number(let field), .number(let number, _)): field.show(number)
      default: break
      }
    }
    shown = controls
    window.keep(form.settings)
  }

  /// The user changed the widgets of a row.
  private func readRow(_ index: Int) {
    guard !isFilling else { return }
    switch rows[index] {
    case .choice(let box): form.choose(box.chosen, inRow: index)
    case .seed(let field): form.choose(seed: field.seed)
    case .number(let field): form.choose(number: field.number, inRow: index)
    }
    fill()
  }
}

extension Form.Control {
  /// Whether it is a choice of these.
  fileprivate func has(_ options: [Form.Option]) -> Bool {
    if case .choice(options, _) = self { true } else { false }
  }
}

/// Is told of a signal; a class, so that a C pointer can carry it.
final class Listener {
  private let body: () -> Void

  init(_ body: @escaping () -> Void) { self.body = body }

  /// The caller keeps this alive as long as the widget lives.
  func connect(_ widget: Widget, _ signal: String) {
    connectSignal(widget, signal, unsafeBitCast(wasSignalled, to: GCallback.self), self)
  }

  func perform() { body() }
}

private let wasSignalled: @convention(c) (UnsafeMutableRawPointer?, UnsafeMutableRawPointer?) -> Void = { _, listener in
  if let listener { Unmanaged<Listener>.fromOpaque(listener).takeUnretainedValue().perform() }
}
