import CoarseFill
import Diffusion
import ModelLibrary
import Models
import TensorCore
import Wording

/// What a restoration will be, known before it starts: sizes, work, memory and, once this machine has worked, time.
public struct Outlook: Sendable, Equatable {
  /// Of the picture and of the result, in pixels.
  public var width: Int
  public var height: Int
  public var resultWidth: Int
  public var resultHeight: Int
  /// The networks' passes over the picture: tiles of all boxes together.
  public var tiles: Int
  public var steps: Int
  /// Operations of the plain algorithms, two a multiply-add.
  public var operations: Int
  /// Bytes that the restoration takes at its height, the picture and the weights included.
  public var memory: Int
  /// Bytes of the temporary file for what does not fit into memory; 0 = there is none.
  public var file = 0
  /// nil = not known yet.
  public var seconds: Double?
}

/// A restoration that could be done.
public enum RestorationJob: Sendable, Equatable {
  /// To a size.
  case upscale(width: Int, height: Int, toWidth: Int, toHeight: Int)
  /// `hole` is the smallest rectangle around what is to be filled, `pixels` how many these are, `depth` how far their middle is from
  /// what is known (`PixelImage.holeDepth`).
  case inpaint(width: Int, height: Int, hole: PixelRect, pixels: Int, depth: Int)
  /// By margins, which are filled.
  case extend(width: Int, height: Int, by: Margins)
  /// No boxes = the whole picture.
  case restore(width: Int, height: Int, boxes: [PixelRect])

  /// The filling of what a mask marks, whose size is the picture's.
  public static func inpaint(hole mask: PixelImage) -> RestorationJob {
    let pixels = mask.width * mask.height
    let isMarked = (0..<pixels).map { MaskRule.marks(mask.samples[$0 * mask.channels]) }
    guard let hole = PixelRect(around: { isMarked[$0] }, ofWidth: mask.width, height: mask.height) else {
      let none = PixelRect(x: 0, y: 0, width: 0, height: 0)
      return .inpaint(width: mask.width, height: mask.height, hole: none, pixels: 0, depth: 0)
    }
    let depth = mask.cropped(to: hole).holeDepth(at: hole, withinWidth: mask.width, height: mask.height)
    return .inpaint(
      width: mask.width, height: mask.height, hole: hole, pixels: isMarked.count { $0 }, depth: depth)
  }

  /// What is filled, in a picture of what size; nil = nothing.
  fileprivate var fill: (frame: HoleFrame, pixels: Int, depth: Int)? {
    switch self {
    case .upscale, .restore: return nil
    case .inpaint(let width, let height, let hole, let pixels, let depth):
      return (HoleFrame(bounds: hole, width: width, height: height), pixels, depth)
    case .extend(let width, let height, let margins):
      let (wide, high) = margins.extended(width: width, height: height)
      let whole = PixelRect(x: 0, y: 0, width: wide, height: high)
      let depth = max(margins.left, margins.right, margins.top, margins.bottom)
      return (HoleFrame(bounds: whole, width: wide, height: high), wide * high - width * height, depth)
    }
  }
}

extension ModelDescriptor {
  /// What a restoration by this model will be. `rates` says how fast this machine is; nil = no time is said.
  ///
  /// Throws `RestoreError.notEnoughMemory` or `noTemporaryFile` where it could not be done, `noInstructions` where the processor cannot.
  public func outlook(
    _ job: RestorationJob, of held: HeldPicture = HeldPicture(), _ options: RestoreOptions, _ rates: MachineRates?
  ) throws -> Outlook {
    try Precision.$current.withValue(options.precision.resolved(for: self)) {
      try currentOutlook(job, held, options, rates)
    }
  }

  private func currentOutlook(
    _ job: RestorationJob, _ held: HeldPicture, _ options: RestoreOptions, _ rates: MachineRates?
  ) throws -> Outlook {
    let weights = (Precision.current.hasMatrixUnits ? 2 : 4) * parameterCount
    let (need, picture) = memoryNeed(of: job, held, options)
    var options = options
    options.notice = nil
    options.need = need
    let budget = MemoryBudget(limit: options.memoryLimit, promised: weights)
    options.budget = budget
    let file = try file(for: need, options)
    if let file {
      do {
        try FileMemory.check(bytes: file.bytes)
      } catch {
        throw RestoreError.noTemporaryFile(error, needed: file.bytes, budget)
      }
    }
    options.isInFile = file != nil
    var outlook = Outlook(
      width: job.size.width, height: job.size.height, resultWidth: job.resultSize.width,
      resultHeight: job.resultSize.height, tiles: 0, steps: diffusion.steps, operations: 0,
      memory: picture + need.least, file: file?.bytes ?? 0)
    var cost = 0.0
    let choice = TileChoice(architecture: architecture, options: options)
    for pass in need.areas.isEmpty ? [] : passes(of: job, options) {
      let (height, width) = paddedSides(height: pass.area.height, width: pass.area.width, options.tile)
      let ratio = inputPerLatent
      let chosen = try choice.choice(height: height / ratio, width: width / ratio)
      let plan = chosen.plan
      let tiles = plan.tiles.filter { tile in
        pass.needed.map { $0.intersects(plan.rect(of: tile, scale: ratio).moved(by: pass.area)) } ?? true
      }
      let work = architecture.work(of: plan, tiles: tiles, fromStart: pass.hasStart)
      outlook.tiles += tiles.count
      outlook.operations += work.operations
      outlook.memory = max(outlook.memory, picture + weights + choice.memory(of: chosen))
      cost += work.cost
    }
    outlook.seconds = rates.flatMap { seconds(cost, fill: fillCost(of: job), options, $0) }
    return outlook
  }

