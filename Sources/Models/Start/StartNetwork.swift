import Layers
import TensorCore

/// Enlarges the low-quality picture by itself: the y that diffusion begins with, instead of the bicubic enlargement.
///
/// Convolutions of 3x3 at the input's resolution, each but the last with a leaky ReLU whose slopes were learnt, one a channel;
/// the last one makes `scale` x `scale` pixels of each, which are added to the pixel itself (the kind of network that
/// Real-ESRGAN calls SRVGG).
public struct StartNetwork: Sendable {
  private let layers: [(convolution: Conv2d, slopes: Tensor)]
  private let tail: Conv2d
  private let shuffle: PixelUnshuffle
  private let probe: Probe
  /// Pixels of the input around one that have a say in what is made of it.
  public let reach: Int

  /// `scale` is the enlargement, `sf` of the diffusion.
  public init(_ configuration: StartConfiguration, scale: Int, _ at: Weights) throws {
    let channels = configuration.channels
    let places = ["head"] + (0..<configuration.blocks).map { "blocks.\($0)" }
    layers = try places.enumerated().map { index, place in
      let convolution = try Conv2d(index == 0 ? 3 : channels, channels, kernel: 3, at.at(place))
      return (convolution, try at.at("activations").at(index).tensor("weight", [channels]))
    }
    tail = try Conv2d(channels, 3 * scale * scale, kernel: 3, at.at("tail"))
    shuffle = PixelUnshuffle(factor: scale)
    probe = at.probe
    reach = configuration.reach
  }

  /// [N, h, w, 3] in [-1, 1] to [N, h * scale, w * scale, 3], not clamped.
  public func callAsFunction(_ lq: Tensor) -> Tensor {
    // Inside, pictures are 0...1: what convolutions see around them is black.
    let x = lq.affine(0.5, 0.5)
    var h = x
    for (index, layer) in layers.enumerated() {
      h = layer.convolution(h)
      h.rectify(slopes: layer.slopes)
      probe(h, "activations.\(index)")
    }
    return probe(repeated(x, adding: shuffle.decode(tail(h))).affine(2, -1))
  }

  /// Every pixel of `x` repeated to the size of `detail`, plus that.
  private func repeated(_ x: Tensor, adding detail: Tensor) -> Tensor {
    var sum = x.upsampledNearest(by: shuffle.factor)
    sum.add(detail)
    return sum
  }
}
