import TensorCore

/// A convolution with bias: [N, H, W, in] to [N, H', W', out], zero padding of kernel / 2.
public struct Conv2d: Sendable {
  private let weights: ConvolutionWeights
  private let stride: Int
  private let padding: Padding
  private let probe: Probe

  public init(
    _ inChannels: Int, _ outChannels: Int, kernel: Int, stride: Int = 1, padding: Padding = .same, _ at: Weights
  ) throws {
    weights = ConvolutionWeights(
      try at.tensor("weight", [outChannels, inChannels, kernel, kernel]), bias: try at.tensor("bias", [outChannels]),
      kernel: kernel, inChannels: inChannels, outChannels: outChannels)
    self.stride = stride
    self.padding = padding
    probe = at.probe
  }

  public func callAsFunction(_ x: Tensor) -> Tensor {
    probe(convolve(x, weights, stride: stride, padding: padding))
  }
}
