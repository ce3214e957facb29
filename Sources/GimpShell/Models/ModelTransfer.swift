import CGimp
import Glibc
import ModelStore
import Synchronization

/// A download or an import on a thread of its own, while the main thread keeps the window alive.
final class ModelTransfer: Sendable {
  private struct State {
    var text: String
    var share = 0.0
    var isStopped = false
    var outcome: Result<Void, any Error>?
  }
  private let state: Mutex<State>

  /// `text` is what it does before there is anything to tell.
  init(_ text: String) { state = Mutex(State(text: text)) }

  /// The download ends as soon as it looks; from any thread.
  func stop() { state.withLock { $0.isStopped = true } }

  /// Runs `work` and calls `show` with how far it is until it is done. Throws what it throws.
  func run(
    _ work: @escaping @Sendable (_ report: (ModelStore.DownloadEvent) -> Bool) throws -> Void,
    show: (_ share: Double, _ text: String) -> Void
  ) throws {
    try startThread {
      let outcome = Result { try work(self.report) }
      self.state.withLock { $0.outcome = outcome }
    }
    while true {
      let (share, text, outcome) = state.withLock { ($0.share, $0.text, $0.outcome) }
      show(share, text)
      while gtk_events_pending() != 0 { gtk_main_iteration_do(0) }
      if let outcome { return try outcome.get() }
      usleep(20_000)
    }
  }

  private func report(_ event: ModelStore.DownloadEvent) -> Bool {
    state.withLock { state in
      switch event {
      case .fetching(let file, let done, let total):
        state.text = total > 0 ? "\(file): \(Size.text(done)) of \(Size.text(total))" : "\(file) ..."
        state.share = total > 0 ? Double(done) / Double(total) : 0
      case .shared(let file, let other): state.text = "\(file): the same as that of \(other)"
      case .installed(let file, _): state.text = "\(file): checked"
      }
      return !state.isStopped
    }
  }
}
