import Wording

/// A number field for a seed, and a box to tick that has one drawn.
struct SeedField {
  let widget: Widget
  let number: NumberField
  let random: Widget

  private static let randomLabel: Message = "Ra_ndom"

  init() {
    widget = gtk_hbox_new(0, 6)
    number = NumberField(0...Int(Int32.max))
    random = gtk_check_button_new_with_mnemonic(Self.randomLabel.text)
    gtk_box_pack_start(cast(widget), number.widget, 1, 1, 0)
    gtk_box_pack_start(cast(widget), random, 0, 0, 0)
  }

  /// nil = random.
  var seed: UInt64? {
    gtk_toggle_button_get_active(cast(random)) != 0 ? nil : UInt64(number.number)
  }

  func show(_ seed: UInt64?) {
    gtk_toggle_button_set_active(cast(random), seed == nil ? 1 : 0)
    if let seed { number.show(Int(clamping: seed)) }
    gtk_widget_set_sensitive(number.widget, seed == nil ? 0 : 1)
  }
}
