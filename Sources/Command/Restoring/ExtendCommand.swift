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
        resshift extend portrait.jpg -o wide.jpg --ratio 16:9
        resshift extend photo.jpg -o square.jpg --width 2000 --height 2000 --anchor south
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

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("Make the result so wide, instead of --left and --right.", valueName: "pixels"))
  var width: Int?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("Make the result so high, instead of --top and --bottom.", valueName: "pixels"))
  var height: Int?

  @Option(
    help: ArgumentHelp(
      "Make the result of these proportions, as small as it can be, instead of all of those.", valueName: "w:h"),
    transform: NewCanvas.Ratio.init(parsing:))
  var ratio: NewCanvas.Ratio?

  @Option(help: "Where the picture lies in a new width, height or ratio.")
  var anchor = Anchor.center

  @Option(help: "Give the margins the fine noise of the picture, where it is grainy; off by default.")
  var grain = Switch.off

  @OptionGroup var common: CommonOptions

  /// Larger sides are no picture's.
  private static let margins = 0...65535
  private static let longestSide = 524_288

  func validate() throws {
    for (name, margin) in [("left", left), ("right", right), ("top", top), ("bottom", bottom)]
    where !Self.margins.contains(margin) {
      throw ValidationError("--\(name) must be 0 to \(Self.margins.upperBound), found \(margin)")
    }
    for (name, side) in [("width", width), ("height", height)] {
      if let side, !(1...Self.longestSide).contains(side) {
        throw ValidationError("--\(name) must be 1 to \(Self.longestSide), found \(side)")
      }
    }
    let (across, down) = (left + right, top + bottom)
    guard across + down > 0 || width != nil || height != nil || ratio != nil else {
      throw ValidationError(
        "nothing to add: give --left, --right, --top or --bottom a number of pixels, or --width, --height or --ratio")
    }
    guard width == nil || across == 0, height == nil || down == 0,
      ratio == nil || across + down == 0 && width == nil && height == nil
    else {
      throw ValidationError(
        "--width replaces --left and --right, --height --top and --bottom, and --ratio all of these; give one or the other"
      )
    }
  }

  func run() throws {
    guard FileKind(of: input) != .folder else { throw CommandError.extendsFolder(input) }
    let canvas = NewCanvas(
      margins: Margins(left: left, right: right, top: top, bottom: bottom), width: width, height: height, ratio: ratio,
      anchor: anchor)
    func margins(_ picture: PixelImage) throws -> Margins {
      guard let margins = canvas.margins(for: picture.width, picture.height) else {
        let size = canvas.size(for: picture.width, picture.height)
        throw CommandError.canvasSmaller(
          input, width: picture.width, height: picture.height, newWidth: size.width, newHeight: size.height)
      }
      guard !margins.isEmpty else { throw CommandError.canvasAsLarge(input, picture.width, picture.height) }
      return margins
    }
    let batch = Batch(plan: try BatchPlan(inputs: [input], output: output, seeds: common.seeds), common: common) {
      $0.grain = grain == .on
    }
    try batch.run(
      task: .inpainting, size: { try margins($0).extended(width: $0.width, height: $0.height) },
      job: { picture, _, _ in .extend(width: picture.width, height: picture.height, by: try margins(picture)) },
      { restorer, picture, _, options in
        return PixelRows(try restorer.extend(picture, by: margins(picture), options))
      })
  }
}

extension Anchor: ExpressibleByArgument {}

extension NewCanvas.Ratio {
  /// `16:9`.
  fileprivate init(parsing argument: String) throws {
    let numbers = argument.split(separator: ":", omittingEmptySubsequences: false).map { Int($0) }
    guard numbers.count == 2, let width = numbers[0], let height = numbers[1], (1...10_000).contains(width),
      (1...10_000).contains(height), let ratio = Self(width, height)
    else { throw ValidationError("proportions are two whole numbers from 1 to 10000, such as 16:9") }
    self = ratio
  }
}
