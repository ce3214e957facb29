import Glibc

/// Writes a file whole or not at all: into a hidden file beside the target, which is then renamed.
struct OutputFile {
  /// As the user gave it, for messages.
  let path: String
  /// The file itself, where symbolic links lead.
  private let target: String
  private let folder: String
  private let name: String

  /// Throws `PictureFileError.cannotWrite` if symbolic links go round in circles.
  init(_ path: String) throws {
    self.path = path
    let target = try Self.followed(path)
    let slash = target.lastIndex(of: "/")
    folder = slash.map { $0 == target.startIndex ? "/" : String(target[..<$0]) } ?? "."
    name = String(slash.map { target[target.index(after: $0)...] } ?? target[...])
    self.target = target
  }

  /// Throws `PictureFileError.cannotWrite` if the file or its folder cannot be written; the file stays as it is.
  func check() throws {
    var status = stat()
    guard stat(folder, &status) == 0 else {
      let reason = errno == ENOENT ? "the folder \(folder) does not exist; create it first" : systemMessage(errno)
      throw PictureFileError.cannotWrite(path: path, reason: reason)
    }
    guard status.st_mode & S_IFMT == S_IFDIR else {
      throw PictureFileError.cannotWrite(path: path, reason: "\(folder) is not a folder")
    }
    guard access(folder, W_OK | X_OK) == 0 else {
      throw PictureFileError.cannotWrite(path: path, reason: "you may not write into the folder \(folder)")
    }
    guard stat(target, &status) == 0 else { return }
    switch status.st_mode & S_IFMT {
    case S_IFREG: break
    case S_IFDIR: throw PictureFileError.cannotWrite(path: path, reason: "this is a folder; name a file in it")
    default: throw PictureFileError.cannotWrite(path: path, reason: "this is no ordinary file")
    }
    guard access(target, W_OK) == 0 else {
      throw PictureFileError.cannotWrite(path: path, reason: "the file is write-protected")
    }
  }

  /// Puts `bytes` into the file. One that is overwritten keeps its mode (and owner, if the system allows it), a new
  /// one gets the usual mode. Throws `PictureFileError.cannotWrite`; the target is then what it was.
  func write(_ bytes: UnsafeRawBufferPointer) throws {
    try check()
    PartFile.removeStale(in: folder)
    let part = PartFile.path(for: name, in: folder)
    var old = stat()
    let exists = stat(target, &old) == 0
    let descriptor = open(part, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, exists ? 0o600 : 0o666)
    guard descriptor >= 0 else { throw failure(errno) }
    // Held until the file is closed: tells other processes, even those that cannot see this one, that it is in use.
    flock(descriptor, LOCK_EX | LOCK_NB)
    do {
      if exists {
        _ = fchown(descriptor, old.st_uid, old.st_gid)
        _ = fchmod(descriptor, old.st_mode & 0o777)
      }
      try fill(descriptor, bytes)
      guard fsync(descriptor) == 0, rename(part, target) == 0 else { throw failure(errno) }
    } catch {
      close(descriptor)
      unlink(part)
      throw error
    }
    close(descriptor)
    syncFolder()
  }

  private func fill(_ descriptor: Int32, _ bytes: UnsafeRawBufferPointer) throws {
    var rest = bytes[...]
    while !rest.isEmpty {
      let piece = UnsafeRawBufferPointer(rebasing: rest)
      let written = Glibc.write(descriptor, piece.baseAddress, piece.count)
      if written < 0 && errno == EINTR { continue }
      if written < 0 { throw failure(errno) }
      rest = rest.dropFirst(written)
    }
  }

  /// The new name survives a power cut only once the folder is on the disk; not all file systems can do this.
  private func syncFolder() {
    let descriptor = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard descriptor >= 0 else { return }
    fsync(descriptor)
    close(descriptor)
  }

  private func failure(_ code: Int32) -> PictureFileError {
    let hint = code == ENOSPC || code == EDQUOT ? "; make room or choose another folder" : ""
    return .cannotWrite(path: path, reason: "cannot be written (\(systemMessage(code)))\(hint)")
  }

  /// Where the symbolic links at the end of `path` lead, whether there is a file or not.
  private static func followed(_ path: String) throws -> String {
    var target = path
    for _ in 0..<40 {
      var link = [UInt8](repeating: 0, count: Int(PATH_MAX))
      let count = link.withUnsafeMutableBytes { buffer in
        buffer.baseAddress.map { readlink(target, $0, buffer.count) } ?? -1
      }
      guard count > 0 else { return target }
      let next = String(decoding: link[..<count], as: UTF8.self)
      let slash = target.lastIndex(of: "/").map { target.index(after: $0) } ?? target.startIndex
      target = next.hasPrefix("/") ? next : target[..<slash] + next
    }
    throw PictureFileError.cannotWrite(path: path, reason: "its symbolic links go round in circles")
  }
}
