import Layers
import TensorCore

/// Brings the condition [lq, mask] to the size of the latent: the identity, or pairs of a convolution with SiLU and one
/// of stride 2 that doubles the channels.
struct FeatureExtractor: Sendable {
  private let stages: [(conv: Conv2d, down: Conv2d)]
  private let probe: Probe
  /// Channels of its output.
  let outChannels: Int

  init(_ configuration: UNetConfiguration, _ at: Weights) throws {
    var channels = configuration.condMask ? 4 : 3
    var width = 16
    var stages: [(Conv2d, Conv2d)] = []
    var size = configuration.lqSize
    while size > configuration.imageSize {
      let conv = try Conv2d(channels, width, kernel: 3, at.at(3 * stages.count))
      let down = try Conv2d(width, 2 * width, kernel: 3, stride: 2, at.at(3 * stages.count + 2).at("op"))
      stages.append((conv, down))
      channels = 2 * width
      width *= 2
      size /= 2
    }
    self.stages = stages
    outChannels = channels
    probe = at.probe
  }

  func callAsFunction(_ condition: Tensor) -> Tensor {
    var h = condition
    for (index, stage) in stages.enumerated() {
      h = probe(stage.conv(h).silu(), "\(3 * index + 1)")
      h = probe(stage.down(h), "\(3 * index + 2)")
    }
    return probe(h)
  }
}
