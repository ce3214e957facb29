/// The sizes of a `VQModel`; the names are those of the published configurations (`ddconfig`).
public struct VQConfiguration: Sendable, Equatable {
  public var embedDim: Int
  public var nEmbed: Int
  public var zChannels: Int
  public var inChannels: Int
  public var outCh: Int
  public var ch: Int
  /// One entry a level; the latent is 2^(levels-1) times smaller than the picture.
  public var chMult: [Int]
  /// One entry a level; entry i serves `down.i` and `up.i`.
  public var numResBlocks: [Int]

  public init(
    embedDim: Int, nEmbed: Int, zChannels: Int, inChannels: Int = 3, outCh: Int = 3, ch: Int, chMult: [Int],
    numResBlocks: [Int]
  ) {
    self.embedDim = embedDim
    self.nEmbed = nEmbed
    self.zChannels = zChannels
    self.inChannels = inChannels
    self.outCh = outCh
    self.ch = ch
    self.chMult = chMult
    self.numResBlocks = numResBlocks
  }
}

/// How pictures become latents and back.
public enum AutoencoderConfiguration: Sendable, Equatable {
  case vq(VQConfiguration)
  /// Space-to-depth by that factor: no weights.
  case pixelUnshuffle(Int)

  /// Pixels a side of one latent position.
  public var downsampling: Int {
    switch self {
    case .vq(let vq): 1 << (vq.chMult.count - 1)
    case .pixelUnshuffle(let r): r
    }
  }

  /// Channels of the latent.
  public var latentChannels: Int {
    switch self {
    case .vq(let vq): vq.embedDim
    case .pixelUnshuffle(let r): 3 * r * r
    }
  }
}
