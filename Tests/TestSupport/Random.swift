import TensorCore

/// The same numbers on every machine.
public struct SeededRandom: RandomNumberGenerator {
  private var generator: SplitMix64

  public init(_ seed: UInt64) { generator = SplitMix64(seed: seed) }

  public mutating func next() -> UInt64 { generator.next() }

  /// A tensor of numbers in `range`.
  public mutating func tensor(_ shape: Shape, _ range: ClosedRange<Float> = -1...1) -> Tensor {
    Tensor(shape, (0..<shape.count).map { _ in Float.random(in: range, using: &self) })
  }
}
