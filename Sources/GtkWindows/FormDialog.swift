import GimpShell
import Wording

/// A form as a dialog of GTK's, in the window that this version of GIMP has for a procedure.
final class FormDialog {
  private var form: Form
  private let window: FormWindow
  private let grid: Widget
  private let rows: [Row]
  /// Below the rows: what is to be said of the choice there.
  private let details: [Widget]
  /// What they stand in, with the button for more models where there is one.
  private let areas: [Widget]
  private let notes = makeNote()
  /// Says what the settings come to.
  private let prospect = makeNote()
  /// Looks at it again: users select something else while the dialog is open.
  private var timer: guint = 0
  private var shownProspect: Prospect?
  private let pane: PreviewPane?
  private let presets: PresetBar
  /// What the widgets show.
  private var shown: [Form.Row] = []
  /// Of the widgets; GTK holds pointers to them as long as the window lives.
  private var listeners: [Listener] = []
  /// Whether the widgets are being changed by the program rather than the user.
  private var isFilling = false

  private enum Row {
    case choice(ChoiceBox)
    case seed(SeedField)
    case number(NumberField)
    case folder(FolderField)

    var widget: Widget {
      switch self {
      case .choice(let box): box.widget
      case .seed(let field): field.widget
      case .number(let field): field.widget
      case .folder(let field): field.widget
      }
    }
  }

  private static let moreModels: Message = "_Get more models..."

