import Glibc

/// Small files, read and written as a whole; what comes through a pipe, to its end.
package enum SmallFile {
  /// The bytes of a file; nil if it cannot be read, or has more than `most`.
  package static func bytes(of path: String, atMost most: Int) -> [UInt8]? {
    // Without waiting for a pipe that somebody has put there.
    let file = path.withPathBytes { open($0, O_RDONLY | O_CLOEXEC | O_NONBLOCK) }
    guard file >= 0 else { return nil }
    defer { close(file) }
    return rest(of: file, atMost: most)
  }

  /// What can be read from a file or pipe from here to its end, whose length nobody knows before; nil if it cannot be read, as `errno`
  /// says, or there are more than `most` bytes (EFBIG).
  package static func rest(of file: Int32, atMost most: Int = .max) -> [UInt8]? {
    var bytes: [UInt8] = []
    return withUnsafeTemporaryAllocation(byteCount: 1 << 14, alignment: 1) { piece in
      while true {
        let count = Glibc.read(file, piece.baseAddress, piece.count)
        if count < 0 && errno == EINTR { continue }
        guard count >= 0 else { return nil }
        if count == 0 { return bytes }
        guard count <= most - bytes.count else {
          errno = EFBIG
          return nil
        }
        bytes += piece[..<count]
      }
    }
  }

  /// Puts a whole file in place of the old one, by way of a hidden one beside it, so that others read the one or the other. Returns
  /// whether it did; if not, `errno` says why, and the old one is as it was.
  package static func write(_ bytes: [UInt8], to path: String) -> Bool {
    let folder = path.lastSlash.map { path[...$0] } ?? ""
    let digits = String(UInt32.random(in: .min ... .max), radix: 16)
    let part = "\(folder).\(path.nameAfterSlash).\(getpid())-\(digits).part"
    let file = part.withPathBytes { open($0, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o644) }
    guard file >= 0 else { return false }
    // Each of the four says in `errno` why it failed; what tidies up must not change that.
    let isWritten = writeAll(bytes, to: file) && fsync(file) == 0
    let reason = errno
    let isClosed = close(file) == 0
    if isWritten && isClosed && part.withPathBytes({ part in path.withPathBytes { rename(part, $0) } }) == 0 {
      return true
    }
    let last = isWritten ? errno : reason
    part.withPathBytes { _ = unlink($0) }
    errno = last
    return false
  }

  private static func writeAll(_ bytes: [UInt8], to file: Int32) -> Bool {
    bytes.withUnsafeBytes { bytes in
      var rest = bytes[...]
      while !rest.isEmpty {
        let piece = UnsafeRawBufferPointer(rebasing: rest)
        let written = Glibc.write(file, piece.baseAddress, piece.count)
        if written < 0 && errno == EINTR { continue }
        guard written > 0 else { return false }
        rest = rest.dropFirst(written)
      }
      return true
    }
  }
}
