import GimpShell
import Wording

/// A dialog of GIMP's with buttons, the last of which is the default; above GIMP's windows. `help` is the procedure whose page of help
/// F1 and a Help button show.
func makeDialog(
  title: String, role: String, help: String? = nil, buttons: [(label: Message, response: GtkResponseType)]
) -> Widget {
  // The arguments end with a null, as C's variadic functions want it.
  let labels = buttons.map { g_strdup($0.label.text) }
  defer { for label in labels { g_free(label) } }
  let arguments = zip(labels, buttons).flatMap { label, button -> [any CVarArg] in
    [label.map { OpaquePointer($0) } ?? 0, button.response.rawValue]
  }
  let window = withVaList(arguments + [0]) { buttons in
    gimp_dialog_new_valist(
      title, role, nil, GtkDialogFlags(rawValue: 0), help == nil ? nil : gimp_standard_help_func, help, buttons)
  }
  if let last = buttons.last { gtk_dialog_set_default_response(cast(window), last.response.rawValue) }
  gimp_window_set_transient(cast(window))
  gtk_window_set_resizable(cast(window), 0)
  return window
}

/// A line or some, in small letters, that say something of the widgets above.
func makeNote() -> Widget {
  let label = gtk_label_new(nil)
  gtk_misc_set_alignment(cast(label), 0, 0)
  gtk_label_set_line_wrap(cast(label), 1)
  gtk_label_set_max_width_chars(cast(label), 60)
  // Otherwise lines of GTK 2 break anywhere.
  gtk_widget_set_size_request(label, 420, -1)
  return label
}

/// Shows lines in a note, which is not there without any.
func setLines(_ lines: [Message], of note: Widget) {
  let text = lines.map(\.text).joined(separator: "\n")
  gtk_label_set_markup(cast(note), "<small>\(ModelList.escaped(text))</small>")
  if lines.isEmpty { gtk_widget_hide(note) } else { gtk_widget_show(note) }
}

/// Connects a signal to a C function, which gets `object` as its last argument. The caller keeps `object` alive.
func connectSignal(_ widget: Widget, _ signal: String, _ callback: GCallback?, _ object: AnyObject) {
  g_signal_connect_data(
    widget, signal, callback, Unmanaged.passUnretained(object).toOpaque(), nil, GConnectFlags(rawValue: 0))
}
