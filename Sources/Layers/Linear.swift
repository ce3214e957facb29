import TensorCore

/// A fully connected layer with bias on the channels: [N, H, W, in] to [N, H, W, out].
public struct Linear: Sendable {
  private let weights: ConvolutionWeights
  private let probe: Probe

  public init(_ inFeatures: Int, _ outFeatures: Int, _ at: Weights) throws {
    weights = ConvolutionWeights(
      try at.tensor("weight", [outFeatures, inFeatures]), bias: try at.tensor("bias", [outFeatures]), kernel: 1,
      inChannels: inFeatures, outChannels: outFeatures)
    probe = at.probe
  }

  public func callAsFunction(_ x: Tensor) -> Tensor {
    probe(convolve(x, weights))
  }
}
