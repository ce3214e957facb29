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
    probe(affine(x).apply(to: x, silu: false))
  }

  /// The norm of `x` in bfloat16, its pixels in order, or window by window.
  public func rows(_ x: Tensor, windows grid: WindowGrid? = nil) -> BFloat16Rows {
    let affine = affine(x)
    probe.record { affine.apply(to: x, silu: false) }
    return BFloat16Rows(x, affine, windows: grid)
  }

  /// The norm of `x` as a map for the next convolution's input; `modulation` comes after it: y * (1 + scale) + shift.
  public func map(of x: Tensor, modulation: (scale: Tensor, shift: Tensor)? = nil) -> ChannelAffine {
    probe.record { affine(x).apply(to: x, silu: false) }
    return affine(x, modulation)
  }

  /// The same of a plane in bfloat16.
  public func map(of x: BFloat16Plane, modulation: (scale: Tensor, shift: Tensor)? = nil) -> ChannelAffine {
    ChannelAffine(
      normalising: x, groups: 32, epsilon: epsilon, weight: weight, bias: bias, modulation: modulation)
  }

  private func affine(_ x: Tensor, _ modulation: (scale: Tensor, shift: Tensor)? = nil) -> ChannelAffine {
    ChannelAffine(
      normalising: x, groups: 32, epsilon: epsilon, weight: weight, bias: bias, modulation: modulation)
  }
}
