import Glibc

/// What `stat` says of a path.
struct FileStatus {
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
