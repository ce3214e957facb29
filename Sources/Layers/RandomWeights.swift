import CKernels
import TensorCore

/// Weights drawn from a seed: networks without files, for measuring and for tests.
///
/// Values keep activations near unit size: matrices uniform with the deviation of 1 / sqrt(inputs), norm weights near 1,
/// biases near 0. A tensor depends on the seed and its name only.
public final class RandomWeights: WeightSource {
  private let seed: UInt64

  public init(seed: UInt64) {
    self.seed = seed
  }

  public func tensor(_ name: String, shape: [Int]) -> Tensor {
    let seed = seed
    return Tensor(whenFirstRead: Shape(weights: shape)) { Self.fill($0, name, shape: shape, seed: seed) }
  }

  /// The values of one tensor, [first side, 1, 1, the others].
  public static func values(_ name: String, shape: [Int], seed: UInt64) -> Tensor {
    Tensor(Shape(weights: shape)) { fill($0, name, shape: shape, seed: seed) }
  }

  private static func fill(_ out: UnsafeMutablePointer<Float>, _ name: String, shape: [Int], seed: UInt64) {
    let fanIn = shape.dropFirst().reduce(1, *)
    let isNormWeight = shape.count == 1 && name.hasSuffix("weight")
    let (centre, spread): (Float, Float) =
      shape.count == 1 ? (isNormWeight ? 1 : 0, 0.1) : (0, (3 / Float(fanIn)).squareRoot())
    // FNV-1a of the name: each tensor a stream of its own.
    let stream = name.utf8.reduce(UInt64(0xcbf2_9ce4_8422_2325)) { ($0 ^ UInt64($1)) &* 0x100_0000_01b3 }
    let count = shape.reduce(1, *)
    ck_uniform(out, count, seed, stream)
    for i in 0..<count { out[i] = centre + spread * out[i] }
  }
}

extension Shape {
  /// The shape under which a weight of PyTorch's shape is held: [first side, 1, 1, the others].
  public init(weights shape: [Int]) {
    self.init(shape.first ?? 1, 1, 1, shape.dropFirst().reduce(1, *))
  }
}
