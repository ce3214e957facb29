import Synchronization
import TensorCore

/// Adds up time and work of each stage of a restoration, for measurements.
final class StageClock: Sendable {
  struct Stages: Sendable {
    var encode = WorkCount.Part()
    var step = WorkCount.Part()
    var decode = WorkCount.Part()
  }

  private let state = Mutex(Stages())

  var stages: Stages { state.withLock { $0 } }

  /// The work is that which `WorkCount.current` saw meanwhile.
  func measure<R>(_ stage: WritableKeyPath<Stages, WorkCount.Part> & Sendable, _ body: () throws -> R) rethrows -> R {
    let (start, before) = (ContinuousClock.now, WorkCount.current?.operations ?? 0)
    defer {
      let elapsed = ContinuousClock.now - start
      let operations = (WorkCount.current?.operations ?? 0) - before
      state.withLock { $0[keyPath: stage].add(operations: operations, time: elapsed) }
    }
    return try body()
  }
}
