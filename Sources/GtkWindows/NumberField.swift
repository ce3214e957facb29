/// A field for a whole number.
struct NumberField {
  let widget: Widget

  init(_ range: ClosedRange<Int>) {
    widget = gtk_spin_button_new_with_range(Double(range.lowerBound), Double(range.upperBound), 1)
    // Return confirms the dialog.
    gtk_entry_set_activates_default(cast(widget), 1)
  }

  var number: Int { Int(gtk_spin_button_get_value(cast(widget)).rounded()) }

  func show(_ number: Int) { gtk_spin_button_set_value(cast(widget), Double(number)) }
}
