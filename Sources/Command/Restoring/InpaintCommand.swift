import ArgumentParser
import PictureFiles
import ResShift

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
      """)

  @Argument(help: "The picture.")
  var input: String

  @Option(help: "A picture of the same size: white = fill, black = keep.")
  var mask: String

  @Option(name: .shortAndLong, help: ArgumentHelp("The file to write: png, jpg, tiff or webp.", valueName: "path"))
  var output: String

  @Flag(help: "Stop at the coarse fill that the network would start from, for training and comparing.")
  var coarseOnly = false

  @OptionGroup var common: CommonOptions

  func run() throws {
    guard FileKind(of: input) != .folder else {
      throw Failure.usage("\(input): is a folder, but inpaint takes one picture and its mask")
    }
    let batch = Batch(plan: try BatchPlan(inputs: [input], output: output), common: common)
    let isQuiet = common.engine.quiet
    let weights = try PictureFile.read(mask) { if !isQuiet { Terminal.note($0) } }.image.maskWeights
    try batch.run(task: .inpainting) { restorer, picture, path, options in
      guard weights.width == picture.width, weights.height == picture.height else {
        throw Failure.badData(
          "\(mask): the mask is \(weights.width)x\(weights.height), but \(path) is"
            + " \(picture.width)x\(picture.height); make both the same size")
      }
      let share = weights.markedShare
      guard share > 0 else {
        throw Failure.badData(
          "\(mask): the mask is black everywhere, or nearly so, and there is nothing to fill; white is filled")
      }
      guard share < 1 else {
        throw Failure.badData(
          "\(mask): the mask is white everywhere, so there is nothing left to continue from; make black what to keep")
      }
      if let percent = weights.markedPercentIfMost {
        options.notice?("\(mask): \(percent) % of the picture is marked; if that is what to keep, invert the mask")
      }
      let fill = coarseOnly ? restorer.coarselyFilled : restorer.inpaint
      return try fill(picture, weights, options).blended(over: picture, weights: weights)
    }
  }
}
