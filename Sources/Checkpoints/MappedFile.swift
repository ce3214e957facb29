import Glibc

/// A whole file mapped read-only into memory for as long as the object lives.
final class MappedFile: Sendable {
  let path: String
  /// Length in bytes, at least 1.
  let count: Int
  /// First byte of the mapping. Nobody writes through it and it is unmapped last, so threads may share it.
  private nonisolated(unsafe) let base: UnsafeRawPointer
  /// Kept open to ask later whether the mapped file has changed; by then its path may lead to another file.
  private let descriptor: Int32
  private let modified: timespec

  /// Maps the regular file at `path`. Throws `notFound`, `unreadable`, `empty` or `notEnoughMemory`.
  init(path: String) throws(CheckpointError) {
    guard !path.utf8.contains(0) else { throw .notFound(file: path) }
    // Without O_NONBLOCK the open of a named pipe would wait for a writer forever.
    let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard descriptor >= 0 else {
      throw errno == ENOENT || errno == ENOTDIR
        ? .notFound(file: path) : .unreadable(file: path, found: Self.reason(errno))
    }
    do throws(CheckpointError) {
      let status = try Self.checkedStatus(descriptor, path)
      let length = Int(status.st_size)
      guard let mapping = mmap(nil, length, PROT_READ, MAP_PRIVATE, descriptor, 0), mapping != MAP_FAILED else {
        throw errno == ENOMEM
          ? .notEnoughMemory(file: path, needed: length) : .unreadable(file: path, found: Self.reason(errno))
      }
      MappedFiles.add(mapping, count: length, path: path)
      // A network is read once, front to back: ask the system to read ahead. If it refuses, only speed changes.
      _ = madvise(mapping, length, MADV_WILLNEED)
      self.path = path
      self.descriptor = descriptor
      count = length
      modified = status.st_mtim
      base = UnsafeRawPointer(mapping)
    } catch {
      close(descriptor)
      throw error
    }
  }

  deinit {
    MappedFiles.remove(base)
    munmap(UnsafeMutableRawPointer(mutating: base), count)
    close(descriptor)
  }

  private static func checkedStatus(_ descriptor: Int32, _ path: String) throws(CheckpointError) -> stat {
    var status = stat()
    guard fstat(descriptor, &status) == 0 else { throw .unreadable(file: path, found: reason(errno)) }
    switch status.st_mode & S_IFMT {
    case S_IFREG: break
    case S_IFDIR: throw .unreadable(file: path, found: "it is a folder")
    default: throw .unreadable(file: path, found: "it is not a regular file")
    }
    guard status.st_size > 0 else { throw .empty(file: path) }
    return status
  }

  /// The bytes, valid inside `body` only.
  func withBytes<Result>(_ body: (UnsafeRawBufferPointer) throws -> Result) rethrows -> Result {
    try withExtendedLifetime(self) { try body(UnsafeRawBufferPointer(start: base, count: count)) }
  }

  /// Whether somebody has written to the file since it was opened. Another file that has taken its path since does not count.
  var isUnchanged: Bool {
    var status = stat()
    guard fstat(descriptor, &status) == 0 else { return false }
    return Int(status.st_size) == count && status.st_mtim.tv_sec == modified.tv_sec
      && status.st_mtim.tv_nsec == modified.tv_nsec
  }

  /// The address `offset` bytes into the file, valid as long as the object lives.
  func address(_ offset: Int) -> UnsafeRawPointer { base + offset }

  /// Removes the whole pages of a stretch from this process's memory; when they are used again they are read from the file.
  func letGo(_ range: Range<Int>) {
    let page = Int(sysconf(Int32(_SC_PAGESIZE)))
    let (first, last) = ((range.lowerBound + page - 1) / page * page, range.upperBound / page * page)
    guard first < last else { return }
    _ = madvise(UnsafeMutableRawPointer(mutating: base + first), last - first, MADV_DONTNEED)
  }

  private static func reason(_ code: Int32) -> String { String(cString: strerror(code)) }
}
