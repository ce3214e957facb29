import GimpShell

/// The window of a form: GIMP 2.10 has dialogs with buttons, and no settings of their own.
final class FormWindow {
  private let window: Widget
  /// Other settings were called up; never here.
  var settingsChanged: (Settings) -> Void = { _ in }

  init(_ form: Form) {
    prepareWindows()
    window = makeDialog(
      title: form.title.text, role: form.role,
      buttons: [("_Cancel", GTK_RESPONSE_CANCEL), (form.action, GTK_RESPONSE_OK)])
  }

  /// What the rows are put into.
  var content: Widget { gtk_dialog_get_content_area(cast(window)) }

  func keep(_ settings: Settings) {}

  /// Waits for the user; whether the button that begins the work was pressed. Return does it: the button has the focus.
  func run() -> Bool {
    gtk_widget_grab_focus(gtk_dialog_get_widget_for_response(cast(window), GTK_RESPONSE_OK.rawValue))
    return gimp_dialog_run(cast(window)) == GTK_RESPONSE_OK.rawValue
  }

  func close() { gtk_widget_destroy(window) }
}
