import Wording

/// A number field for a seed, and a box to tick that has one drawn.
struct SeedField {
  let widget: Widget
  let number: Widget
  let random: Widget

  private static let randomLabel: Message = "Ra_ndom"

  init() {
    widget = gtk_hbox_new(0, 6)
    number = gtk_spin_button_new_with_range(0, Double(Int32.max), 1)
    random = gtk_check_button_new_with_mnemonic(Self.randomLabel.text)
    // Return confirms the dialog.
    gtk_entry_set_activates_default(cast(number), 1)
    gtk_box_pack_start(cast(widget), number, 1, 1, 0)
    gtk_box_pack_start(cast(widget), random, 0, 0, 0)
  }

  /// nil = random.
  var seed: UInt64? {
    gtk_toggle_button_get_active(cast(random)) != 0 ? nil : UInt64(max(0, gtk_spin_button_get_value(cast(number))))
  }

  func show(_ seed: UInt64?) {
    gtk_toggle_button_set_active(cast(random), seed == nil ? 1 : 0)
    if let seed { gtk_spin_button_set_value(cast(number), Double(seed)) }
    gtk_widget_set_sensitive(number, seed == nil ? 0 : 1)
  }
}
