import CoarseFill
import ModelLibrary

/// What of a picture is in memory while it is restored.
public struct HeldPicture: Sendable, Equatable {
  /// 1 for gray, 3 for RGB, one more with alpha.
  public var channels: Int
  /// Only what the model has to see of the picture.
  public var isPart: Bool
  /// The result as a whole, and not row by row.
  public var isGathered: Bool

  public init(channels: Int = 3, isPart: Bool = false, isGathered: Bool = true) {
    (self.channels, self.isPart, self.isGathered) = (channels, isPart, isGathered)
  }

  fileprivate var hasAlpha: Bool { channels.isMultiple(of: 2) }
}

/// What a restoration needs of memory beside tiles and weights.
struct MemoryNeed {
  /// The pictures that the networks see, one after the other: height and width. None where no network runs.
  var areas: [(height: Int, width: Int)] = []
  /// Tensors as large as the result, beside those of the path.
  var results = 0
  /// Bytes of arrays.
  var beside = 0
  /// Such bytes that count only beside a file: in memory the estimate has them.
  var besideFile = 0
  /// Bytes that something takes where no network runs, or before it does.
  var before = 0

  /// What is needed whatever the networks take.
  var least: Int { max(beside, before) }
}

extension ModelDescriptor {
  typealias Sides = (width: Int, height: Int)

  func memoryNeed(
    toEnlarge picture: Sides, to result: Sides, _ held: HeldPicture, _ options: RestoreOptions
  ) -> MemoryNeed {
    let isReduced = result.width < picture.width * diffusion.sf
    // At strength 0 no network runs.
    var need = MemoryNeed(areas: options.strength == 0 ? [] : [(picture.height, picture.width)])
    need.results = (options.toneMatch == true ? 4 : 0) + (options.strength < 1 ? 1 : 0) + (isReduced ? 1 : 0)
    // Planes of alpha are made of arrays.
    need.beside = held.hasAlpha ? 8 * picture.width * picture.height : 0
    need.besideFile = held.isGathered ? 4 * held.channels * result.width * result.height : 0
    // Colours as they are seen and enlarged, and the result.
    let plain = 12 * (picture.width * picture.height + result.width * result.height) + need.besideFile
    need.before = options.strength == 0 ? plain : 0
    return need
  }

  /// `region` is worked on; `picture` are the sides of the part that is there.
  func memoryNeed(
    toFill frame: HoleFrame, _ region: PixelRect, in picture: Sides, channels: Int, usesNetwork: Bool = true
  ) -> MemoryNeed {
    let (pixels, seen) = (picture.width * picture.height, region.width * region.height)
    var need = MemoryNeed(areas: usesNetwork ? [(region.height, region.width)] : [])
    need.results = 6
    // The filled picture and the one that it is blended with, of the region its pixels, weights and what is known.
    need.beside = 8 * channels * pixels
    need.besideFile = (12 * channels + 16) * seen
    if fill == .exemplar { need.before = exemplarFillMemory(pixels: frame.exemplarRegion(around: region).area) }
    return need
  }

  /// Areas of a picture, or of the part of it that is there.
  func memoryNeed(
    toRestore areas: [PixelRect], in picture: Sides, channels: Int, _ options: RestoreOptions
  ) -> MemoryNeed {
    if options.strength == 0 { return MemoryNeed(before: 4 * channels * picture.width * picture.height) }
    let largest = areas.map(\.area).max() ?? 0
    var need = MemoryNeed(
      areas: areas.map { frame == .face ? (unet.lqSize, unet.lqSize) : ($0.height, $0.width) })
    need.results = 4
    // The result, and of a box its piece, the restored one, and both together.
    need.besideFile = 4 * channels * (picture.width * picture.height + 4 * largest)
    return need
  }

  func memoryNeed(toRestoreWhole picture: Sides, _ held: HeldPicture, _ options: RestoreOptions) -> MemoryNeed {
    let pixels = picture.width * picture.height
    if options.strength == 0 { return MemoryNeed(before: held.isGathered ? 4 * held.channels * pixels : 0) }
    var need = MemoryNeed(areas: [(picture.height, picture.width)])
    need.results = options.toneMatch == true ? 4 : 0
    need.beside = held.hasAlpha ? 8 * pixels : 0
    need.besideFile = held.isGathered ? 4 * held.channels * pixels : 0
    return need
  }

  /// The file for what is as large as the picture, where it does not fit into `options.budget`: its bytes and those of its smallest tensor.
  /// nil = all fits into memory. Throws `RestoreError.notEnoughMemory`.
  func file(for need: MemoryNeed, _ options: RestoreOptions) throws -> (bytes: Int, smallest: Int)? {
    var options = options
    options.notice = nil
    if let budget = options.budget, need.least > budget.bytes {
      throw RestoreError.notEnoughMemory(.picture, needed: need.least, budget)
    }
    let choice = TileChoice(architecture: architecture, options: options)
    var file: (bytes: Int, smallest: Int)?
    for area in need.areas {
      let (height, width) = paddedSides(height: area.height, width: area.width, options.tile)
      let chosen = try choice.choice(height: height / inputPerLatent, width: width / inputPerLatent)
      guard chosen.isInFile else { continue }
      let one = choice.file(of: chosen.plan)
      file = (max(file?.bytes ?? 0, one.bytes), max(file?.smallest ?? 0, one.smallest))
    }
    return file
  }
}