  /// What a restoration needs, and the bytes of the picture, or the part of it that is there, with its masks.
  private func memoryNeed(
    of job: RestorationJob, _ held: HeldPicture, _ options: RestoreOptions
  ) -> (need: MemoryNeed, picture: Int) {
    let whole = PixelRect(x: 0, y: 0, width: job.resultSize.width, height: job.resultSize.height)
    switch job {
    case .upscale(let width, let height, let toWidth, let toHeight):
      let need = memoryNeed(toEnlarge: (width, height), to: (toWidth, toHeight), held, options)
      return (need, 4 * held.channels * width * height)
    case .inpaint, .extend:
      guard let frame = job.fill?.frame else { return (MemoryNeed(), 0) }
      let part =
        held.isPart ? areaNeeded(toFill: frame.bounds, ofWidth: whole.width, height: whole.height) : whole
      let need = memoryNeed(
        toFill: frame, region(toFill: frame, options), in: (part.width, part.height), channels: held.channels)
      return (need, (4 * held.channels + 8) * part.area)
    case .restore(_, _, let boxes):
      let part = held.isPart ? areaNeeded(toRestore: boxes, ofWidth: whole.width, height: whole.height) : whole
      let (sides, picture) = ((part.width, part.height), 4 * held.channels * part.area)
      if boxes.isEmpty && frame != .face { return (memoryNeed(toRestoreWhole: sides, held, options), picture) }
      let areas = passes(of: job, options).map(\.area)
      return (memoryNeed(toRestore: areas, in: sides, channels: held.channels, options), picture)
    }
  }

  /// What the networks are shown at once of a picture.
  private struct Pass {
    let area: PixelRect
    /// What has to be computed of it; nil = all.
    var needed: PixelRect?
    /// Whether it begins with the result of a smaller size.
    var hasStart = false

    /// The same of a smaller picture (`DeepHole.smaller`).
    func reduced(to length: Int, from whole: Int) -> Pass {
      func span(_ start: Int, _ side: Int, _ most: Int) -> (Int, Int) {
        let first = min(start * length / whole, most - 1)
        return (first, max(1, min(((start + side) * length + whole - 1) / whole, most) - first))
      }
      let (wide, high) = (max(1, area.width * length / whole), max(1, area.height * length / whole))
      let needed = needed.map { needed in
        let ((x, width), (y, height)) = (
          span(needed.x - area.x, needed.width, wide), span(needed.y - area.y, needed.height, high)
        )
        return PixelRect(x: x, y: y, width: width, height: height)
      }
      return Pass(area: PixelRect(x: 0, y: 0, width: wide, height: high), needed: needed)
    }
  }

  /// The part of a picture that filling works on, where there is something known around the hole.
  private func region(toFill frame: HoleFrame, _ options: RestoreOptions) -> PixelRect {
    options.tile == .whole
      ? PixelRect(x: 0, y: 0, width: frame.width, height: frame.height)
      : frame.region(multiple: unet.lqSize, latentPosition: inputPerLatent)
  }

  private func passes(of job: RestorationJob, _ options: RestoreOptions) -> [Pass] {
    switch job {
    case .upscale(let width, let height, _, _):
      return [Pass(area: PixelRect(x: 0, y: 0, width: width, height: height))]
    case .inpaint, .extend:
      guard let (frame, _, whole) = job.fill else { return [] }
      var passes = [Pass(area: region(toFill: frame, options), needed: frame.bounds)]
      var depth = whole
      guard fillsCoarseToFine(options) else { return passes }
      while passes.count < 16, let length = DeepHole.smallerDepth(than: depth, window: unet.lqSize) {
        let smaller = passes[passes.count - 1].reduced(to: length, from: depth)
        passes[passes.count - 1].hasStart = true
        passes.append(smaller)
        // What is known in part of a pixel is not known there.
        depth = min(length + 1, depth - 1)
      }
      return passes
    case .restore(let width, let height, let boxes):
      let whole = PixelRect(x: 0, y: 0, width: width, height: height)
      let face = PixelRect(x: 0, y: 0, width: unet.lqSize, height: unet.lqSize)
      return (boxes.isEmpty ? [whole] : boxes).map {
        Pass(area: frame == .face ? face : areaNeeded(toRestore: $0, width, height))
      }
    }
  }

