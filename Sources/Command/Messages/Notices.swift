import PictureFiles
import ResShift
import Wording

/// What users are told while a command works, apart from errors.
enum Notice {
  static func foreignPictures(_ folder: String, _ foreign: CommandError.Foreign) -> Message {
    .counted(
      foreign.names.count,
      one: "\(folder): left out a picture of another kind: \(foreign.examples); convert them to PNG first",
      other: """
        \(folder): left out \(foreign.names.count) pictures of another kind: \(foreign.examples); convert them to PNG first
        """)
  }
  static func namedTwice(_ path: String) -> Message { "\(path): named twice, done once" }
  static func sameFile(_ path: String, as other: String) -> Message { "\(path): left out, the same file as \(other)" }
  static func emptySlice(_ slice: Slice, of count: Int) -> Message {
    "slice \(slice) is empty: the number of pictures is \(count)"
  }
  static func skipped(_ path: String) -> Message { "\(path): already there, skipped" }

  static func fewerBits(_ output: String, _ format: PictureFormat, _ bits: Int, of most: Int) -> Message {
    "\(output): \(format.name) holds \(bits) bits a sample, the picture has \(most); png and tiff keep them"
  }

  static func mostIsMarked(_ mask: String, _ percent: Int) -> Message {
    "\(mask): \(percent) % of the picture is marked; if that is what to keep, invert the mask"
  }

  // The last words.
  static let interrupted: Message = "interrupted, the work at hand was given up"
  static let modelCutShort: Message =
    "a file of the model was cut short or cannot be read any more; restore it and run again"
  static func cutShort(_ file: String) -> Message {
    "\(file): was cut short or cannot be read any more; restore it and run again"
  }
  static let temporaryFileFailed: Message =
    "the disk of the temporary file has no room any more, or fails; let TMPDIR be a folder of another, or give more --memory"
  static let outOfMemory: Message =
    "not enough memory for the work at hand; give a lower --memory, or use a smaller picture"
  static func outputFailed(_ reason: String) -> Message { "standard output: cannot be written (\(reason))" }

  // What will happen, and what happens.
  static func plan(_ input: String, _ outlook: Outlook, model: String, output: String) -> Message {
    "\(input): \(outlook.message), \(outlook.steps) steps, \(outlook.operations / 1_000_000_000) GFLOP, by \(model) to \(output)"
  }
  static func about(_ input: String, seconds: Double, pictures: Int) -> Message {
    .counted(
      pictures, one: "\(input): about \(Amount.roughTime(seconds: seconds))",
      other: "\(input): about \(Amount.roughTime(seconds: seconds)), one of \(pictures) pictures")
  }
  static func place(_ number: Int, of total: Int, _ name: String, _ message: Message) -> Message {
    "picture \(number) of \(total), \(name): \(message)"
  }
  static func place(_ name: String, _ message: Message) -> Message { "\(name): \(message)" }
  static let reading: Message = "reading"
  static let writing: Message = "writing"
  static func loading(_ model: String) -> Message { "loading \(model)" }

  // Models.
  static func problem(_ model: String, _ problem: String) -> Message { "\(model): \(problem)" }
  static func shared(_ file: String, with other: String) -> Message {
    "\(file): the same as that of \(other), not fetched again"
  }
  static func checked(_ file: String, _ size: Message) -> Message { "\(file): \(size), checked and installed" }
  static func installed(_ model: String) -> Message { "\(model) is installed" }

  // Measuring.
  static func ofSize(_ size: Int, _ text: String) -> Message { "\(size)x\(size): \(text)" }
  static func leftOut(_ size: Int, _ reason: Message) -> Message { "\(size)x\(size) is left out: \(reason)" }
}
