/// Which windows of a shifted Swin block are masked.
public enum ShiftMask: String, Sendable, CaseIterable {
  /// As in the published weights: only the bottom row of windows, between their left and right halves.
  case published
  /// As in the Swin paper: between all regions that the roll made neighbours.
  case swin
}

/// The sizes of a `UNetModelSwin`; the names are those of the published configurations.
public struct UNetConfiguration: Sendable, Equatable {
  public var imageSize: Int
  public var inChannels: Int
  public var outChannels: Int
  public var modelChannels: Int
  /// One entry a level.
  public var channelMult: [Int]
  /// One entry a level.
  public var numResBlocks: [Int]
  public var attentionResolutions: [Int]
  public var numHeadChannels: Int
  public var swinDepth: Int
  public var swinEmbedDim: Int
  public var windowSize: Int
  public var mlpRatio: Double
  public var lqSize: Int
  public var condMask: Bool
  public var shiftMask: ShiftMask

  public init(
    imageSize: Int, inChannels: Int, outChannels: Int, modelChannels: Int, channelMult: [Int], numResBlocks: [Int],
    attentionResolutions: [Int], numHeadChannels: Int, swinDepth: Int, swinEmbedDim: Int, windowSize: Int,
    mlpRatio: Double, lqSize: Int, condMask: Bool = false, shiftMask: ShiftMask = .published
  ) {
    self.imageSize = imageSize
    self.inChannels = inChannels
    self.outChannels = outChannels
    self.modelChannels = modelChannels
    self.channelMult = channelMult
    self.numResBlocks = numResBlocks
    self.attentionResolutions = attentionResolutions
    self.numHeadChannels = numHeadChannels
    self.swinDepth = swinDepth
    self.swinEmbedDim = swinEmbedDim
    self.windowSize = windowSize
    self.mlpRatio = mlpRatio
    self.lqSize = lqSize
    self.condMask = condMask
    self.shiftMask = shiftMask
  }
}

extension UNetConfiguration {
  /// The nominal side of the plane on a level: that of a picture of the trained size.
  public func size(atLevel level: Int) -> Int { imageSize >> level }

  /// Whether the blocks of a level have Swin layers; the middle block always has one.
  public func hasSwinLayers(atLevel level: Int) -> Bool { attentionResolutions.contains(size(atLevel: level)) }

  /// The side of the attention windows on a level of that nominal size.
  func window(atSize nominalSize: Int) -> Int { min(nominalSize, windowSize) }

  /// The side of the attention windows of the Swin layers on a level.
  public func window(atLevel level: Int) -> Int { window(atSize: size(atLevel: level)) }

  /// Number of stride-2 stages of the condition's `feature_extractor`; 0 = identity.
  public var featureExtractorStages: Int { (lqSize / imageSize).trailingZeroBitCount }

  /// Sides of a latent are multiples of this: whole planes on every level and whole windows on every Swin layer. Shorter
  /// sides: see `latentSides`.
  public var latentMultiple: Int {
    let last = channelMult.count - 1
    return (0...last).reduce(1 << last) { multiple, level in
      guard level == last || hasSwinLayers(atLevel: level) else { return multiple }
      return leastCommonMultiple(multiple, window(atLevel: level) << level)
    }
  }
}

extension UNetConfiguration {
  /// The smallest latent that the network can take of at least these sides: a side is whole planes on every level, and on
  /// every Swin layer whole windows or less than one. So thin pictures stay thin.
  ///
  /// The norms need some positions to average over: where the coarsest level had fewer than a window's, both sides become
  /// multiples of `latentMultiple`.
  public func latentSides(height: Int, width: Int) -> (height: Int, width: Int) {
    let (last, multiple) = (channelMult.count - 1, latentMultiple)
    func side(_ length: Int) -> Int {
      var side = roundedUp(length, to: 1 << last)
      while side % multiple != 0 && !isThin(side) { side += 1 << last }
      return side
    }
    let (h, w) = (side(height), side(width))
    if (h >> last) * (w >> last) >= windowSize * windowSize { return (h, w) }
    return (roundedUp(height, to: multiple), roundedUp(width, to: multiple))
  }

  /// Whether each Swin layer's plane is whole windows, or narrower than one.
  private func isThin(_ side: Int) -> Bool {
    channelMult.indices.allSatisfy { level in
      guard level == channelMult.count - 1 || hasSwinLayers(atLevel: level) else { return true }
      let (plane, window) = (side >> level, window(atLevel: level))
      return plane < window || plane % window == 0
    }
  }
}

private func roundedUp(_ number: Int, to multiple: Int) -> Int { (number + multiple - 1) / multiple * multiple }

private func leastCommonMultiple(_ a: Int, _ b: Int) -> Int {
  var (x, y) = (a, b)
  while y != 0 { (x, y) = (y, x % y) }
  return a / x * b
}
