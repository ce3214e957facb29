import Wording

/// How far a restoration is.
public struct RestoreProgress: Sendable, Equatable {
  /// What is being done.
  public enum Stage: String, Sendable {
    /// What comes before the networks.
    case preparing
    /// The coarse fill of a hole.
    case filling
    case encoding
    /// The steps of the diffusion.
    case sampling
    case decoding
    /// What comes behind the networks.
    case finishing
  }

  /// The piece of work at hand; numbers count from 1.
  public struct Place: Sendable, Equatable {
    public var stage: Stage
    public var step = 1
    public var steps = 1
    public var tile = 1
    public var tiles = 1

    public init(_ stage: Stage, step: Int = 1, steps: Int = 1, tile: Int = 1, tiles: Int = 1) {
      (self.stage, self.step, self.steps, self.tile, self.tiles) = (stage, step, steps, tile, tiles)
    }
  }

  /// Of the whole work, 0...1.
  public var share = 0.0
  public var place = Place(.preparing)
  /// About how long it will take from here on; nil as long as nothing can be said.
  public var secondsLeft: Double?

  public init(share: Double = 0, _ place: Place = Place(.preparing), secondsLeft: Double? = nil) {
    (self.share, self.place, self.secondsLeft) = (share, place, secondsLeft)
  }
}

extension RestoreProgress {
  /// Such as "step 1 of 2, tile 5 of 12, 25 s left".
  public var message: Message {
    guard let secondsLeft else { return place.message }
    return "\(place.message), \(Amount.roughTime(seconds: secondsLeft)) left"
  }
}

extension RestoreProgress.Place {
  /// Such as "step 1 of 2, tile 5 of 12".
  public var message: Message {
    switch (stage, tiles > 1) {
    case (.preparing, _): "preparing"
    case (.filling, _): "filling coarsely"
    case (.encoding, false): "encoding"
    case (.encoding, true): "encoding, tile \(tile) of \(tiles)"
    case (.sampling, false): "step \(step) of \(steps)"
    case (.sampling, true): "step \(step) of \(steps), tile \(tile) of \(tiles)"
    case (.decoding, false): "decoding"
    case (.decoding, true): "decoding, tile \(tile) of \(tiles)"
    case (.finishing, _): "finishing"
    }
  }
}
