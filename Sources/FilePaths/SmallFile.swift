import Glibc

/// Small files, read and written as a whole.
package enum SmallFile {
  /// The bytes of a file; nil if it cannot be read, or has more than `most`.
  package static func bytes(of path: String, atMost most: Int) -> [UInt8]? {
    // Without waiting for a pipe that somebody has put there.
    let file = path.withPathBytes { open($0, O_RDONLY | O_CLOEXEC | O_NONBLOCK) }
    guard file >= 0 else { return nil }
    defer { close(file) }
    var bytes = [UInt8](repeating: 0, count: most + 1)
    var count = 0
    while count < bytes.count {
      let got = bytes.withUnsafeMutableBytes { buffer in
        let rest = UnsafeMutableRawBufferPointer(rebasing: buffer[count...])
        return Glibc.read(file, rest.baseAddress, rest.count)
      }
      if got < 0 && errno == EINTR { continue }
      guard got >= 0 else { return nil }
      if got == 0 { return Array(bytes[..<count]) }
      count += got
    }
    return nil
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
