import Layers
import TensorCore

/// The denoiser of ResShift (paper, section 4.1): a UNet with Swin layers, conditioned on the low-quality picture.
public struct UNetModelSwin: Sendable {
  private let timeEmbed: TimestepEmbedding
  private let featureExtractor: FeatureExtractor
  private let firstConv: Conv2d
  private let down: [Block]
  private let middle: (first: ResBlock, attention: BasicLayer, last: ResBlock)
  private let up: [Block]
  private let outNorm: GroupNorm
  private let outConv: Conv2d
  private let probe: Probe
  private let firstProbe: Probe
  private let middleProbe: Probe

  public init(_ configuration: UNetConfiguration, _ at: Weights) throws {
    let levels = configuration.channelMult.count
    let widths = configuration.channelMult.map { $0 * configuration.modelChannels }
    let embedding = 4 * configuration.modelChannels
    func size(_ level: Int) -> Int { configuration.imageSize >> level }
    func layer(_ level: Int, _ at: Weights) throws -> BasicLayer? {
      guard configuration.attentionResolutions.contains(size(level)) else { return nil }
      return try BasicLayer(widths[level], nominalSize: size(level), configuration, at)
    }

    timeEmbed = try TimestepEmbedding(modelChannels: configuration.modelChannels, at.at("time_embed"))
    featureExtractor = try FeatureExtractor(configuration, at.at("feature_extractor"))
    let inputs = at.at("input_blocks")
    var channels = widths[0]
    firstConv = try Conv2d(
      configuration.inChannels + featureExtractor.outChannels, channels, kernel: 3,
      inputs.at("0.0"))
    firstProbe = inputs.at(0).probe

    var skips = [channels]
    var down: [Block] = []
    for level in 0..<levels {
      for index in 0..<configuration.numResBlocks[level] {
        let here = inputs.at(down.count + 1)
        down.append(
          Block(
            res: try ResBlock(channels, widths[level], embedding: embedding, here.at(0)),
            attention: index == 0 ? try layer(level, here.at(1)) : nil, resample: nil, probe: here.probe))
        channels = widths[level]
        skips.append(channels)
      }
      if level < levels - 1 {
        let here = inputs.at(down.count + 1)
        let conv = try Conv2d(channels, channels, kernel: 3, stride: 2, here.at("0.op"))
        down.append(Block(res: nil, attention: nil, resample: (.down, conv, here.at(0).probe), probe: here.probe))
        skips.append(channels)
      }
    }
    self.down = down

    let centre = at.at("middle_block")
    middle = (
      try ResBlock(channels, channels, embedding: embedding, centre.at(0)),
      try BasicLayer(channels, nominalSize: size(levels - 1), configuration, centre.at(1)),
      try ResBlock(channels, channels, embedding: embedding, centre.at(2))
    )
    middleProbe = centre.probe

    var up: [Block] = []
    for level in (0..<levels).reversed() {
      for index in 0...configuration.numResBlocks[level] {
        let here = at.at("output_blocks").at(up.count)
        let res = try ResBlock(
          channels + skips.removeLast(), widths[level], embedding: embedding, here.at(0))
        channels = widths[level]
        let attention = index == 0 ? try layer(level, here.at(1)) : nil
        var resample: (Resample, Conv2d, Probe)?
        if level > 0 && index == configuration.numResBlocks[level] {
          let place = here.at(attention == nil ? 1 : 2)
          resample = (
            .up, try Conv2d(channels, channels, kernel: 3, place.at("conv")), place.probe
          )
        }
        up.append(Block(res: res, attention: attention, resample: resample, probe: here.probe))
      }
    }
    self.up = up
    outNorm = try GroupNorm(channels, epsilon: 1e-5, at.at("out.0"))
    outConv = try Conv2d(channels, configuration.outChannels, kernel: 3, at.at("out.2"))
    probe = at.at("out").probe
  }

  /// The network's prediction for the latent `z` [N, h, w, in] at the 0-based `step`, given the condition [lq, mask]
  /// [N, H, W, 3 or 4] in [-1, 1]: [N, h, w, out].
  public func callAsFunction(_ z: Tensor, step: Int, condition: Tensor) -> Tensor {
    let embedding = timeEmbed(step).silu()
    var h = firstProbe(firstConv(z.concatenated(with: featureExtractor(condition))))
    var skips = [h]
    for block in down {
      h = block(h, embedding)
      skips.append(h)
    }
    h = middle.last(middle.attention(middle.first(h, embedding)), embedding)
    middleProbe(h)
    for block in up {
      h = block(h.concatenated(with: skips.removeLast()), embedding)
    }
    let outMap = outNorm.map(of: h)
    probe.record("1") { outMap.apply(to: h, silu: true) }
    return probe(outConv(h, activating: outMap))
  }
}

private enum Resample { case down, up }

/// One entry of `input_blocks` or `output_blocks`: what it has of a ResBlock, a Swin layer and a change of size.
private struct Block: Sendable {
  let res: ResBlock?
  let attention: BasicLayer?
  let resample: (kind: Resample, conv: Conv2d, probe: Probe)?
  let probe: Probe

  func callAsFunction(_ x: Tensor, _ embedding: Tensor) -> Tensor {
    var h = x
    if let res { h = res(h, embedding) }
    if let attention { h = attention(h) }
    if let resample {
      h = resample.probe(resample.kind == .up ? resample.conv.upsampling(h) : resample.conv(h))
    }
    return probe(h)
  }
}
