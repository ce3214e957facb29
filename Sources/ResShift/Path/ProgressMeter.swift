import Synchronization

/// Counts work done against work planned and tells the caller.
final class ProgressMeter: Sendable {
  private let total: Double
  private let done = Mutex(0.0)
  private let report: (@Sendable (Double) throws -> Void)?

  init(total: Double, _ report: (@Sendable (Double) throws -> Void)?) throws {
    self.total = max(total, 1)
    self.report = report
    try report?(0)
  }

  /// Throws what the caller's handler throws, which stops the restoration.
  func advance(_ work: Double) throws {
    let fraction = done.withLock { done in
      done += work
      // Sums of parts have rounding errors: almost all is all.
      return done > total * (1 - 1e-9) ? 1 : done / total
    }
    try report?(fraction)
  }
}

/// Passes reports on to the caller of a restoration, and repeats the last one for who wants to know whether to go on.
final class ProgressRelay: Sendable {
  private let last = Mutex(0.0)
  private let report: @Sendable (Double) throws -> Void

  init(_ report: @escaping @Sendable (Double) throws -> Void) { self.report = report }

  func report(_ share: Double) throws {
    last.withLock { $0 = share }
    try report(share)
  }

  func repeatReport() throws { try report(last.withLock { $0 }) }
}
