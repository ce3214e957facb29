import TensorCore

/// How a picture is cut into pieces that fit memory.
public enum TileSize: Sendable, Equatable {
  /// 128 latent positions a side for VQ models, 256 for pixel-unshuffle ones, smaller if memory demands it.
  case automatic
  /// The whole picture in one piece.
  case whole
  /// That many model-input pixels a side, rounded up to what the network can take.
  case pixels(Int)
}

/// How tiles are joined.
public enum Tiling: String, Sendable, CaseIterable {
  /// One latent for the whole picture; every step blends the predictions of overlapping tiles.
  case joint
  /// Every tile restored on its own, overlaps averaged: what published code does.
  case independent
}

/// What the user can choose about one restoration. The defaults are those of the command line.
public struct RestoreOptions: Sendable {
  public var seed: UInt64 = 12345
  public var tile: TileSize = .automatic
  /// Overlap of neighbouring tiles in model-input pixels; at most half a tile; nil = 16 latent positions.
  public var overlap: Int?
  public var tiling: Tiling = .joint
  /// Match the low frequencies of the result to the input; nil = the task's default.
  public var toneMatch: Bool?
  /// Give a fill of a hole the fine noise of its surroundings (`Grain`).
  public var grain = false
  /// How much of a restoration or enlargement is the network's, in `strengths`; the rest is the plain picture, or its cubic
  /// enlargement. Other numbers become the nearest of these, not a number 1. Fills of holes have no plain picture.
  public var strength: Double = 1 {
    didSet { strength = strength.isNaN ? 1 : min(max(strength, Self.strengths.lowerBound), Self.strengths.upperBound) }
  }
  /// From the plain picture to that of the network alone.
  public static let strengths = 0.0...1.0
  /// Where a picture that is enlarged lies in a larger one, whose noise it is to have: whole positions of the latent, in pixels.
  public var origin = (x: 0, y: 0)
  /// Worker threads, one of `threadCounts`; other numbers become the nearest of these. The result does not depend
  /// on it.
  public var threads: Int = 1 {
    didSet { threads = min(max(threads, Self.threadCounts.lowerBound), Self.threadCounts.upperBound) }
  }
  /// The numbers of worker threads that there can be.
  public static let threadCounts = 1...Parallel.mostThreads
  /// In which numbers networks multiply.
  public var precision = PrecisionChoice.float32
  /// Upper limit for the memory of the restoration in bytes; nil = what the machine has free.
  public var memoryLimit: Int?
  /// Called from the working thread with the share of the work that is done, 0...1, some fifty times a second, and so with
  /// the same share again where that takes longer to grow. Throwing stops the restoration; `RestoreError.cancelled` is the
  /// usual way.
  public var progress: (@Sendable (Double) throws -> Void)?
  /// The same with all that can be said of the progress; either or both may be set.
  public var report: (@Sendable (RestoreProgress) throws -> Void)?
  /// How many seconds the restoration should take (`Outlook`), to say how long it still will; nil = not known.
  public var expectedSeconds: Double?
  /// Where the pace of the restoration is remembered; nil = nowhere.
  public var rates: MachineRates?
  /// Called from the working thread with things the user should know, such as a tile made smaller for want of memory.
  public var notice: (@Sendable (String) -> Void)?

  /// Of the restoration that these options are used for.
  var scope: ProgressScope?
  var meter: RunMeter?
  /// What was found out of memory when its work began; nil before.
  var budget: MemoryBudget?
  var isInFile: Bool?
  var need = MemoryNeed()

  public init() {}
}

extension RestoreOptions {
  /// A result that took no work.
  func reportingNothingToDo<R>(_ result: R) throws -> R {
    try progress?(1)
    try report?(RestoreProgress(share: 1, .init(.finishing)))
    return result
  }

  /// The same for a part of the work, whose progress is a part of the whole.
  func reporting(from start: Double, to end: Double) -> RestoreOptions {
    var part = self
    part.scope = scope?.part(from: start, to: end)
    return part
  }
}
