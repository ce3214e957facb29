import Glibc
import Synchronization

/// Which files are mapped where, so that a program can name the one that it could not read any more: a file that another program
/// cuts short is found out by SIGBUS, whose handler may call next to nothing.
public enum MappedFiles {
  private struct Entry {
    var start: UInt = 0
    var end: UInt = 0
    var path: UnsafeMutablePointer<CChar>?
  }

  /// Files beyond these are not listed.
  private static let most = 64
  private static let lock = Mutex(())
  // Made before any file is mapped, and never freed: a handler reads it without a lock, just before the program ends.
  nonisolated(unsafe) private static let entries = {
    let entries = UnsafeMutablePointer<Entry>.allocate(capacity: most)
    entries.initialize(repeating: Entry(), count: most)
    return entries
  }()

  /// The path of the file that is mapped at `address`, as it was given but for controls, which
  /// are question marks; nil if none is. For signal handlers: it takes no lock and no
  /// memory. Call it once before, so that the list is there.
  public static func path(at address: UInt) -> UnsafePointer<CChar>? {
    for index in 0..<most where address >= entries[index].start && address < entries[index].end {
      return entries[index].path.map { UnsafePointer($0) }
    }
    return nil
  }

  static func add(_ base: UnsafeRawPointer, count: Int, path: String) {
    lock.withLock { _ in
      guard let index = (0..<most).first(where: { entries[$0].end == 0 }) else { return }
      entries[index].path = strdup(path)
      entries[index].start = UInt(bitPattern: base)
      entries[index].end = UInt(bitPattern: base) + UInt(count)
    }
  }

  static func remove(_ base: UnsafeRawPointer) {
    lock.withLock { _ in
      guard let index = (0..<most).first(where: { entries[$0].end != 0 && entries[$0].start == UInt(bitPattern: base) })
      else { return }
      let path = entries[index].path
      entries[index] = Entry()
      free(path)
    }
  }
}
