import Synchronization

/// Lets the caller of a long computation stop it at any moment, without a `throws` in every layer.
///
/// The thread that computes asks the caller between two pieces of work, but not more often than every `pause`. Once the caller
/// has thrown, parallel loops do nothing any more, so that what still runs is soon through, and its results mean nothing:
/// who began the computation ends with `check`, which throws what the caller threw. What outlives the computation is made
/// outside of it (`DeferredStorage`).
public final class Interruption: Sendable {
  /// Asked by what is computed from here on; nil = nobody can stop it.
  @TaskLocal public static var current: Interruption?

  private let ask: @Sendable () throws -> Void
  private let pause: Duration
  private let hasStopped = Atomic(false)
  private let state: Mutex<State>

  private struct State {
    var asked: ContinuousClock.Instant
    var error: (any Error)?
  }

  /// `ask` throws when the computation is to stop. It is called by the thread that computes.
  public init(every pause: Duration = .milliseconds(20), ask: @escaping @Sendable () throws -> Void) {
    (self.ask, self.pause) = (ask, pause)
    state = Mutex(State(asked: .now))
  }

  /// Whether the caller has thrown; for other threads than the one that asks.
  var isStopped: Bool { hasStopped.load(ordering: .relaxed) }

  /// Asks, if it is time to, and tells whether the computation is to stop.
  func asked() -> Bool {
    guard !isStopped else { return true }
    let now = ContinuousClock.now
    let isTime = state.withLock { state in
      guard state.asked.duration(to: now) >= pause else { return false }
      state.asked = now
      return true
    }
    guard isTime else { return false }
    do {
      try ask()
    } catch {
      state.withLock { $0.error = error }
      hasStopped.store(true, ordering: .relaxed)
    }
    return isStopped
  }

  /// Whether the current computation is to stop, for long loops that cannot throw; asks if it is time to.
  public static var isWanted: Bool { current?.asked() ?? false }

  /// Throws what the caller threw, if the current computation is to stop; asks if it is time to.
  public static func check() throws {
    guard let current, current.asked(), let error = current.state.withLock({ $0.error }) else { return }
    throw error
  }
}
