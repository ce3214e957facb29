import TensorCore

/// A convolution with bias: [N, H, W, in] to [N, H', W', out].
public struct Conv2d: Sendable {
  private let weights: ConvolutionWeights
  private let padding: Padding
  private let probe: Probe

  /// `size` is the side of the plane for a picture of the trained size, by which the algorithm of a 3x3 convolution of
  /// stride 1 is chosen.
  public init(
    _ inChannels: Int, _ outChannels: Int, kernel: Int, stride: Int = 1, padding: Padding = .same,
    _ at: Weights
  ) throws {
    weights = ConvolutionWeights(
      try at.tensor("weight", [outChannels, inChannels, kernel, kernel]), bias: try at.tensor("bias", [outChannels]),
      kernel: kernel, stride: stride, inChannels: inChannels, outChannels: outChannels)
    self.padding = padding
    probe = at.probe
  }

  public func callAsFunction(_ x: Tensor) -> Tensor {
    probe(convolve(x, weights, padding: padding))
  }

  /// Whether products are in bfloat16.
  public var isHalf: Bool { weights.isHalf }

  /// Of a kernel of 1: the product with rows in bfloat16, in bfloat16 again.
  public func callAsFunction(_ rows: BFloat16Rows, gelu: Bool = false) -> BFloat16Rows {
    let result = rows.times(weights, gelu: gelu)
    if !gelu { probe.record { result.widened } }
    return result
  }

  /// Of a kernel of 1: the product with rows in bfloat16 as a tensor of `shape`, plus `residual`.
  public func callAsFunction(_ rows: BFloat16Rows, shape: Shape, adding residual: Tensor) -> Tensor {
    probe.record { rows.times(weights, shape: shape, residual: nil) }
    return rows.times(weights, shape: shape, residual: residual)
  }

  /// The convolution of SiLU(norm), plus `residual`, without a tensor between them.
  public func callAsFunction(_ x: Tensor, activating norm: ChannelAffine, adding residual: Tensor? = nil) -> Tensor {
    probe.record { convolve(x, weights, padding: padding, before: norm) }
    return convolve(x, weights, padding: padding, before: norm, residual: residual)
  }

  /// The convolution of SiLU(norm) of one picture, in bfloat16: for weights that are.
  public func half(_ x: Tensor, activating norm: ChannelAffine) -> BFloat16Plane {
    let result = BFloat16Plane(x, weights, before: norm)
    probe.record { result.widened }
    return result
  }

  /// The convolution of SiLU(norm) of a plane in bfloat16, plus `residual`.
  public func callAsFunction(_ x: BFloat16Plane, activating norm: ChannelAffine, adding residual: Tensor) -> Tensor {
    probe.record { x.convolved(weights, before: norm, residual: nil) }
    return x.convolved(weights, before: norm, residual: residual)
  }

  /// The convolution of `x` with every pixel repeated twice along both sides: [N, 2H, 2W, out].
  public func upsampling(_ x: Tensor) -> Tensor {
    probe(convolve(x, weights, padding: padding, upsampled: true))
  }
}
