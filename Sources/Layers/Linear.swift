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

  /// Whether products are in bfloat16.
  public var isHalf: Bool { weights.isHalf }

  /// The product with rows in bfloat16, in bfloat16 again.
  public func callAsFunction(_ rows: BFloat16Rows) -> BFloat16Rows {
    let result = rows.times(weights)
    probe.record { result.widened }
    return result
  }

  /// The product with tokens in bfloat16, in the order of `grid`'s windows, as the plane of `shape` that they are of, plus `residual`.
  public func callAsFunction(_ rows: BFloat16Rows, shape: Shape, windows grid: WindowGrid, adding residual: Tensor)
    -> Tensor
  {
    probe.record { rows.times(weights, shape: Shape(1, 1, rows.rows, shape.c), residual: nil) }
    return rows.times(weights, shape: shape, residual: residual, windows: grid)
  }

  public func callAsFunction(_ x: Tensor) -> Tensor {
    probe(convolve(x, weights))
  }
}
