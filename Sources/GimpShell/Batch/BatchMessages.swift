import FilePaths
import ResShift
import Wording

/// What a batch says to the user, each line under the plug-in's name: at once, or all together at the end.
final class BatchMessages {
  private let gimp: any Gimp
  private let areCollected: Bool
  private var collected: [String] = []
  /// More would not fit a screen.
  private static let mostShown = 12

  init(gimp: any Gimp, areCollected: Bool = false) { (self.gimp, self.areCollected) = (gimp, areCollected) }

  func say(_ message: Message) {
    let text = message.text.readablePath
    if areCollected { collected.append(text) } else { gimp.tell("ResShift: \(text)") }
  }

  /// Says how it ended, what there was to say, and at last where to look. GIMP shows what is of one line in the status bar, for
  /// some seconds; with more there is a window, which waits for who has gone away meanwhile.
  func tellCollected(after end: Message, _ last: Message?) {
    let more = collected.count - Self.mostShown
    let lines = collected.prefix(Self.mostShown) + (more > 0 ? [Notice.more(more).text] : [])
    let all = [end.text] + lines + (last.map { [$0.text.readablePath] } ?? [])
    gimp.tell("ResShift: \(all.joined(separator: "\n"))")
  }

  /// For what the engine and the picture files tell.
  var notice: (String) -> Void { { self.say(Message(verbatim: $0)) } }
}
