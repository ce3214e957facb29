import GimpShell
import Wording

/// A combo box whose options may be gray.
struct ChoiceBox {
  let widget: Widget
  private let list: UnsafeMutablePointer<GtkListStore>?

  /// G_TYPE_BOOLEAN and G_TYPE_STRING, which are macros.
  private static let (typeBoolean, typeString) = (GType(5 << 2), GType(16 << 2))

  init() {
    var types = [Self.typeString, Self.typeBoolean]
    list = gtk_list_store_newv(gint(types.count), &types)
    let model = list.map { OpaquePointer($0) }
    widget = gtk_combo_box_new_with_model(model)
    // The box holds it now.
    if let list { g_object_unref(UnsafeMutableRawPointer(list)) }
    let cell = gtk_cell_renderer_text_new()
    let layout = widget.map { OpaquePointer($0) }
    gtk_cell_layout_pack_start(layout, cell, 1)
    gtk_cell_layout_add_attribute(layout, cell, "text", 0)
    gtk_cell_layout_add_attribute(layout, cell, "sensitive", 1)
  }

  var chosen: Int { Int(gtk_combo_box_get_active(cast(widget))) }

  func choose(_ index: Int) { gtk_combo_box_set_active(cast(widget), gint(index)) }

  func fill(_ options: [Form.Option]) {
    gtk_list_store_clear(list)
    for option in options {
      var row = GtkTreeIter()
      gtk_list_store_append(list, &row)
      var (text, isPossible) = (GValue(), GValue())
      g_value_init(&text, Self.typeString)
      g_value_set_string(&text, option.label.text)
      g_value_init(&isPossible, Self.typeBoolean)
      g_value_set_boolean(&isPossible, option.isPossible ? 1 : 0)
      gtk_list_store_set_value(list, &row, 0, &text)
      gtk_list_store_set_value(list, &row, 1, &isPossible)
      g_value_unset(&text)
      g_value_unset(&isPossible)
    }
  }
}
