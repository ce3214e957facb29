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
