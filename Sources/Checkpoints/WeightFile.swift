import Glibc
import Synchronization

/// A regular file that stays open as long as the object lives: mapped read-only into memory, or read piece by piece.
final class WeightFile: Sendable {
  let path: String
  /// Length in bytes, at least 1.
  let count: Int
  /// First byte of the mapping, nil if the file is read instead. Nobody writes through it and it is unmapped last, so threads may share it.
  private nonisolated(unsafe) let base: UnsafeRawPointer?
  /// For reading, and to ask later whether the file has changed; by then its path may lead to another file.
  private let descriptor: Int32
  private let modified: timespec
  /// Of a file that is read: the bytes around those that were asked for last, and where they begin.
  private let window = Mutex((start: 0, bytes: [UInt8]()))
  private static let windowSize = 1 << 16
  /// Whether some bytes could not be read; they are zeros.
  private let isBroken = Atomic(false)

  /// Opens the regular file at `path`. Throws `notFound`, `unreadable`, `empty` or `notEnoughMemory`.
  init(path: String, isMapped: Bool) throws(CheckpointError) {
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
      // A network is read once, front to back: ask the system to read ahead. If it refuses, only speed changes.
      if isMapped {
        let mapping = try Self.map(descriptor, length, path)
        MappedFiles.add(mapping, count: length, path: printable(path, limit: .max))
        _ = madvise(mapping, length, MADV_WILLNEED)
        base = UnsafeRawPointer(mapping)
      } else {
        _ = posix_fadvise(descriptor, 0, 0, POSIX_FADV_WILLNEED)
        base = nil
      }
      self.path = path
      self.descriptor = descriptor
      count = length
      modified = status.st_mtim
    } catch {
      close(descriptor)
      throw error
    }
  }

  deinit {
    if let base {
      MappedFiles.remove(base)
      munmap(UnsafeMutableRawPointer(mutating: base), count)
    }
    close(descriptor)
  }

  private static func map(
    _ descriptor: Int32, _ length: Int, _ path: String
  ) throws(CheckpointError) -> UnsafeMutableRawPointer {
    guard let mapping = mmap(nil, length, PROT_READ, MAP_PRIVATE, descriptor, 0), mapping != MAP_FAILED else {
      throw errno == ENOMEM
        ? .notEnoughMemory(file: path, needed: length) : .unreadable(file: path, found: reason(errno))
    }
    return mapping
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

  /// The bytes of a range within the file, counted from its beginning, valid inside `body` only. Those that a file has no more are
  /// zeros, and `isUnchanged` tells.
  func withBytes<Result>(_ range: Range<Int>, _ body: (UnsafeRawBufferPointer) -> Result) -> Result {
    if let base {
      return withExtendedLifetime(self) {
        body(UnsafeRawBufferPointer(start: base + range.lowerBound, count: range.count))
      }
    }
    guard range.count <= Self.windowSize else {
      return withUnsafeTemporaryAllocation(byteCount: range.count, alignment: 64) { bytes in
        read(range.lowerBound, into: bytes)
        return body(UnsafeRawBufferPointer(bytes))
      }
    }
    let (start, bytes) = window.withLock { window in
      if range.lowerBound < window.start || range.upperBound > window.start + window.bytes.count {
        var bytes = [UInt8](repeating: 0, count: min(Self.windowSize, count - range.lowerBound))
        bytes.withUnsafeMutableBytes { read(range.lowerBound, into: $0) }
        window = (range.lowerBound, bytes)
      }
      return window
    }
    return bytes.withUnsafeBytes {
      let first = range.lowerBound - start
      return body(UnsafeRawBufferPointer(rebasing: $0[first..<first + range.count]))
    }
  }

  /// Copies the bytes from `offset` on, as many as there is room for.
  func copy(from offset: Int, to bytes: UnsafeMutableRawBufferPointer) {
    guard let base else { return read(offset, into: bytes) }
    withExtendedLifetime(self) {
      bytes.copyMemory(from: UnsafeRawBufferPointer(start: base + offset, count: bytes.count))
    }
  }

  private func read(_ offset: Int, into bytes: UnsafeMutableRawBufferPointer) {
    var done = 0
    while done < bytes.count {
      let rest = UnsafeMutableRawBufferPointer(rebasing: bytes[done...])
      let got = pread(descriptor, rest.baseAddress, rest.count, off_t(offset + done))
      if got < 0 && errno == EINTR { continue }
      guard got > 0 else {
        isBroken.store(true, ordering: .relaxed)
        rest.initializeMemory(as: UInt8.self, repeating: 0)
        return
      }
      done += got
    }
  }

  /// Whether all bytes could be read and nobody has written to the file since it was opened. Another file that has taken its path
  /// since does not count.
  var isUnchanged: Bool {
    guard !isBroken.load(ordering: .relaxed) else { return false }
    var status = stat()
    guard fstat(descriptor, &status) == 0 else { return false }
    return Int(status.st_size) == count && status.st_mtim.tv_sec == modified.tv_sec
      && status.st_mtim.tv_nsec == modified.tv_nsec
  }

  /// The address `offset` bytes into the file, valid as long as the object lives; nil if it is not mapped.
  func address(_ offset: Int) -> UnsafeRawPointer? { base.map { $0 + offset } }

  /// Removes the whole pages of a stretch from this process's memory; when they are used again they are read from the file.
  func letGo(_ range: Range<Int>) {
    let page = Int(sysconf(Int32(_SC_PAGESIZE)))
    let (first, last) = ((range.lowerBound + page - 1) / page * page, range.upperBound / page * page)
    guard let base, first < last else { return }
    _ = madvise(UnsafeMutableRawPointer(mutating: base + first), last - first, MADV_DONTNEED)
  }

  private static func reason(_ code: Int32) -> String { String(cString: strerror(code)) }
}
