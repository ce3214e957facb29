import GimpShell

/// The window of a form: GIMP 3's dialog of a procedure, which resets, saves and calls up settings by itself. These are in
/// the arguments of the call, and the rows follow them.
final class FormWindow {
  private let window: Widget
  private let procedure: Procedure?
  /// The arguments of the call.
  private let configuration: UnsafeMutablePointer<GimpProcedureConfig>?
  /// The dialog has put other settings into the arguments.
  var settingsChanged: (Settings) -> Void = { _ in }
  private var isKeeping = false
  private var listener: Listener?
  private var connection: gulong = 0
  /// The event that will look at the arguments; 0 = none.
  private var waiting: guint = 0

  init(
    _ form: Form, _ procedure: UnsafeMutablePointer<GimpProcedure>?,
    _ configuration: UnsafeMutablePointer<GimpProcedureConfig>?
  ) {
    prepareWindows()
    self.configuration = configuration
    self.procedure = try? Procedure(named: form.role)
    window = gimp_procedure_dialog_new(procedure, configuration, form.title.text)
    gimp_procedure_dialog_set_ok_label(cast(window), form.action.text)
    let listener = Listener { [unowned self] in argumentsChanged() }
    connection = listener.connect(object: configuration.map(UnsafeMutableRawPointer.init), "notify")
    self.listener = listener
  }

  /// What the rows are put into.
  var content: Widget { gtk_dialog_get_content_area(cast(window)) }

  /// Whether the button that begins the work can be pressed.
  func setPossible(_ isPossible: Bool) {
    gtk_dialog_set_response_sensitive(cast(window), GTK_RESPONSE_OK.rawValue, isPossible ? 1 : 0)
  }

  func keep(_ settings: Settings) {
    guard let procedure else { return }
    isKeeping = true
    defer { isKeeping = false }
    configuration?.set(settings, of: procedure)
  }

  /// Looks at the arguments when the dialog has changed all that it wants to.
  private func argumentsChanged() {
    guard !isKeeping, waiting == 0 else { return }
    waiting = g_idle_add(isIdle, Unmanaged.passUnretained(self).toOpaque())
  }

  fileprivate func readArguments() {
    waiting = 0
    guard let procedure, let arguments = configuration?.arguments(of: procedure),
      let settings = try? Settings(arguments, of: procedure)
    else { return }
    settingsChanged(settings)
  }

  /// Whether the button that begins the work can be pressed.
  func allow(_ isReady: Bool) {
    gtk_dialog_set_response_sensitive(cast(window), GTK_RESPONSE_OK.rawValue, isReady ? 1 : 0)
  }

  /// Waits for the user; whether the button that begins the work was pressed. Return does it: the button has the focus.
  func run() -> Bool {
    gtk_widget_grab_focus(gtk_dialog_get_widget_for_response(cast(window), GTK_RESPONSE_OK.rawValue))
    let isConfirmed = gimp_procedure_dialog_run(cast(window)) != 0
    // Settings that were called up in the last moment.
    if waiting != 0 {
      g_source_remove(waiting)
      readArguments()
    }
    return isConfirmed
  }

  func close() {
    g_signal_handler_disconnect(configuration, connection)
    if waiting != 0 { g_source_remove(waiting) }
    gtk_widget_destroy(window)
  }
}

/// "notify" has one more argument than the signals of widgets.
extension Listener {
  fileprivate func connect(object: UnsafeMutableRawPointer?, _ signal: String) -> gulong {
    g_signal_connect_data(
      object, signal, unsafeBitCast(wasNotified, to: GCallback.self), Unmanaged.passUnretained(self).toOpaque(), nil,
      GConnectFlags(rawValue: 0))
  }
}

private let wasNotified:
  @convention(c) (UnsafeMutableRawPointer?, UnsafeMutableRawPointer?, UnsafeMutableRawPointer?) -> Void = {
    _, _, listener in
    if let listener { Unmanaged<Listener>.fromOpaque(listener).takeUnretainedValue().perform() }
  }

private let isIdle: GSourceFunc = { window in
  if let window { Unmanaged<FormWindow>.fromOpaque(window).takeUnretainedValue().readArguments() }
  return 0
}
