import GimpShell

/// An area that is drawn by the program, and clicked and dragged in.
final class Canvas {
  let widget: Widget = gtk_drawing_area_new()
  /// Draws all of it; given what GTK draws with.
  var draw: (_ cairo: OpaquePointer) -> Void = { _ in }
  /// The first mouse button was pressed at a place, or moved there while it was down.
  var pointed: (_ x: Double, _ y: Double) -> Void = { _, _ in }

  init(width: Int, height: Int) {
    setSize(width: width, height: height)
    gtk_widget_add_events(widget, gint(GDK_BUTTON_PRESS_MASK.rawValue | GDK_BUTTON1_MOTION_MASK.rawValue))
    connectDrawing(self)
    for signal in ["button-press-event", "motion-notify-event"] {
      connectSignal(widget, signal, unsafeBitCast(wasPointedAt, to: GCallback.self), self)
    }
  }

  func setSize(width: Int, height: Int) { gtk_widget_set_size_request(widget, gint(width), gint(height)) }

  func redraw() { gtk_widget_queue_draw(widget) }

  fileprivate func read(_ event: UnsafeMutablePointer<GdkEvent>?) {
    var (x, y) = (0.0, 0.0)
    if gdk_event_get_coords(event, &x, &y) != 0 { pointed(x, y) }
  }
}

private let wasPointedAt:
  @convention(c) (UnsafeMutableRawPointer?, UnsafeMutablePointer<GdkEvent>?, UnsafeMutableRawPointer?) -> gboolean = {
    _, event, canvas in
    if let canvas { Unmanaged<Canvas>.fromOpaque(canvas).takeUnretainedValue().read(event) }
    return 1
  }

/// A picture as large as it fits into a square, in its middle or at its upper edge.
struct FittedPicture {
  let picture: PreviewPicture
  let scale: Double
  let x: Double
  let y: Double

  var width: Double { Double(picture.width) * scale }
  var height: Double { Double(picture.height) * scale }

  init(_ picture: PreviewPicture, into side: Int, isAtTop: Bool = false) {
    let fit = Double(side) / Double(max(picture.width, picture.height))
    self.picture = picture
    // Whole pixels, where there is room for several of the screen.
    scale = fit >= 2 ? fit.rounded(.down) : fit
    x = ((Double(side) - Double(picture.width) * scale) / 2).rounded()
    y = isAtTop ? 0 : ((Double(side) - Double(picture.height) * scale) / 2).rounded()
  }

  /// Draws the part from a share of the width on.
  func draw(_ cairo: OpaquePointer, from share: Double = 0) {
    var pixels = picture.pixels
    pixels.withUnsafeMutableBytes { bytes in
      let surface = cairo_image_surface_create_for_data(
        bytes.baseAddress?.assumingMemoryBound(to: UInt8.self), CAIRO_FORMAT_RGB24, CInt(picture.width),
        CInt(picture.height), CInt(4 * picture.width))
      cairo_save(cairo)
      cairo_rectangle(cairo, x + share * width, y, (1 - share) * width, height)
      cairo_clip(cairo)
      cairo_translate(cairo, x, y)
      cairo_scale(cairo, scale, scale)
      cairo_set_source_surface(cairo, surface, 0, 0)
      cairo_pattern_set_filter(
        cairo_get_source(cairo), scale == scale.rounded() ? CAIRO_FILTER_NEAREST : CAIRO_FILTER_GOOD)
      cairo_paint(cairo)
      cairo_restore(cairo)
      cairo_surface_destroy(surface)
    }
  }
}

/// Lines that are seen on dark and bright pictures alike.
func outline(_ cairo: OpaquePointer, x: Double, y: Double, width: Double, height: Double) {
  for (colour, thickness) in [(0.0, 3.0), (1.0, 1.0)] {
    cairo_set_source_rgb(cairo, colour, colour, colour)
    cairo_set_line_width(cairo, thickness)
    cairo_rectangle(cairo, x.rounded() + 0.5, y.rounded() + 0.5, max(0, width - 1), max(0, height - 1))
    cairo_stroke(cairo)
  }
}
