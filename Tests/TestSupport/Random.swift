import TensorCore

/// SplitMix64: the same numbers on every machine.
public struct SeededRandom: RandomNumberGenerator {
  private var state: UInt64

  public init(_ seed: UInt64) {
    state = seed
  }

  public mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }

  /// A tensor of numbers in `range`.
  public mutating func tensor(_ shape: Shape, _ range: ClosedRange<Float> = -1...1) -> Tensor {
    Tensor(shape, (0..<shape.count).map { _ in Float.random(in: range, using: &self) })
  }
}
