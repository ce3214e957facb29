@_exported import CGimp3

typealias Widget = UnsafeMutablePointer<GtkWidget>?

/// Lets a canvas draw itself.
func connectDrawing(_ canvas: Canvas) {
  connectSignal(canvas.widget, "draw", unsafeBitCast(isDrawn, to: GCallback.self), canvas)
}

private let isDrawn: @convention(c) (UnsafeMutableRawPointer?, OpaquePointer?, UnsafeMutableRawPointer?) -> gboolean = {
  _, cairo, canvas in
  guard let canvas, let cairo else { return 0 }
  Unmanaged<Canvas>.fromOpaque(canvas).takeUnretainedValue().draw(cairo)
  return 1
}

/// Before the first window.
func prepareWindows() { gimp_ui_init("resshift") }

/// Rows of labels and widgets.
func makeGrid() -> Widget {
  let grid = gtk_grid_new()
  gtk_container_set_border_width(cast(grid), 12)
  gtk_grid_set_row_spacing(cast(grid), 6)
  gtk_grid_set_column_spacing(cast(grid), 6)
  return grid
}

func attach(_ widget: Widget, to grid: Widget, row: gint, label: String) {
  gimp_grid_attach_aligned(cast(grid), 0, row, label, 0, 0.5, widget, 1)
}

func attach(_ widget: Widget, toWholeRow row: gint, of grid: Widget) {
  gtk_grid_attach(cast(grid), widget, 0, row, 2, 1)
}
