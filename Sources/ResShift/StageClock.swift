import Synchronization

/// Adds up the time of each stage of a restoration, for measurements.
final class StageClock: Sendable {
  struct Times: Sendable {
    var encode = Duration.zero
    var step = Duration.zero
    var decode = Duration.zero
  }

  private let state = Mutex(Times())

  var times: Times { state.withLock { $0 } }

  func measure<R>(_ stage: WritableKeyPath<Times, Duration> & Sendable, _ body: () throws -> R) rethrows -> R {
    let start = ContinuousClock.now
    defer {
      let elapsed = ContinuousClock.now - start
      state.withLock { $0[keyPath: stage] += elapsed }
    }
    return try body()
  }
}
