import FilePaths
import Glibc
import Synchronization

/// The hidden file that is being written, so that a program that a signal ends can leave none behind.
///
/// It is one for the whole program: of several that are written at once the first counts. Its path lies in memory that stays, as a
/// handler of signals comes at any moment.
public enum UnfinishedFile {
  private enum State { static let (none, changing, written) = (0, 1, 2) }

  private static let mostBytes = Int(PATH_MAX)
  nonisolated(unsafe) private static let path = UnsafeMutablePointer<CChar>.allocate(capacity: mostBytes)
  private static let state = Atomic(State.none)

  /// Calls `body`, which makes the file of a path and gives it another name, or removes it.
  static func write<R>(_ part: String, _ body: () throws -> R) rethrows -> R {
    func moved(from old: Int, to new: Int) -> Bool {
      state.compareExchange(expected: old, desired: new, ordering: .sequentiallyConsistent).exchanged
    }
    guard moved(from: State.none, to: State.changing) else { return try body() }
    part.withPathBytes { bytes in
      let length = min(strlen(bytes), mostBytes - 1)
      memcpy(path, bytes, length)
      path[length] = 0
    }
    state.store(State.written, ordering: .sequentiallyConsistent)
    defer { state.store(State.none, ordering: .sequentiallyConsistent) }
    return try body()
  }

  /// Makes what `remove` needs; before there is a handler.
  public static func prepare() { _ = (path, state.load(ordering: .relaxed)) }

  /// Removes the file. For handlers of signals that end the program: it only calls what may be called there.
  public static func remove() {
    if state.load(ordering: .sequentiallyConsistent) == State.written { unlink(path) }
  }
}
