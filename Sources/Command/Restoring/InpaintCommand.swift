import ArgumentParser
import FilePaths
import PictureFiles
import ResShift
import Wording

struct InpaintCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "inpaint", abstract: "Fills the parts of a picture that are white in a mask.",
    discussion: """
      Gray values of the mask blend the fill with the picture; where the mask is black not one pixel changes. \
      The transparency of the picture stays as it is. A mask may be gray or coloured (the mean counts); what is \
      transparent in it counts as black, and so does what is nearly black, such as the noise that JPEG leaves.

      Examples:
        resshift inpaint photo.jpg --mask scratches.png -o photo-mended.png
        resshift inpaint photo.jpg --mask wire.png -o photo-mended.png --seed 7
        resshift inpaint sea.jpg --mask swimmer.png -o sea-empty.png --exclude boats.png
        resshift inpaint film.jpg --mask person.png -o film-without.png --grow 6 --grain on
      """)

  @Argument(help: "The picture.")
  var input: String

  @Option(help: "A picture of the same size: white = fill, black = keep.")
  var mask: String

  @Option(name: .shortAndLong, help: ArgumentHelp("The file to write: png, jpg, tiff or webp.", valueName: "path"))
  var output: String

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "Let the hole grow by so many pixels first, 0 by default: for masks that leave a rim of what is to go.",
      valueName: "pixels"))
  var grow = 0

  @Option(help: "A picture of the same size that is white where nothing is to be taken from to fill the hole.")
  var exclude: String?

  @Option(help: "Give the fill the fine noise of its surroundings, where these are grainy; off by default.")
  var grain = Switch.off

  @Flag(help: "Stop at the coarse fill that the network would start from, for training and comparing.")
  var coarseOnly = false

  @OptionGroup var common: CommonOptions

  func validate() throws {
    let growths = PixelImage.growths
    guard growths.contains(grow) else {
      throw ValidationError(
        "--grow must be \(growths.lowerBound) to \(growths.upperBound), found \(grow); holes do not shrink, paint the mask smaller"
      )
    }
  }

  func run() throws {
    guard FileKind(of: input) != .folder else {
      throw CommandError.inputIsFolder(input)
    }
    let batch = Batch(plan: try BatchPlan(inputs: [input], output: output, seeds: common.seeds), common: common) {
      $0.grain = grain == .on
    }
    let isQuiet = common.engine.quiet
    let limit = common.engine.memory?.bytes
    func readMask(_ path: String) throws -> PixelImage {
      try PictureFile.read(path, memoryLimit: limit) { if !isQuiet { Terminal.note($0) } }.image.maskWeights
    }
    let weights = try readMask(mask)
    let hole = weights.grown(by: grow)
    let excluded = try exclude.map(readMask)
    let job: Batch.Job = { picture, path, _ in
      do {
        try weights.checkMask(width: picture.width, height: picture.height)
      } catch let error as RestoreError {
        throw CommandError(error, aboutMask: mask, of: path)
      }
      if let exclude, let excluded, (excluded.width, excluded.height) != (picture.width, picture.height) {
        throw CommandError(
          .maskOfOtherSize(
            maskWidth: excluded.width, maskHeight: excluded.height, width: picture.width, height: picture.height),
          aboutMask: exclude, of: path)
      }
      guard hole.markedShare < 1 else { throw CommandError.maskGrownWhite(mask, by: grow) }
      return .inpaint(hole: hole)
    }
    try batch.run(task: .inpainting, job: job) { restorer, picture, _, options in
      if let percent = hole.markedPercentIfMost {
        options.notice?(Notice.mostIsMarked(mask, percent).text)
      }
      let fill = coarseOnly ? restorer.coarselyFilled : restorer.inpaint
      return PixelRows(try fill(picture, hole, excluded, options).blended(over: picture, weights: hole))
    }
  }
}
