import FilePaths
import Glibc
import ResShift

/// Reads whole files.
enum InputFile {
  /// No picture within the pixel limit is stored in more bytes.
  static let mostBytes = 4 << 30

  /// All bytes of the file; a pipe is read to its end. Calls `look` with the first ones (up to 4096), so that it may
  /// refuse before anything large is read.
  ///
  /// Throws `PictureFileError` and what `look` throws.
  static func read(_ path: String, look: ([UInt8]) throws -> Void) throws -> [UInt8] {
    let descriptor = path.withPathBytes { open($0, O_RDONLY | O_CLOEXEC) }
    guard descriptor >= 0 else { throw unreadable(path, errno) }
    defer { close(descriptor) }
    var status = stat()
    guard fstat(descriptor, &status) == 0 else { throw unreadable(path, errno) }
    if status.st_mode & S_IFMT == S_IFDIR {
      throw PictureFileError.notAPicture(path: path, reason: .folder)
    }

    var bytes = try piece(of: descriptor, path, count: 4096)
    if bytes.isEmpty { throw PictureFileError.notAPicture(path: path, reason: .empty) }
    try look(bytes)
    bytes.reserveCapacity(min(Int(status.st_size), mostBytes))
    while true {
      let next = try piece(of: descriptor, path, count: 1 << 20)
      if next.isEmpty {
        // Half of the one and half of the other might still look like a picture.
        guard isUnchanged(descriptor, since: status) else {
          throw PictureFileError.notAPicture(path: path, reason: .changed)
        }
        return bytes
      }
      bytes += next
      guard bytes.count < mostBytes else {
        throw PictureFileError.unsupported(path: path, reason: .tooManyBytes)
      }
    }
  }

  /// The next `count` bytes, fewer only at the end of the file.
  private static func piece(of descriptor: Int32, _ path: String, count: Int) throws -> [UInt8] {
    try [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
      filled = 0
      while let base = buffer.baseAddress, filled < count {
        let got = Glibc.read(descriptor, base + filled, count - filled)
        if got < 0 && errno == EINTR { continue }
        if got < 0 { throw unreadable(path, errno) }
        if got == 0 { return }
        filled += got
      }
    }
  }

  /// Whether nobody has written to a file since it was asked about; of pipes and devices nobody knows.
  private static func isUnchanged(_ descriptor: Int32, since before: stat) -> Bool {
    var now = stat()
    guard before.st_mode & S_IFMT == S_IFREG, fstat(descriptor, &now) == 0 else { return true }
    return now.st_size == before.st_size && now.st_mtim.tv_sec == before.st_mtim.tv_sec
      && now.st_mtim.tv_nsec == before.st_mtim.tv_nsec
  }

  private static func unreadable(_ path: String, _ code: Int32) -> PictureFileError {
    switch code {
    case ENOENT where isLink(path): .notFound(path: path, reason: .danglingLink)
    case ENOENT, ENOTDIR: .notFound(path: path, reason: .missing)
    case EACCES, EPERM: .notFound(path: path, reason: .notPermitted)
    default: .notFound(path: path, reason: .system(code))
    }
  }
}

/// Whether the path itself is a symbolic link.
private func isLink(_ path: String) -> Bool {
  var status = stat()
  return path.withPathBytes { lstat($0, &status) } == 0 && status.st_mode & S_IFMT == S_IFLNK
}
