import ArgumentParser
import ResShift

struct RestoreCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "restore", abstract: "Restores pictures, or faces in them, at their own size.",
    discussion: "With a face model each --box is one face; without a box the whole picture is one.")

  @Argument(help: "Pictures, or folders of pictures.")
  var input: [String]

  @Option(name: .shortAndLong, help: ArgumentHelp("The file, or the folder of several.", valueName: "path"))
  var output: String

  @Option(help: ArgumentHelp("Restore only this rectangle, in pixels; may be repeated.", valueName: "x,y,w,h"))
  var box: [Box] = []

  @OptionGroup var common: CommonOptions

  func run() throws {
    let batch = Batch(plan: try BatchPlan(inputs: input, output: output), common: common)
    try batch.run(task: .restoration) { restorer, picture, path, options in
      for box in box { try box.check(inside: picture, of: path) }
      return try restorer.restore(picture, boxes: box.map(\.rect), options)
    }
  }
}