  /// Shows the dialog and waits for the user; nil when it is closed otherwise than by its button.
  static func ask(_ form: Form, in window: FormWindow, _ gimp: any Gimp) -> Form? {
    let dialog = FormDialog(form, window)
    dialog.offerModels(gimp)
    // Widgets may still tell of changes while they are closed.
    return withExtendedLifetime(dialog) {
      defer {
        dialog.pane?.close()
        dialog.close()
      }
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
      case .folder: .folder(FolderField())
      }
    }
    details = form.rows.map { _ in makeNote() }
    areas = form.rows.map { _ in gtk_vbox_new(0, 6) }
    pane = form.preview.map(PreviewPane.init)
    presets = PresetBar(role: form.role)
    let options = gtk_vbox_new(0, 0)
    gtk_box_pack_start(cast(options), grid, 0, 0, 0)
    let whole = gtk_hbox_new(0, 0)
    gtk_box_pack_start(cast(whole), options, 1, 1, 0)
    if let pane {
      gtk_container_set_border_width(cast(pane.controls), 12)
      gtk_container_set_border_width(cast(pane.view), 12)
      gtk_box_pack_start(cast(options), pane.controls, 0, 0, 0)
      gtk_box_pack_start(cast(whole), pane.view, 0, 0, 0)
    }
    gtk_box_pack_start(cast(window.content), whole, 1, 1, 0)
    attach(presets.widget, to: grid, row: 0, label: PresetBar.label.text)
    var place: gint = 1
    for (index, row) in form.rows.enumerated() {
      attach(rows[index].widget, to: grid, row: place, label: row.label.text)
      gtk_widget_set_tooltip_text(rows[index].widget, row.tip?.text)
      if row.details != nil {
        gtk_box_pack_start(cast(areas[index]), details[index], 0, 0, 0)
        attach(areas[index], to: grid, row: place + 1, label: "")
        place += 1
      }
      place += 1
    }
    attach(notes, toWholeRow: place, of: grid)
    attach(prospect, toWholeRow: place + 1, of: grid)
    gtk_widget_show_all(grid)
    gtk_widget_show(options)
    gtk_widget_show(whole)
    fill()
    connect()
  }

  /// A button below a choice of models: beside it there would be no room for long names.
  private func offerModels(_ gimp: any Gimp) {
    for (area, shown) in zip(areas, form.rows) where shown.offersModels {
      let listener = Listener { [unowned self] in
        ModelWindow.show(above: window.content, first: form.task, gimp)
        form.lookForModels()
        fill()
      }
      listeners.append(listener)
      let button = gtk_button_new_with_mnemonic(Self.moreModels.text)
      let line = gtk_hbox_new(0, 0)
      gtk_box_pack_start(cast(line), button, 0, 0, 0)
      gtk_box_pack_start(cast(area), line, 0, 0, 0)
      gtk_widget_show_all(line)
      listener.connect(button, "clicked")
    }
  }

  private static let millisecondsBetweenLooks: guint = 700

  private func close() {
    if timer != 0 { g_source_remove(timer) }
    window.close()
  }

  /// Says what the settings come to; what cannot be done cannot be begun.
  fileprivate func showProspect() {
    guard let now = form.prospect else {
      if shownProspect == nil { gtk_widget_hide(prospect) }
      return
    }
    guard now != shownProspect else { return }
    shownProspect = now
    gtk_label_set_text(cast(prospect), now.message.text)
    window.setPossible(now.isPossible)
  }

  private func connect() {
    timer = g_timeout_add(Self.millisecondsBetweenLooks, isTimeToLook, Unmanaged.passUnretained(self).toOpaque())
    for (index, row) in rows.enumerated() {
      let listener = Listener { [unowned self] in readRow(index) }
      listeners.append(listener)
      switch row {
      case .choice(let box): listener.connect(box.list, "changed")
      case .seed(let field):
        listener.connect(field.number.widget, "value-changed")
        listener.connect(field.random, "toggled")
      case .number(let field): listener.connect(field.widget, "value-changed")
      case .folder(let field): listener.connect(field.widget, "file-set")
      }
    }
    pane?.hasComputed = { [unowned self] in
      // Not while a list is open, which would close.
      guard !rows.contains(where: { if case .choice(let box) = $0 { box.isOpen } else { false } }) else { return }
      if form.lookForPaces() { fill() }
    }
    window.settingsChanged = { [unowned self] settings in
      guard !isFilling else { return }
      form.adopt(settings)
      fill()
    }
    presets.calledUp = { [unowned self] in
      form.callUpPreset(named: $0)
      fill()
    }
    presets.saved = { [unowned self] in
      form.savePreset(named: $0)
      fill()
    }
    presets.deleted = { [unowned self] in
      form.deletePreset(named: $0)
      fill()
    }
  }

  /// Shows what the form says where that has changed, here and in GIMP's own settings of the window.
  private func fill() {
    isFilling = true
    defer { isFilling = false }
    let rows = form.rows
    for (index, row) in rows.enumerated() {
      let before = shown.indices.contains(index) ? shown[index] : nil
      guard row != before else { continue }
      switch (self.rows[index], row.control) {
      case (.choice(let box), .choice(let options, let chosen)):
        // Not within the signal of an option that is being chosen.
        if before?.control.has(options) != true { box.fill(options) }
        if box.chosen != chosen { box.choose(chosen) }
      case (.seed(let field), .seed(let seed)): if row.control != before?.control { field.show(seed) }
      case (.number(let field), .number(let number, _)): if row.control != before?.control { field.show(number) }
      case (.folder(let field), .folder(let path)): if row.control != before?.control { field.show(path) }
      default: break
      }
      gtk_widget_set_sensitive(self.rows[index].widget, row.isPossible ? 1 : 0)
      setLines(row.details.map { [$0] } ?? [], of: details[index])
    }
    shown = rows
    presets.show(form.presets.names, chosen: form.preset)
    setLines(form.notes, of: notes)
    window.allow(form.isReady)
    pane?.preview.change(form.settings)
    window.keep(form.settings)
    showProspect()
  }

  /// The user changed the widgets of a row.
  private func readRow(_ index: Int) {
    guard !isFilling else { return }
    switch rows[index] {
    case .choice(let box): form.choose(box.chosen, inRow: index)
    case .seed(let field): form.choose(seed: field.seed)
    case .number(let field): form.choose(number: field.number, inRow: index)
    case .folder(let field): form.choose(folder: field.path, inRow: index)
    }
    fill()
  }
}

private let isTimeToLook: GSourceFunc = { dialog in
  if let dialog { Unmanaged<FormDialog>.fromOpaque(dialog).takeUnretainedValue().showProspect() }
  return 1
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
