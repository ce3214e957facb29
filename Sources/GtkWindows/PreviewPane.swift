import GimpShell
import Wording

/// The preview of a form: a large view with a line to drag between before and after, the tries as small pictures, and what is
/// to be chosen of them. What it shows is `Preview`'s.
final class PreviewPane {
  let preview: Preview
  /// Called when a picture has been computed.
  var hasComputed: () -> Void = {}
  /// The large view and the tries.
  let view = gtk_vbox_new(0, 6)
  /// What stands beside it, under the options.
  let controls = gtk_vbox_new(0, 6)

  private let large = Canvas(width: Preview.side, height: Preview.side)
  private let overview = Canvas(width: Preview.overviewSide, height: Preview.overviewSide)
  /// The words below the picture, which begin and end where it does.
  private let words = gtk_alignment_new(0, 0, 1, 1)
  private let status = gtk_label_new("")
  private let isOn = gtk_check_button_new_with_mnemonic(PreviewPane.onLabel.text)
  private let count = NumberField(Preview.counts)
  private let countRow = gtk_hbox_new(0, 6)
  private let place = gtk_hbox_new(0, 6)
  private let strip = gtk_hbox_new(0, 4)
  private let tries = gtk_vbox_new(0, 2)
  private var thumbnails: [Thumbnail] = []
  /// Of the widgets; GTK holds pointers to them as long as the window lives.
  private var listeners: [Listener] = []
  private var timer: guint = 0
  /// Whether the boxes are being ticked by the program rather than the user.
  private var isShowing = false
  /// As they are laid out: the height of the large view, and how far the words are from its edges.
  private var layout = (height: Preview.side, inset: 0)
  /// Where the line between before and after is, as a share of the picture.
  private var line = 0.5

  /// A try, small, with a box to tick.
  private struct Thumbnail {
    let canvas: Canvas
    let box: Widget
    let column: Widget
  }

  private static let onLabel: Message = "_Preview"
  private static let onTip: Message = "Shows how a part of the picture will look, before anything is done to it."
  private static let countLabel: Message = "_Variants:"
  private static let countTip: Message =
    "So many tries to choose from. Click one to see it large; it becomes the layer."
  private static let tickTip: Message = "Keep this one as a layer, too."
  private static let tickLabel: Message = "Those that are ticked become layers."
  private static let placeTip: Message = "Drag the square to the place that you want to look at."
  private static let lineTip: Message = "Drag the line to compare: before at the left, after at the right."
  private static let (beforeLabel, afterLabel): (Message, Message) = ("Before", "After")
  /// Room that the words have below the narrowest picture.
  private static let roomForWords = 240
  private static let thumbnailSide = (Preview.side - 5 * 4) / 6

  init(_ preview: Preview) {
    self.preview = preview
    buildView()
    buildControls()
    gtk_widget_show_all(view)
    gtk_widget_show_all(controls)
    show()
    timer = g_timeout_add(50, isTime, Unmanaged.passUnretained(self).toOpaque())
  }

  /// Stops the work; before the window is destroyed.
  func close() {
    if timer != 0 { g_source_remove(timer) }
    timer = 0
    preview.close()
  }

  // MARK: Widgets

  private func buildView() {
    gtk_widget_set_tooltip_text(large.widget, Self.lineTip.text)
    large.draw = { [unowned self] in drawLarge($0) }
    large.pointed = { [unowned self] x, _ in moveLine(to: x) }
    pack(large.widget, into: view)
    let line = gtk_hbox_new(0, 6)
    gtk_label_set_ellipsize(cast(status), PANGO_ELLIPSIZE_END)
    pack(gtk_label_new(Self.beforeLabel.text), into: line)
    gtk_box_pack_start(cast(line), status, 1, 1, 0)
    pack(gtk_label_new(Self.afterLabel.text), into: line)
    gtk_container_add(cast(words), line)
    pack(words, into: view)
    for index in 0..<Preview.counts.upperBound {
      let canvas = Canvas(width: Self.thumbnailSide, height: Self.thumbnailSide)
      let box = gtk_check_button_new()
      let column = gtk_vbox_new(0, 2)
      canvas.draw = { [unowned self] in drawThumbnail(index, $0) }
      canvas.pointed = { [unowned self] _, _ in
        preview.choose(index)
        show()
      }
      listen(box, "toggled") { pane in
        if pane.isShowing { return }
        pane.preview.setTicked(index, gtk_toggle_button_get_active(cast(box)) != 0)
      }
      gtk_widget_set_tooltip_text(box, Self.tickTip.text)
      pack(canvas.widget, into: column)
      let middle = gtk_hbox_new(0, 0)
      gtk_box_pack_start(cast(middle), box, 1, 0, 0)
      pack(middle, into: column)
      gtk_box_pack_start(cast(strip), column, 0, 0, 0)
      thumbnails.append(Thumbnail(canvas: canvas, box: box, column: column))
    }
    pack(strip, into: tries)
    let label = gtk_label_new(Self.tickLabel.text)
    gtk_misc_set_alignment(cast(label), 0, 0.5)
    pack(label, into: tries)
    pack(tries, into: view)
  }

