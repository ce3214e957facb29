import Glibc
import ModelStore
import Synchronization
import Wording

/// A download, an import or a check on a thread of its own, while the main thread keeps the window alive in `show`.
public final class ModelWork: Sendable {
  private struct State {
    var text: Message
    var share = 0.0
    var isStopped = false
  }
  private let state: Mutex<State>

  /// `text` is what it does before there is anything to tell.
  public init(_ text: Message) { state = Mutex(State(text: text)) }

  /// The work ends as soon as it looks; from any thread.
  public func stop() { state.withLock { $0.isStopped = true } }

  /// Runs `work` and calls `show` 50 times a second with how far it is, until it is done. Throws what it throws.
  public func run<R: Sendable>(
    _ work: @escaping @Sendable (ModelWork) throws -> R, show: (_ share: Double, _ text: Message) -> Void
  ) throws -> R {
    let outcome = WorkOutcome<R>()
    try startThread {
      let result = Result { try work(self) }
      outcome.value.withLock { $0 = result }
    }
    while true {
      let (share, text) = state.withLock { ($0.share, $0.text) }
      let result = outcome.value.withLock { $0 }
      show(share, text)
      if let result { return try result.get() }
      usleep(20_000)
    }
  }

  /// The work is so far; false = it is to stop.
  public func tell(_ share: Double, _ text: Message? = nil) -> Bool {
    state.withLock { state in
      state.share = share
      if let text { state.text = text }
      return !state.isStopped
    }
  }

  public func report(_ event: ModelStore.DownloadEvent) -> Bool {
    switch event {
    case .fetching(let file, let done, let total):
      total > 0
        ? tell(Double(done) / Double(total), Notice.fetching(file, Amount.bytes(done), of: Amount.bytes(total)))
        : tell(0, Notice.beginning(file))
    case .shared(let file, let other): tell(1, Notice.shared(file, with: other))
    case .installed(let file, _): tell(1, Notice.checked(file))
    }
  }
}

/// What came of the work; a class, so that both threads have it.
private final class WorkOutcome<R: Sendable>: Sendable {
  let value = Mutex<Result<R, any Error>?>(nil)
}
