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

  /// The convolution of SiLU(norm), plus `residual`, without a tensor between them.
  public func callAsFunction(_ x: Tensor, activating norm: ChannelAffine, adding residual: Tensor? = nil) -> Tensor {
    probe.record { convolve(x, weights, padding: padding, before: norm) }
    return convolve(x, weights, padding: padding, before: norm, residual: residual)
  }

  /// The convolution of `x` with every pixel repeated twice along both sides: [N, 2H, 2W, out].
  public func upsampling(_ x: Tensor) -> Tensor {
    probe(convolve(x, weights, padding: padding, upsampled: true))
  }
}
