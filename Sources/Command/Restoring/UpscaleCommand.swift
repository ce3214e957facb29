import ArgumentParser
import ResShift

struct UpscaleCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "upscale", abstract: "Enlarges pictures.",
    discussion: """
      One picture goes to a file (png, jpg, tiff or webp by its extension), several go into a folder. \
      Colour profile, resolution, gray and transparency are kept.

      Examples:
        resshift upscale photo.jpg -o photo-large.png
        resshift upscale scan.png -o scan-twice.png --factor 2
        resshift upscale holidays --output enlarged --skip-existing
        resshift upscale photo.jpg -o photo-large.png --model realsr-x4-v3 --memory 4G
      """)

  @Argument(help: "Pictures, or folders of pictures (not the folders inside them).")
  var input: [String]

  @Option(name: .shortAndLong, help: ArgumentHelp("The file, or the folder of several.", valueName: "path"))
  var output: String

  @Option(parsing: .unconditional, help: "2, 3 or 4 times the size; the model's own scale by default, and never more.")
  var factor: Int?

  @OptionGroup var common: CommonOptions

  func validate() throws {
    if let factor, !(2...4).contains(factor) { throw ValidationError("--factor must be 2, 3 or 4, found \(factor)") }
  }

  func run() throws {
    let batch = Batch(plan: try BatchPlan(inputs: input, output: output), common: common)
    try batch.run(task: .superResolution, factor: factor) { restorer, picture, _, options in
      try restorer.upscale(picture, factor: factor, options)
    }
  }
}
