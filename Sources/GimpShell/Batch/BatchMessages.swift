import FilePaths
import ResShift
import Wording

/// What a batch says to the user, each line under the plug-in's name.
struct BatchMessages {
  let gimp: any Gimp

  func say(_ message: Message) { gimp.tell("ResShift: \(message.text.readablePath)") }

  /// For what the engine and the picture files tell.
  var notice: (String) -> Void { { say(Message(verbatim: $0)) } }
}
