import TensorCore

/// A fully connected layer with bias on the channels: [N, H, W, in] to [N, H, W, out].
public struct Linear: Sendable {
  private let weight: Tensor
  private let bias: Tensor
  private let probe: Probe

  public init(_ inFeatures: Int, _ outFeatures: Int, _ at: Weights) throws {
    weight = try at.tensor("weight", [outFeatures, inFeatures])
    bias = try at.tensor("bias", [outFeatures])
    probe = at.probe
  }

  public func callAsFunction(_ x: Tensor) -> Tensor {
    probe(linear(x, weight, bias: bias))
  }
}