  private func buildControls() {
    gtk_toggle_button_set_active(cast(isOn), preview.isOn ? 1 : 0)
    gtk_widget_set_tooltip_text(isOn, Self.onTip.text)
    listen(isOn, "toggled") { pane in
      pane.preview.isOn = gtk_toggle_button_get_active(cast(pane.isOn)) != 0
      pane.show()
      // GTK 3 keeps the room of what is hidden; the least size is what is needed.
      gtk_window_resize(cast(gtk_widget_get_toplevel(pane.controls)), 1, 1)
    }
    pack(isOn, into: controls)
    let label = gtk_label_new_with_mnemonic(Self.countLabel.text)
    gtk_label_set_mnemonic_widget(cast(label), count.widget)
    gtk_widget_set_tooltip_text(count.widget, Self.countTip.text)
    listen(count.widget, "value-changed") { pane in
      pane.preview.count = pane.count.number
      pane.show()
    }
    pack(label, into: countRow)
    pack(count.widget, into: countRow)
    pack(countRow, into: controls)
    gtk_widget_set_tooltip_text(overview.widget, Self.placeTip.text)
    overview.draw = { [unowned self] in drawOverview($0) }
    overview.pointed = { [unowned self] x, y in
      guard let picture = preview.overview else { return }
      let fitted = FittedPicture(picture, into: Preview.overviewSide)
      preview.move(toX: Int((x - fitted.x) / fitted.scale), y: Int((y - fitted.y) / fitted.scale))
    }
    pack(overview.widget, into: place)
    pack(place, into: controls)
  }

  private func pack(_ widget: Widget, into box: Widget) { gtk_box_pack_start(cast(box), widget, 0, 0, 0) }

  private func listen(_ widget: Widget, _ signal: String, _ body: @escaping (PreviewPane) -> Void) {
    let listener = Listener { [unowned self] in body(self) }
    listeners.append(listener)
    listener.connect(widget, signal)
  }

  // MARK: What it shows

  fileprivate func look() {
    let before = preview.computed
    if preview.tick() { show() }
    if preview.computed != before { hasComputed() }
  }

  private func show() {
    set(view, isVisible: preview.isOn)
    set(countRow, isVisible: preview.isOn)
    set(place, isVisible: preview.isOn && preview.hasPlace)
    isShowing = true
    defer { isShowing = false }
    set(tries, isVisible: preview.tries.count > 1)
    gtk_label_set_text(cast(status), preview.status?.text ?? "")
    gtk_widget_set_tooltip_text(status, preview.status?.text)
    for (index, thumbnail) in thumbnails.enumerated() {
      guard preview.tries.indices.contains(index) else {
        set(thumbnail.column, isVisible: false)
        continue
      }
      let item = preview.tries[index]
      set(thumbnail.column, isVisible: true)
      // The chosen one is a layer in any case.
      let isChosen = index == preview.chosen
      gtk_widget_set_sensitive(thumbnail.box, isChosen ? 0 : 1)
      gtk_toggle_button_set_active(cast(thumbnail.box), item.isTicked || isChosen ? 1 : 0)
      gtk_widget_set_tooltip_text(thumbnail.canvas.widget, Self.seedTip(item.seed).text)
      thumbnail.canvas.redraw()
    }
    layOut()
    large.redraw()
    overview.redraw()
  }

  /// Lets the large view be as high as its picture, so that the words are next to it.
  private func layOut() {
    guard let before = preview.before else { return }
    let fitted = FittedPicture(before, into: Preview.side, isAtTop: true)
    let new = (
      height: Int(fitted.height.rounded(.up)), inset: min(Int(fitted.x), (Preview.side - Self.roomForWords) / 2)
    )
    guard new != layout else { return }
    layout = new
    large.setSize(width: Preview.side, height: new.height)
    gtk_alignment_set_padding(cast(words), 0, 0, guint(new.inset), guint(new.inset))
  }

  private static func seedTip(_ seed: UInt64) -> Message { "Seed \(seed)" }

  private func set(_ widget: Widget, isVisible: Bool) {
    if isVisible { gtk_widget_show(widget) } else { gtk_widget_hide(widget) }
  }

  // MARK: Drawing

  private func drawLarge(_ cairo: OpaquePointer) {
    guard let before = preview.before else { return }
    let fitted = FittedPicture(before, into: Preview.side, isAtTop: true)
    fitted.draw(cairo)
    guard let after = preview.after else { return }
    FittedPicture(after, into: Preview.side, isAtTop: true).draw(cairo, from: line)
    outline(cairo, x: fitted.x + line * fitted.width, y: fitted.y, width: 1, height: fitted.height)
  }

  private func moveLine(to x: Double) {
    guard let before = preview.before else { return }
    let fitted = FittedPicture(before, into: Preview.side, isAtTop: true)
    line = min(max((x - fitted.x) / fitted.width, 0), 1)
    large.redraw()
  }

  private func drawOverview(_ cairo: OpaquePointer) {
    guard let picture = preview.overview else { return }
    let fitted = FittedPicture(picture, into: Preview.overviewSide)
    fitted.draw(cairo)
    guard let square = preview.square else { return }
    outline(
      cairo, x: fitted.x + Double(square.x) * fitted.scale, y: fitted.y + Double(square.y) * fitted.scale,
      width: Double(square.width) * fitted.scale, height: Double(square.height) * fitted.scale)
  }

  private func drawThumbnail(_ index: Int, _ cairo: OpaquePointer) {
    guard preview.tries.indices.contains(index) else { return }
    let side = Double(Self.thumbnailSide)
    if let picture = preview.tries[index].picture {
      FittedPicture(picture, into: Self.thumbnailSide).draw(cairo)
    } else {
      cairo_set_source_rgb(cairo, 0.5, 0.5, 0.5)
      cairo_rectangle(cairo, 0, 0, side, side)
      cairo_fill(cairo)
    }
    if index == preview.chosen { outline(cairo, x: 1, y: 1, width: side - 2, height: side - 2) }
  }
}

private let isTime: GSourceFunc = { pane in
  if let pane { Unmanaged<PreviewPane>.fromOpaque(pane).takeUnretainedValue().look() }
  return 1
}
