import CGimp
import Glibc
import ResShift
import Synchronization

/// One computation on a thread of its own, watched by the main thread, which alone may call libgimp.
final class Worker<Output: Sendable>: Sendable {
  private struct State {
    var progress = 0.0
    var notices: [String] = []
    var outcome: Result<Output, any Error>?
  }
  private let state = Mutex(State())

  /// Runs `work` and shows its progress in GIMP until it is done; `options` carries progress and notices to it.
  ///
  /// GIMP's Cancel ends the whole process, so nothing in the image may have changed by now.
  static func run(
    _ options: RestoreOptions, _ work: @escaping @Sendable (RestoreOptions) throws -> Output
  ) throws -> Output {
    let worker = Worker()
    var options = options
    options.progress = { share in worker.state.withLock { $0.progress = share } }
    options.notice = { text in worker.state.withLock { $0.notices.append(text) } }
    let prepared = options
    try startThread {
      let outcome = Result { try work(prepared) }
      worker.state.withLock { $0.outcome = outcome }
    }
    return try worker.watch()
  }

  /// Looks every 10 ms whether the work is done and tells GIMP every 100 ms how far it is.
  private func watch() throws -> Output {
    var ticks = 0
    while true {
      let (progress, notices, outcome) = state.withLock { state in
        defer { state.notices = [] }
        return (state.progress, state.notices, state.outcome)
      }
      for notice in notices { gimp_message(notice) }
      if let outcome {
        gimp_progress_update(1)
        return try outcome.get()
      }
      if ticks % 10 == 0 { gimp_progress_update(min(max(progress, 0), 1)) }
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
    throw PlugInError.execution("The system has no room for another thread: close other programs and try again.")
  }
  pthread_detach(thread)
}

/// How many threads the user lets GIMP have; libgimp 2.10 passes that preference on to GEGL.
func gimpThreads() -> Int {
  var value = GValue()
  g_value_init(&value, GType(6 << 2))  // G_TYPE_INT, a macro
  defer { g_value_unset(&value) }
  let configuration = gegl_config().map { UnsafeMutableRawPointer($0).assumingMemoryBound(to: GObject.self) }
  g_object_get_property(configuration, "threads", &value)
  return max(1, Int(g_value_get_int(&value)))
}
