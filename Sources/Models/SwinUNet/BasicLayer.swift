import Layers
import TensorCore

/// A Swin layer: 1x1 convolution to the embedding, blocks with alternating shift, 1x1 convolution back. No skip around it.
struct BasicLayer: Sendable {
  private let patchEmbed: Conv2d
  private let blocks: [SwinTransformerBlock]
  private let patchUnembed: Conv2d
  private let probe: Probe

  /// `nominalSize` is the side of this level's plane for a picture of the trained size. Where it does not exceed the
  /// window, it is the window and nothing is shifted, for pictures of any size.
  init(_ channels: Int, nominalSize: Int, _ configuration: UNetConfiguration, _ at: Weights) throws {
    let dim = configuration.swinEmbedDim
    let window = configuration.window(atSize: nominalSize)
    patchEmbed = try Conv2d(channels, dim, kernel: 1, at.at("patch_embed.proj"))
    blocks = try (0..<configuration.swinDepth).map { depth in
      let shifts = nominalSize > configuration.windowSize && depth % 2 == 1
      return try SwinTransformerBlock(
        channels: dim, headChannels: configuration.numHeadChannels,
        grid: WindowGrid(size: window, shift: shifts ? window / 2 : 0), mlpRatio: configuration.mlpRatio,
        mask: configuration.shiftMask, at.at("blocks").at(depth))
    }
    patchUnembed = try Conv2d(dim, channels, kernel: 1, at.at("patch_unembed.proj"))
    probe = at.probe
  }

  func callAsFunction(_ x: Tensor) -> Tensor {
    var h = probe(patchEmbed(x), "patch_embed")
    for block in blocks { h = block(h) }
    return probe(probe(patchUnembed(h), "patch_unembed"))
  }
}
