import Glibc
import ModelStore
import Synchronization
import Wording

/// A download or an import on a thread of its own, while the main thread keeps the window alive in `show`.
public final class ModelTransfer: Sendable {
  private struct State {
    var text: Message
    var share = 0.0
    var isStopped = false
    var outcome: Result<Void, any Error>?
  }
  private let state: Mutex<State>

  /// `text` is what it does before there is anything to tell.
  public init(_ text: Message) { state = Mutex(State(text: text)) }

  /// The download ends as soon as it looks; from any thread.
  public func stop() { state.withLock { $0.isStopped = true } }

  /// Runs `work` and calls `show` 50 times a second with how far it is, until it is done. Throws what it throws.
  public func run(
    _ work: @escaping @Sendable (_ report: (ModelStore.DownloadEvent) -> Bool) throws -> Void,
    show: (_ share: Double, _ text: Message) -> Void
  ) throws {
    try startThread {
      let outcome = Result { try work(self.report) }
      self.state.withLock { $0.outcome = outcome }
    }
    while true {
      let (share, text, outcome) = state.withLock { ($0.share, $0.text, $0.outcome) }
      show(share, text)
      if let outcome { return try outcome.get() }
      usleep(20_000)
    }
  }

  private func report(_ event: ModelStore.DownloadEvent) -> Bool {
    state.withLock { state in
      switch event {
      case .fetching(let file, let done, let total):
        state.text = total > 0 ? Notice.fetching(file, Size.text(done), of: Size.text(total)) : Notice.beginning(file)
        state.share = total > 0 ? Double(done) / Double(total) : 0
      case .shared(let file, let other): state.text = Notice.shared(file, with: other)
      case .installed(let file, _): state.text = Notice.checked(file)
      }
      return !state.isStopped
    }
  }
}
