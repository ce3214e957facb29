/// Says how long work will still take, from what was expected and what was seen so far.
public struct TimeLeft: Sendable {
  private let expected: Double?
  private let start: ContinuousClock.Instant

  /// Of work that starts now; `expected` is how many seconds it should take, nil = nobody knows.
  public init(expected: Double?) {
    self.expected = expected
    start = .now
  }

  /// Seconds from now on if so much of the work is done; nil as long as nothing can be said.
  public func seconds(atShare share: Double) -> Double? {
    Self.seconds(elapsed: start.duration(to: .now).seconds, share: min(max(share, 0), 1), expected: expected)
  }

  /// The more of the work is done, the more counts the pace that it had. Without an expectation it takes some work and some
  /// time to know a pace.
  static func seconds(elapsed: Double, share: Double, expected: Double?) -> Double? {
    if let expected { return (1 - share) * (elapsed + (1 - share) * expected) }
    guard share > 0.02, elapsed > 2 else { return nil }
    return (1 - share) * elapsed / share
  }
}

extension Duration {
  var seconds: Double { Double(components.seconds) + Double(components.attoseconds) / 1e18 }
}
