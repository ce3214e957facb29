import Glibc

// What the ways in ask of the file system, for paths as `PathBytes` has them; links are followed.

/// What a path leads to.
package enum FileKind {
  case missing, file, folder, other

  package init(of path: String) {
    switch FileStatus(path)?.kind {
    case nil: self = .missing
    case S_IFREG: self = .file
    case S_IFDIR: self = .folder
    default: self = .other
    }
  }
}

/// Which file a path leads to, whatever its names.
package struct FileIdentity: Hashable {
  private let device: UInt64
  private let number: UInt64

  /// nil if there is no such file.
  package init?(_ path: String) {
    guard let status = FileStatus(path) else { return nil }
    (device, number) = (status.device, status.number)
  }
}

/// What `stat` says of a path.
private struct FileStatus {
  let kind: mode_t
  let device: UInt64
  let number: UInt64

  /// nil if there is no such file.
  init?(_ path: String) {
    var status = stat()
    guard path.withPathBytes({ stat($0, &status) }) == 0 else { return nil }
    (kind, device, number) = (status.st_mode & S_IFMT, UInt64(status.st_dev), UInt64(status.st_ino))
  }
}

/// Calls `body` with each name in a folder, hidden ones too but not `.` and `..`, in no order. Returns whether the folder
/// could be read; if not, `errno` says why.
package func forEachName(in folder: String, _ body: (String) -> Void) -> Bool {
  guard let listing = folder.withPathBytes({ opendir($0) }) else { return false }
  defer { closedir(listing) }
  guard let nameOffset = MemoryLayout<dirent>.offset(of: \.d_name) else { return true }
  while let entry = readdir(listing) {
    // Read where it lies: the system gives short names less room than their type has.
    let start = UnsafeRawPointer(entry) + nameOffset
    let length = strlen(start.assumingMemoryBound(to: CChar.self))
    let name = String(pathBytes: UnsafeRawBufferPointer(start: start, count: length))
    if name != "." && name != ".." { body(name) }
  }
  return true
}
