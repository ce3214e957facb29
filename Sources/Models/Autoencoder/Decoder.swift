import Layers
import TensorCore

/// The decoder of the VQ autoencoder: [N, h, w, z] to [N, h*f, w*f, 3].
struct Decoder: Sendable {
  private let convIn: Conv2d
  private let middle: MiddleBlock
  /// From the coarsest level to the finest, `up.0`.
  private let levels: [(blocks: [ResnetBlock], upsample: Conv2d?)]
  private let normOut: GroupNorm
  private let convOut: Conv2d
  private let probe: Probe

  init(_ configuration: VQConfiguration, _ at: Weights) throws {
    let widths = configuration.chMult.map { $0 * configuration.ch }
    var channels = widths[widths.count - 1]
    convIn = try Conv2d(configuration.zChannels, channels, kernel: 3, at.at("conv_in"))
    middle = try MiddleBlock(channels, at.at("mid"))
    var levels: [([ResnetBlock], Conv2d?)] = []
    for level in widths.indices.reversed() {
      let here = at.at("up").at(level)
      var blocks: [ResnetBlock] = []
      for index in 0...configuration.numResBlocks[level] {
        blocks.append(try ResnetBlock(channels, widths[level], here.at("block").at(index)))
        channels = widths[level]
      }
      let upsample = level == 0 ? nil : try Conv2d(channels, channels, kernel: 3, here.at("upsample.conv"))
      levels.append((blocks, upsample))
    }
    self.levels = levels
    normOut = try GroupNorm(channels, epsilon: 1e-6, at.at("norm_out"))
    convOut = try Conv2d(channels, configuration.outCh, kernel: 3, at.at("conv_out"))
    probe = at.probe
  }

  func callAsFunction(_ z: Tensor) -> Tensor {
    var h = middle(convIn(z))
    for level in levels {
      for block in level.blocks { h = block(h) }
      if let upsample = level.upsample { h = upsample.upsampling(h) }
    }
    return probe(convOut(h, activating: normOut.map(of: h)))
  }
}