  private func fillCost(of job: RestorationJob) -> Double {
    guard fill == .exemplar, let (frame, pixels, _) = job.fill else { return 0 }
    let searched = areaNeeded(toFill: frame.bounds, ofWidth: frame.width, height: frame.height)
    return exemplarFillCost(hole: (frame.bounds.height, frame.bounds.width, pixels), searched: searched.area)
  }

  private func seconds(
    _ cost: Double, fill: Double, _ options: RestoreOptions, _ rates: MachineRates
  ) -> Double? {
    let names = RateNames(self, threads: options.threads)
    guard let rate = rates.rate(names.network) ?? rates.latestRate(endingIn: names.end) else { return nil }
    guard fill > 0 else { return cost / rate }
    return rates.rate(names.fill).map { cost / rate + fill / $0 }
  }
}

extension ModelArchitecture {
  /// The work of a whole restoration of some tiles of a plan; `fromStart`: whose sampler begins with a picture, which is encoded,
  /// too.
  func work(of plan: TilePlan, tiles: [TilePlan.Tile], fromStart: Bool = false) -> NetworkWork {
    let stages = stageWork(height: plan.tileHeight, width: plan.tileWidth)
    let steps = fromStart ? EtaSchedule(diffusion).stepToBeginAt : diffusion.steps
    let starts = tiles.reduce(NetworkWork()) { $0 + startWork(for: $1, of: plan) }
    return tiles.count * ((fromStart ? 2 : 1) * stages.encode + steps * stages.step + stages.decode) + starts
  }
}

extension RestorationJob {
  fileprivate var size: (width: Int, height: Int) {
    switch self {
    case .upscale(let width, let height, _, _), .inpaint(let width, let height, _, _, _),
      .extend(let width, let height, _), .restore(let width, let height, _):
      (width, height)
    }
  }

  fileprivate var resultSize: (width: Int, height: Int) {
    switch self {
    case .upscale(_, _, let width, let height): (width, height)
    case .extend(let width, let height, let margins): margins.extended(width: width, height: height)
    case .inpaint, .restore: size
    }
  }
}

extension PixelImage {
  /// How far the middle of the hole that a mask marks is from what is known: in rows or columns, whichever are more, from the pixel
  /// that is farthest. The mask lies at a place in a picture; beyond it all is known.
  public func holeDepth(at place: PixelRect, withinWidth width: Int, height: Int) -> Int {
    let (left, top) = (min(place.x, 1), min(place.y, 1))
    let right = min(width - place.x - self.width, 1)
    let bottom = min(height - place.y - self.height, 1)
    let (wide, high) = (self.width + left + right, self.height + top + bottom)
    return DeepHole.depth(height: high, width: wide) { pixel in
      let (x, y) = (pixel % wide - left, pixel / wide - top)
      guard (0..<self.width).contains(x), (0..<self.height).contains(y) else { return true }
      return !MaskRule.marks(samples[(y * self.width + x) * channels])
    }
  }
}

/// Under which names the rates of a model on so many threads, in the current precision, are remembered.
struct RateNames {
  let network: String
  let fill: String
  /// What the names of other networks end in that were measured in the same way.
  let end: String

  init(_ model: ModelDescriptor, threads: Int) {
    end = " \(Precision.current.rawValue) \(Products.current.rawValue) \(threads)"
    network = model.architecture.rateName + end
    fill = "exemplar fill \(threads)"
  }
}

extension PixelRect {
  fileprivate func intersects(_ other: PixelRect) -> Bool {
    x < other.x + other.width && other.x < x + width && y < other.y + other.height && other.y < y + height
  }

  fileprivate func moved(by place: PixelRect) -> PixelRect {
    PixelRect(x: x + place.x, y: y + place.y, width: width, height: height)
  }
}

extension Outlook {
  /// Such as "900 x 615 -> 3600 x 2460, 12 tiles, about 40 s, 783 MB".
  public var message: Message {
    guard file > 0 else { return withoutFile }
    return "\(withoutFile), \(Amount.bytes(file)) on the disk meanwhile"
  }

  private var withoutFile: Message {
    let size: Message = "\(width) x \(height) -> \(resultWidth) x \(resultHeight)"
    let tiles: Message = .counted(tiles, one: "\(tiles) tile", other: "\(tiles) tiles")
    guard let seconds else { return "\(size), \(tiles), \(Amount.bytes(memory))" }
    return "\(size), \(tiles), about \(Amount.roughTime(seconds: seconds)), \(Amount.bytes(memory))"
  }
}
