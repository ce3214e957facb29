import Glibc

/// A whole file mapped read-only into memory for as long as the object lives.
final class MappedFile: Sendable {
  let path: String
  /// Length in bytes, at least 1.
  let count: Int
  /// First byte of the mapping. Nobody writes through it and it is unmapped last, so threads may share it.
  private nonisolated(unsafe) let base: UnsafeRawPointer

  /// Maps the regular file at `path`. Throws `notFound`, `unreadable` or `empty`.
  init(path: String) throws(CheckpointError) {
    guard !path.utf8.contains(0) else { throw .notFound(file: path) }
    // Without O_NONBLOCK the open of a named pipe would wait for a writer for ever.
    let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard descriptor >= 0 else {
      throw errno == ENOENT || errno == ENOTDIR
        ? .notFound(file: path) : .unreadable(file: path, found: Self.reason(errno))
    }
    defer { close(descriptor) }
    var status = stat()
    guard fstat(descriptor, &status) == 0 else { throw .unreadable(file: path, found: Self.reason(errno)) }
    switch status.st_mode & S_IFMT {
    case S_IFREG: break
    case S_IFDIR: throw .unreadable(file: path, found: "it is a folder")
    default: throw .unreadable(file: path, found: "it is not a regular file")
    }
    guard status.st_size > 0 else { throw .empty(file: path) }
    let length = Int(status.st_size)
    guard let mapping = mmap(nil, length, PROT_READ, MAP_PRIVATE, descriptor, 0), mapping != MAP_FAILED else {
      throw .unreadable(file: path, found: Self.reason(errno))
    }
    // A network is read once, front to back: let the disk run ahead. A refusal changes speed only.
    _ = madvise(mapping, length, MADV_WILLNEED)
    self.path = path
    count = length
    base = UnsafeRawPointer(mapping)
  }

  deinit { munmap(UnsafeMutableRawPointer(mutating: base), count) }

  /// The bytes, valid inside `body` only.
  func withBytes<Result>(_ body: (UnsafeRawBufferPointer) throws -> Result) rethrows -> Result {
    try withExtendedLifetime(self) { try body(UnsafeRawBufferPointer(start: base, count: count)) }
  }

  private static func reason(_ code: Int32) -> String { String(cString: strerror(code)) }
}
