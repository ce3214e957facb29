import TensorCore

/// Several tries of one restoration, told apart by their seeds.
public enum Variants {
  public static let counts = 1...6

  /// The seeds of `count` tries: the first is given, the others are drawn from it, always the same ones. These have 31 bits, which
  /// is what GIMP's procedures take.
  public static func seeds(from first: UInt64, count: Int) -> [UInt64] {
    var random = SplitMix64(seed: first)
    var seeds = [first]
    while seeds.count < count {
      let seed = random.next() >> 33
      if !seeds.contains(seed) { seeds.append(seed) }
    }
    return seeds
  }
}
