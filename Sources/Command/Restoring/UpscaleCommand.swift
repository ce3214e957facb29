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
        resshift upscale photo.jpg -o photo-wide.jpg --width 1920
        resshift upscale holidays --output enlarged --skip-existing --report enlarged.jsonl
        resshift upscale --files-from list.txt --slice 3/16 --output enlarged --skip-existing
        resshift upscale photo.jpg -o photo-large.png --model realsr-x4-v3 --memory 4G
      """)

  @OptionGroup var inputs: InputOptions

  @Option(name: .shortAndLong, help: ArgumentHelp("The file, or the folder of several.", valueName: "path"))
  var output: String

  @Option(
    parsing: .unconditional,
    help: "How many times the size, up to 4, such as 2 or 1.5; the model's own scale by default, and never more.")
  var factor: Double?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("Make the result so wide, and as high as it is then, instead of --factor.", valueName: "pixels"))
  var width: Int?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("Make the result so high, and as wide as it is then, instead of --factor.", valueName: "pixels"))
  var height: Int?

  @OptionGroup var amount: StrengthOption

  @OptionGroup var common: CommonOptions

  func validate() throws {
    if let factor, !(factor > 1 && factor <= 4) {
      let found = Int(exactly: factor).map { "\($0)" } ?? "\(factor)"
      throw ValidationError("--factor must be 2, 3 or 4, found \(found); numbers between, such as 1.5, do as well")
    }
    for (name, side) in [("width", width), ("height", height)] {
      if let side, side < 1 { throw ValidationError("--\(name) must be 1 or more, found \(side)") }
    }
    guard [factor != nil, width != nil, height != nil].count(where: { $0 }) < 2 else {
      throw ValidationError("--factor, --width and --height each say how large the result is; give one of them")
    }
  }

  func run() throws {
    let batch = Batch(plan: try inputs.plan(output: output, seeds: common.seeds), common: common) {
      $0.strength = amount.strength
    }
    let job: Batch.Job = { picture, _, target in
      .upscale(width: picture.width, height: picture.height, toWidth: target.width, toHeight: target.height)
    }
    if let size {
      try batch.run(task: .superResolution, size: size, job: job) { restorer, picture, _, options in
        let (width, height) = size(picture)
        return try restorer.upscaledRows(picture, width: width, height: height, options)
      }
    } else {
      let factor = factor.map { Int($0) }
      try batch.run(task: .superResolution, factor: factor, job: job) { restorer, picture, _, options in
        return try restorer.upscaledRows(
          picture, width: factor.map { $0 * picture.width }, height: factor.map { $0 * picture.height }, options)
      }
    }
  }

  /// The size of the result of a picture; nil = its size times a whole factor, or the model's scale.
  private var size: ((PixelImage) -> (width: Int, height: Int))? {
    func scaled(_ side: Int, _ to: Int, of other: Int) -> Int { max(1, (2 * side * to + other) / (2 * other)) }
    if let width { return { (width, scaled($0.height, width, of: $0.width)) } }
    if let height { return { (scaled($0.width, height, of: $0.height), height) } }
    guard let factor, factor != factor.rounded() else { return nil }
    return { (Int((Double($0.width) * factor).rounded()), Int((Double($0.height) * factor).rounded())) }
  }
}
