import FilePaths
import Glibc
import ResShift

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
    let slash = target.lastSlash
    folder = slash.map { $0 == target.startIndex ? "/" : String(target[..<$0]) } ?? "."
    name = target.nameAfterSlash
    self.target = target
  }

  /// Throws `PictureFileError.cannotWrite` if the file or its folder cannot be written; the file stays as it is.
  func check() throws {
    var status = stat()
    guard folder.withPathBytes({ stat($0, &status) }) == 0 else {
      throw PictureFileError.cannotWrite(
        path: path, reason: errno == ENOENT ? .noFolder(folder) : .folderUnknown(errno))
    }
    guard status.st_mode & S_IFMT == S_IFDIR else {
      throw PictureFileError.cannotWrite(path: path, reason: .notAFolder(folder))
    }
    guard folder.withPathBytes({ access($0, W_OK | X_OK) }) == 0 else {
      throw PictureFileError.cannotWrite(path: path, reason: .folderNotPermitted(folder))
    }
    try checkLength()
    guard target.withPathBytes({ stat($0, &status) }) == 0 else { return }
    switch status.st_mode & S_IFMT {
    case S_IFREG: break
    case S_IFDIR: throw PictureFileError.cannotWrite(path: path, reason: .isFolder)
    default: throw PictureFileError.cannotWrite(path: path, reason: .notAFile)
    }
    guard target.withPathBytes({ access($0, W_OK) }) == 0 else {
      throw PictureFileError.cannotWrite(path: path, reason: .writeProtected)
    }
  }

  /// Throws `PictureFileError.cannotWrite` for a name or path that the system does not take.
  private func checkLength() throws {
    let most = max(folder.withPathBytes { pathconf($0, Int32(_PC_NAME_MAX)) }, 0)
    let count = name.pathBytes.count
    if most > 0, count > most {
      throw PictureFileError.cannotWrite(path: path, reason: .nameTooLong(count, most: most))
    }
    // The hidden file that the result grows in has a longer name than a short target.
    let hidden = PartFile.path(for: name, in: folder).pathBytes.count
    if max(target.pathBytes.count, hidden) >= Int(PATH_MAX) {
      throw PictureFileError.cannotWrite(path: path, reason: .pathTooLong(most: Int(PATH_MAX) - 1))
    }
  }

  /// Puts `bytes` into the file. One that is overwritten keeps its mode (and owner, if the system allows it), a new
  /// one gets the usual mode. Throws `PictureFileError.cannotWrite`; the target is then what it was.
  func write(_ bytes: UnsafeRawBufferPointer) throws { try write { try fill($0, bytes) } }

  /// The same with what `body` writes to the open file that it gets.
  func write(_ body: (Int32) throws -> Void) throws {
    try check()
    PartFile.removeStale(in: folder)
    let part = PartFile.path(for: name, in: folder)
    try UnfinishedFile.write(part) { try write(by: part, body) }
    syncFolder()
  }

  private func write(by part: String, _ body: (Int32) throws -> Void) throws {
    var old = stat()
    let exists = target.withPathBytes { stat($0, &old) } == 0
    let flags = O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW
    let descriptor = part.withPathBytes { open($0, flags, exists ? 0o600 : 0o666) }
    guard descriptor >= 0 else { throw failure(errno) }
    // Held until the file is closed: tells other processes, even those that cannot see this one, that it is in use.
    flock(descriptor, LOCK_EX | LOCK_NB)
    do {
      if exists {
        _ = fchown(descriptor, old.st_uid, old.st_gid)
        _ = fchmod(descriptor, old.st_mode & 0o777)
      }
      try body(descriptor)
      guard fsync(descriptor) == 0 else { throw failure(errno) }
      let code = part.withPathBytes { part in target.withPathBytes { rename(part, $0) } }
      guard code == 0 else { throw failure(errno) }
    } catch {
      close(descriptor)
      part.withPathBytes { _ = unlink($0) }
      throw error
    }
    close(descriptor)
  }

  func fill(_ descriptor: Int32, _ bytes: UnsafeRawBufferPointer) throws {
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
    let descriptor = folder.withPathBytes { open($0, O_RDONLY | O_DIRECTORY | O_CLOEXEC) }
    guard descriptor >= 0 else { return }
    fsync(descriptor)
    close(descriptor)
  }

  func failure(_ code: Int32) -> PictureFileError {
    .cannotWrite(path: path, reason: code == ENOSPC || code == EDQUOT ? .noSpace(code) : .system(code))
  }

  /// Where the symbolic links at the end of `path` lead, whether there is a file or not.
  private static func followed(_ path: String) throws -> String {
    var target = path
    for _ in 0..<40 {
      var link = [UInt8](repeating: 0, count: Int(PATH_MAX))
      let count = link.withUnsafeMutableBytes { buffer in
        buffer.baseAddress.map { to in target.withPathBytes { readlink($0, to, buffer.count) } } ?? -1
      }
      guard count > 0 else { return target }
      let next = String(pathBytes: link[..<count])
      let slash = target.lastSlash.map { target.utf8.index(after: $0) } ?? target.startIndex
      target = next.utf8.first == UInt8(ascii: "/") ? next : target[..<slash] + next
    }
    throw PictureFileError.cannotWrite(path: path, reason: .circularLinks)
  }
}
