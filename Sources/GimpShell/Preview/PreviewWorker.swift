import Glibc
import ResShift
import Synchronization

/// Computes scenes, one at a time, on a thread of its own. The main thread starts them and looks what came of them.
final class PreviewWorker: Sendable {
  private struct State {
    /// The number of the computation whose result is wanted; an older one stops.
    var wanted = 0
    var isRunning = false
    var outcome: Result<PixelImage, any Error>?
  }
  private let state = Mutex(State())

  var isBusy: Bool { state.withLock { $0.isRunning } }

  /// Begins to compute; only when the one before has ended.
  func start(_ scene: PreviewScene, _ engine: Engine, _ options: RestoreOptions) throws {
    let number = state.withLock { state in
      precondition(!state.isRunning, "one at a time")
      (state.isRunning, state.outcome) = (true, nil)
      return state.wanted
    }
    var options = options
    options.progress = { [self] _ in
      guard state.withLock({ $0.wanted == number }) else { throw RestoreError.cancelled }
    }
    let prepared = options
    do {
      try startThread { [self] in
        let outcome = Result { try scene.compute(try engine.restorer(), prepared) }
        state.withLock { state in
          state.isRunning = false
          if state.wanted == number { state.outcome = outcome }
        }
      }
    } catch {
      state.withLock { $0.isRunning = false }
      throw error
    }
  }

  /// What came of the computation that ended since the last look; nil = nothing.
  func takeOutcome() -> Result<PixelImage, any Error>? {
    state.withLock { state in
      defer { state.outcome = nil }
      return state.outcome
    }
  }

  /// What is computed is not wanted any more: it stops as soon as it can.
  func stop() {
    state.withLock { state in
      state.wanted += 1
      state.outcome = nil
    }
  }

  /// Returns when nothing is computed any more.
  func stopAndWait() {
    stop()
    while isBusy { usleep(2_000) }
  }
}
