import Glibc

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
