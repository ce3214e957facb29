import TensorCore

/// Group normalisation with 32 groups, as every norm of these networks.
public struct GroupNorm: Sendable {
  private let weight: Tensor
  private let bias: Tensor
  private let epsilon: Double
  private let probe: Probe

  public init(_ channels: Int, epsilon: Double, _ at: Weights) throws {
    weight = try at.tensor("weight", [channels])
    bias = try at.tensor("bias", [channels])
    self.epsilon = epsilon
    probe = at.probe
  }

  public func callAsFunction(_ x: Tensor) -> Tensor {
    probe(groupNorm(x, groups: 32, epsilon: epsilon, weight: weight, bias: bias))
  }

  /// The norm followed by SiLU, in one pass; `modulation` comes between: y * (1 + scale) + shift.
  public func thenSiLU(_ x: Tensor, modulation: (scale: Tensor, shift: Tensor)? = nil) -> Tensor {
    probe.record { groupNorm(x, groups: 32, epsilon: epsilon, weight: weight, bias: bias) }
    return groupNorm(
      x, groups: 32, epsilon: epsilon, weight: weight, bias: bias, modulation: modulation, silu: true)
  }
}
