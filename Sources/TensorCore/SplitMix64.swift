/// Steele, Lea and Flood's generator: small, and the same everywhere, which the standard library does not promise.
public struct SplitMix64: Sendable {
  private var state: UInt64

  public init(seed: UInt64) { state = seed }

  /// A generator of its own for each of the numbers that name a place: no two share their beginnings.
  public init(seed: UInt64, _ numbers: Int...) {
    self.init(seed: seed)
    for number in numbers { state = next() ^ UInt64(bitPattern: Int64(number)) }
  }

  public mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    var z = state
    z = (z ^ (z >> 30)) &* 0xbf58_476d_1ce4_e5b9
    z = (z ^ (z >> 27)) &* 0x94d0_49bb_1331_11eb
    return z ^ (z >> 31)
  }

  /// Evenly in low..<high.
  public mutating func uniform(_ low: Double, _ high: Double) -> Double {
    low + (high - low) * Double(next() >> 11) * 0x1p-53
  }

  /// Evenly in 0..<count.
  public mutating func index(_ count: Int) -> Int { Int(uniform(0, Double(count))) }
}
