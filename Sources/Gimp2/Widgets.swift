@_exported import CGimp2

typealias Widget = UnsafeMutablePointer<GtkWidget>?

/// GTK's casts between a widget's types, which C does with macros.
func cast<T>(_ widget: Widget) -> UnsafeMutablePointer<T>? {
  widget.map { UnsafeMutableRawPointer($0).assumingMemoryBound(to: T.self) }
}

/// Lets a canvas draw itself.
func connectDrawing(_ canvas: Canvas) {
  connectSignal(canvas.widget, "expose-event", unsafeBitCast(isExposed, to: GCallback.self), canvas)
}

private let isExposed:
  @convention(c) (UnsafeMutablePointer<GtkWidget>?, UnsafeMutableRawPointer?, UnsafeMutableRawPointer?) -> gboolean = {
    widget, _, canvas in
    guard let canvas, let cairo = gdk_cairo_create(gtk_widget_get_window(widget)) else { return 0 }
    Unmanaged<Canvas>.fromOpaque(canvas).takeUnretainedValue().draw(cairo)
    cairo_destroy(cairo)
    return 1
  }

/// Before the first window.
func prepareWindows() { gimp_ui_init("resshift", 0) }

/// Rows of labels and widgets.
func makeGrid() -> Widget {
  let table = gtk_table_new(5, 2, 0)
  gtk_container_set_border_width(cast(table), 12)
  gtk_table_set_row_spacings(cast(table), 6)
  gtk_table_set_col_spacings(cast(table), 6)
  return table
}

func attach(_ widget: Widget, to grid: Widget, row: gint, label: String) {
  gimp_table_attach_aligned(cast(grid), 0, row, label, 0, 0.5, widget, 1, 0)
}

func attach(_ widget: Widget, toWholeRow row: gint, of grid: Widget) {
  gtk_table_attach_defaults(cast(grid), widget, 0, 2, guint(row), guint(row) + 1)
}
