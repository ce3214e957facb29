import ArgumentParser
import ResShift

struct RestoreCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "restore", abstract: "Restores pictures, or faces in them, at their own size.",
    discussion: """
      With a face model (faceir) each --box is one face; without a box the whole picture is one. No model for this \
      comes with the program; the message says where to get one.

      Examples:
        resshift restore portrait.jpg -o portrait-restored.png
        resshift restore scan.jpg -o scan-clean.png --strength 0.6
        resshift restore group.jpg -o group-restored.png --box 310,120,180,220 --box 560,140,170,210
      """)

  @OptionGroup var inputs: InputOptions

  @Option(name: .shortAndLong, help: ArgumentHelp("The file, or the folder of several.", valueName: "path"))
  var output: String

  @Option(
    parsing: .unconditionalSingleValue,
    help: ArgumentHelp(
      "Restore only this rectangle: left, top, width, height in pixels; may be repeated.", valueName: "x,y,w,h"),
    transform: Box.init(parsing:))
  var box: [Box] = []

  @OptionGroup var amount: StrengthOption

  @OptionGroup var common: CommonOptions

  func run() throws {
    let batch = Batch(plan: try inputs.plan(output: output, seeds: common.seeds), common: common) {
      $0.strength = amount.strength
    }
    let job: Batch.Job = { picture, path, _ in
      for box in box { try box.check(inside: picture, of: path) }
      return .restore(width: picture.width, height: picture.height, boxes: box.map(\.rect))
    }
    try batch.run(task: .restoration, job: job) { restorer, picture, _, options in
      return box.isEmpty
        ? try restorer.restoredRows(picture, options)
        : PixelRows(try restorer.restore(picture, boxes: box.map(\.rect), options))
    }
  }
}
