import Layers
import TensorCore

/// The encoder of the VQ autoencoder: [N, H, W, 3] to [N, H/f, W/f, z].
struct Encoder: Sendable {
  private let convIn: Conv2d
  private let levels: [(blocks: [ResnetBlock], downsample: Conv2d?)]
  private let middle: MiddleBlock
  private let normOut: GroupNorm
  private let convOut: Conv2d
  private let probe: Probe

  init(_ configuration: VQConfiguration, _ at: Weights) throws {
    var channels = configuration.ch
    convIn = try Conv2d(configuration.inChannels, channels, kernel: 3, at.at("conv_in"))
    var levels: [([ResnetBlock], Conv2d?)] = []
    for (level, multiple) in configuration.chMult.enumerated() {
      let here = at.at("down").at(level)
      var blocks: [ResnetBlock] = []
      for index in 0..<configuration.numResBlocks[level] {
        blocks.append(try ResnetBlock(channels, multiple * configuration.ch, here.at("block").at(index)))
        channels = multiple * configuration.ch
      }
      let isLast = level == configuration.chMult.count - 1
      let downsample =
        isLast
        ? nil
        : try Conv2d(
          channels, channels, kernel: 3, stride: 2, padding: .bottomRight, here.at("downsample.conv"))
      levels.append((blocks, downsample))
    }
    self.levels = levels
    middle = try MiddleBlock(channels, at.at("mid"))
    normOut = try GroupNorm(channels, epsilon: 1e-6, at.at("norm_out"))
    convOut = try Conv2d(channels, configuration.zChannels, kernel: 3, at.at("conv_out"))
    probe = at.probe
  }

  func callAsFunction(_ x: Tensor) -> Tensor {
    var h = convIn(x)
    for level in levels {
      for block in level.blocks { h = block(h) }
      if let downsample = level.downsample { h = downsample(h) }
    }
    h = middle(h)
    return probe(convOut(h, activating: normOut.map(of: h)))
  }
}
