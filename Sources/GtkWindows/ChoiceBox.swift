import GimpShell
import Wording

/// A combo box whose options may be gray, perhaps with a button beside it.
struct ChoiceBox {
  /// Both.
  let widget: Widget
  let list: Widget
  private let options: UnsafeMutablePointer<GtkListStore>?

  /// G_TYPE_BOOLEAN and G_TYPE_STRING, which are macros.
  private static let (typeBoolean, typeString) = (GType(5 << 2), GType(16 << 2))

  init() {
    var types = [Self.typeString, Self.typeBoolean]
    options = gtk_list_store_newv(gint(types.count), &types)
    list = gtk_combo_box_new_with_model(options.map { OpaquePointer($0) })
    // The box holds them now.
    if let options { g_object_unref(UnsafeMutableRawPointer(options)) }
    let cell = gtk_cell_renderer_text_new()
    let layout = list.map { OpaquePointer($0) }
    gtk_cell_layout_pack_start(layout, cell, 1)
    gtk_cell_layout_add_attribute(layout, cell, "text", 0)
    gtk_cell_layout_add_attribute(layout, cell, "sensitive", 1)
    widget = gtk_hbox_new(0, 6)
    gtk_box_pack_start(cast(widget), list, 1, 1, 0)
  }

  func addButton(_ label: String) -> Widget {
    let button = gtk_button_new_with_mnemonic(label)
    gtk_box_pack_start(cast(widget), button, 0, 0, 0)
    gtk_widget_show(button)
    return button
  }

  var chosen: Int { Int(gtk_combo_box_get_active(cast(list))) }

  /// Whether the user is choosing.
  var isOpen: Bool {
    var value = GValue()
    g_value_init(&value, Self.typeBoolean)
    defer { g_value_unset(&value) }
    g_object_get_property(cast(list), "popup-shown", &value)
    return g_value_get_boolean(&value) != 0
  }

  func choose(_ index: Int) { gtk_combo_box_set_active(cast(list), gint(index)) }

  func fill(_ options: [Form.Option]) {
    gtk_list_store_clear(self.options)
    for option in options {
      var row = GtkTreeIter()
      gtk_list_store_append(self.options, &row)
      var (text, isPossible) = (GValue(), GValue())
      g_value_init(&text, Self.typeString)
      g_value_set_string(&text, option.label.text)
      g_value_init(&isPossible, Self.typeBoolean)
      g_value_set_boolean(&isPossible, option.isPossible ? 1 : 0)
      gtk_list_store_set_value(self.options, &row, 0, &text)
      gtk_list_store_set_value(self.options, &row, 1, &isPossible)
      g_value_unset(&text)
      g_value_unset(&isPossible)
    }
  }
}
