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
  /// Worker threads, one of `threadCounts`; other numbers become the nearest of these. The result does not depend
  /// on it.
  public var threads: Int = 1 {
    didSet { threads = min(max(threads, Self.threadCounts.lowerBound), Self.threadCounts.upperBound) }
  }
  /// The numbers of worker threads that there can be.
  public static let threadCounts = 1...Parallel.mostThreads
  /// Upper limit for the memory of the restoration in bytes; nil = what the machine has free.
  public var memoryLimit: Int?
  /// Called from the working thread with the share of the work that is done, 0...1, up to fifty times a second, and so with
  /// the same share again where that takes longer to grow. Throwing stops the restoration; `RestoreError.cancelled` is the
  /// usual way.
  public var progress: (@Sendable (Double) throws -> Void)?
  /// Called from the working thread with things the user should know, such as a tile made smaller for want of memory.
  public var notice: (@Sendable (String) -> Void)?

  public init() {}
}

extension RestoreOptions {
  /// The same for a part of the work, whose progress is a part of the whole.
  func reporting(from start: Double, to end: Double) -> RestoreOptions {
    var part = self
    part.progress = progress.map { report in
      { @Sendable share in try report(start + (end - start) * share) }
    }
    return part
  }

  /// The same for one restoration, and what asks its `progress` between two reports whether it is to stop; nil without one.
  func interruptible() -> (options: RestoreOptions, interruption: Interruption?) {
    guard let progress else { return (self, nil) }
    let relay = ProgressRelay(progress)
    var options = self
    options.progress = { try relay.report($0) }
    return (options, Interruption { try relay.repeatReport() })
  }
}
