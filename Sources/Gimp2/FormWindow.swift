import GimpShell
import Wording

/// The window of a form: GIMP 2.10 has dialogs with buttons, and no settings of their own.
final class FormWindow {
  private let window: Widget
  private let procedure: Procedure?
  /// Other settings are to be shown: the standard ones.
  var settingsChanged: (Settings) -> Void = { _ in }

  private static let resetLabel: Message = "R_eset"
  private static let resetTip: Message = "Sets all options to what they are at first."
  /// What pressing Reset answers: a number that is not GTK's.
  private static let reset = GtkResponseType(rawValue: 1)

  init(_ form: Form) {
    prepareWindows()
    procedure = try? Procedure(named: form.role)
    window = makeDialog(
      title: form.title.text, role: form.role, help: form.role,
      buttons: [
        (Self.resetLabel, Self.reset), ("_Cancel", GTK_RESPONSE_CANCEL), (form.action, GTK_RESPONSE_OK),
      ])
    let button = gtk_dialog_get_widget_for_response(cast(window), gint(Self.reset.rawValue))
    gtk_widget_set_tooltip_text(button, Self.resetTip.text)
  }

  /// What the rows are put into.
  var content: Widget { gtk_dialog_get_content_area(cast(window)) }

  /// Whether the button that begins the work can be pressed.
  func setPossible(_ isPossible: Bool) {
    gtk_dialog_set_response_sensitive(cast(window), GTK_RESPONSE_OK.rawValue, isPossible ? 1 : 0)
  }

  func keep(_ settings: Settings) {}

  /// Whether the button that begins the work can be pressed.
  func allow(_ isReady: Bool) {
    gtk_dialog_set_response_sensitive(cast(window), GTK_RESPONSE_OK.rawValue, isReady ? 1 : 0)
  }

  /// Waits for the user; whether the button that begins the work was pressed. Return does it: the button has the focus.
  func run() -> Bool {
    gtk_widget_grab_focus(gtk_dialog_get_widget_for_response(cast(window), GTK_RESPONSE_OK.rawValue))
    while true {
      let response = gimp_dialog_run(cast(window))
      guard response == Self.reset.rawValue, let procedure else { return response == GTK_RESPONSE_OK.rawValue }
      settingsChanged(Settings(standardOf: procedure))
    }
  }

  func close() { gtk_widget_destroy(window) }
}
