import Glibc
import ResShift
import Synchronization
import Wording

/// One computation on a thread of its own, watched by the main thread, which alone may call GIMP.
final class Worker<Output: Sendable>: Sendable {
  private struct State {
    var progress: RestoreProgress?
    var notices: [String] = []
    var outcome: Result<Output, any Error>?
  }
  private let state = Mutex(State())

  /// Runs `work` and shows its progress in GIMP until it is done; `options` carries progress and notices to it.
  ///
  /// GIMP's Cancel ends the whole process, so nothing in the image may have changed by now.
  static func run(
    _ options: RestoreOptions, in gimp: any Gimp, _ work: @escaping @Sendable (RestoreOptions) throws -> Output
  ) throws -> Output {
    let worker = Worker()
    var options = options
    options.report = { progress in worker.state.withLock { $0.progress = progress } }
    options.notice = { text in worker.state.withLock { $0.notices.append(text) } }
    let prepared = options
    try startThread {
      let outcome = Result { try work(prepared) }
      worker.state.withLock { $0.outcome = outcome }
    }
    return try worker.watch(gimp)
  }

  /// Looks every 10 ms whether the work is done and tells GIMP every 100 ms how far it is.
  private func watch(_ gimp: any Gimp) throws -> Output {
    var ticks = 0
    var text: Message?
    while true {
      let (progress, notices, outcome) = state.withLock { state in
        defer { state.notices = [] }
        return (state.progress, state.notices, state.outcome)
      }
      for notice in notices { gimp.tell(Message(verbatim: notice)) }
      if let outcome {
        gimp.showProgress(1)
        return try outcome.get()
      }
      if ticks % 10 == 0, let progress {
        gimp.showProgress(min(max(progress.share, 0), 1))
        let now = Notice.progress(progress)
        if now != text { gimp.tellProgress(now) }
        text = now
      }
      ticks += 1
      usleep(10_000)
    }
  }
}

/// What a new thread is to do; a class, so that a C pointer can carry it.
private final class ThreadBody: Sendable {
  let work: @Sendable () -> Void
  init(_ work: @escaping @Sendable () -> Void) { self.work = work }
}

/// Starts a detached thread.
func startThread(_ work: @escaping @Sendable () -> Void) throws {
  var thread = pthread_t()
  let body = Unmanaged.passRetained(ThreadBody(work))
  let failure = pthread_create(
    &thread, nil,
    { pointer in
      if let pointer { Unmanaged<ThreadBody>.fromOpaque(pointer).takeRetainedValue().work() }
      return nil
    }, body.toOpaque())
  guard failure == 0 else {
    body.release()
    throw ShellError.noThread
  }
  pthread_detach(thread)
}
