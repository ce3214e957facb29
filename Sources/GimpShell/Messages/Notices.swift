import ResShift
import Wording

/// What users are told while a procedure works, apart from errors.
enum Notice {
  // Titles of the progress bar.
  static func upscaling(_ layer: String, _ model: String) -> Message { "ResShift: upscaling “\(layer)” with \(model)" }
  static func inpainting(_ layer: String, _ model: String) -> Message {
    "ResShift: inpainting “\(layer)” with \(model)"
  }
  static func extending(_ layer: String, _ model: String) -> Message {
    "ResShift: extending the image of “\(layer)” with \(model)"
  }
  static func restoring(_ layer: String, _ model: String) -> Message { "ResShift: restoring “\(layer)” with \(model)" }

  // In dialogs.
  static let selectFirst: Message = "Nothing is selected: select what is to be filled."

  // Beside the progress bar.
  static func loading(_ model: String) -> Message { "ResShift: loading \(model)" }
  static func progress(_ progress: RestoreProgress) -> Message {
    "ResShift: \(progress.message)"
  }

  static func takenForOneFace(_ layer: String, _ model: String) -> Message {
    "Model “\(model)” takes layer “\(layer)” for one face: select the faces to restore only them."
  }

  static func staysTransparent(_ layer: String) -> Message {
    """
    Parts of what is selected of layer “\(layer)” are transparent and stay so: choose “Make transparent parts opaque” to \
    fill them.
    """
  }

  // Of batches.
  static func left(_ work: Message, seconds: Double) -> Message {
    "\(work), \(Amount.roughTime(seconds: seconds)) left"
  }
  static func picture(_ number: Int, of count: Int, _ name: String) -> Message {
    "ResShift: picture \(number) of \(count), \(name)"
  }

  static func batchDone(_ done: Int, failed: Int) -> Message {
    failed == 0 ? "\(done) done." : done == 0 ? "Nothing done, \(failed) failed:" : "\(done) done, \(failed) failed:"
  }

  /// Where a batch has written to, if it is a folder's path.
  static func results(in folder: Value) -> Message? {
    if case .text(let path) = folder { "The results are in \(path)." } else { nil }
  }

  static func more(_ count: Int) -> Message {
    .counted(count, one: "and one more.", other: "and \(count) more.")
  }

  static func mostIsMarked(_ mask: String, _ percent: Int) -> Message {
    "\(mask): \(percent) % of the picture is marked; if that is what to keep, invert the mask"
  }

  static func nameTaken(_ picture: String, _ name: String, _ taken: String) -> Message {
    "\(picture): the result is called \(name), for \(taken) is taken"
  }

  static func onlyFirstPage(_ file: String, _ count: Int) -> Message {
    .counted(
      count, one: "\(file): there are \(count) pages in this file; only the first one is done",
      other: "\(file): there are \(count) pages in this file; only the first one is done")
  }

  static func onlyFirstFrame(_ file: String, _ count: Int) -> Message {
    .counted(
      count, one: "\(file): there are \(count) frames in this file; only the first one is done",
      other: "\(file): there are \(count) frames in this file; only the first one is done")
  }

  // Of the window of the models.
  static func fetching(_ file: String, _ done: Message, of total: Message) -> Message { "\(file): \(done) of \(total)" }
  static func beginning(_ file: String) -> Message { "\(file) ..." }
  static func shared(_ file: String, with other: String) -> Message { "\(file): the same as that of \(other)" }
  static func checked(_ file: String) -> Message { "\(file): checked" }
}
