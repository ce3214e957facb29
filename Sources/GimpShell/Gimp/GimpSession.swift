import ResShift
import Wording

/// The running GIMP: what users are told and asked, and what it remembers.
public protocol GimpSession: AnyObject {
  /// Shows a message: in a window, or on standard error in batch.
  func tell(_ message: Message)
  /// Begins a progress bar with a title.
  func beginProgress(_ title: Message)
  /// Moves the progress bar; `share` in 0...1.
  func showProgress(_ share: Double)
  /// Says beside the progress bar what is being done.
  func tellProgress(_ text: Message)
  /// Shows a form until the user confirms or closes it; nil = closed.
  func ask(_ form: Form) -> Form?

  /// Which GIMP it is, such as "GIMP 2.10.34".
  var version: String { get }
  /// Where this GIMP keeps the user's settings.
  var settingsFolder: String { get }
  /// The number of threads that the user lets GIMP have.
  var threads: Int { get }
  /// What is known of the pace of this machine; nil = nothing, and nothing is to be remembered.
  var rates: MachineRates? { get }
  /// Why the last call failed, in GIMP's words.
  var lastError: String { get }
  /// Folders in which models are looked for.
  var modelFolders: [String] { get }

  /// The text that `remember` was last given under a name; nil = none.
  func remembered(_ name: String) -> String?
  /// Keeps a text under a name, also for when GIMP is started again.
  func remember(_ text: String, as name: String)
  /// The same until GIMP ends.
  func rememberedInSession(_ name: String) -> String?
  func rememberInSession(_ text: String, as name: String)
  /// Failed calls are no longer told by GIMP itself.
  func silenceErrors()
  /// Calls one of this plug-in's procedures without a dialog, in a process of its own; returns its layer.
  func call(_ procedure: String, _ image: Image, _ layer: Layer, _ arguments: [Value]) throws -> Layer
}
