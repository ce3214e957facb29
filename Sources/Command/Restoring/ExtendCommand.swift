import ArgumentParser
import FilePaths
import ResShift

struct ExtendCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "extend", abstract: "Continues a picture beyond its edges.",
    discussion: """
      The picture itself does not change; the margins are filled from it by a model for inpainting, and are opaque.

      Examples:
        resshift extend portrait.jpg -o wide.jpg --left 200 --right 200
        resshift extend photo.jpg -o photo-sky.png --top 300 --seed 7
      """)

  @Argument(help: "The picture.")
  var input: String

  @Option(name: .shortAndLong, help: ArgumentHelp("The file to write: png, jpg, tiff or webp.", valueName: "path"))
  var output: String

  @Option(
    parsing: .unconditional, help: ArgumentHelp("How much to add at the left; 0 by default.", valueName: "pixels"))
  var left = 0

  @Option(parsing: .unconditional, help: ArgumentHelp("At the right.", valueName: "pixels"))
  var right = 0

  @Option(parsing: .unconditional, help: ArgumentHelp("At the top.", valueName: "pixels"))
  var top = 0

  @Option(parsing: .unconditional, help: ArgumentHelp("At the bottom.", valueName: "pixels"))
  var bottom = 0

  @Option(help: "Give the margins the fine noise of the picture, where it is grainy; off by default.")
  var grain = Switch.off

  @OptionGroup var common: CommonOptions

  /// Larger sides are no picture's.
  private static let margins = 0...65535

  func validate() throws {
    for (name, margin) in [("left", left), ("right", right), ("top", top), ("bottom", bottom)]
    where !Self.margins.contains(margin) {
      throw ValidationError("--\(name) must be 0 to \(Self.margins.upperBound), found \(margin)")
    }
    guard left + right + top + bottom > 0 else {
      throw ValidationError("nothing to add: give --left, --right, --top or --bottom a number of pixels")
    }
  }

  func run() throws {
    guard FileKind(of: input) != .folder else { throw CommandError.extendsFolder(input) }
    let margins = Margins(left: left, right: right, top: top, bottom: bottom)
    let batch = Batch(plan: try BatchPlan(inputs: [input], output: output, seeds: common.seeds), common: common)
    try batch.run(
      task: .inpainting, size: { margins.extended(width: $0.width, height: $0.height) },
      job: { picture, _, _ in .extend(width: picture.width, height: picture.height, by: margins) },
      { restorer, picture, _, options in
        var options = options
        options.grain = grain == .on
        return try restorer.extend(picture, by: margins, options)
      })
  }
}
