import FilePaths
import Glibc

/// Names of pictures in a file: bytes, a line each or a zero behind each.
enum InputList {
  /// The names in the list, in its order; empty lines are none. `-` is standard input.
  ///
  /// Throws a failure for a list that cannot be read or has no names, and for zeros in one of lines.
  static func read(_ path: String, endsNamesWithZero: Bool) throws -> [String] {
    let isInput = path == "-"
    let file = isInput ? STDIN_FILENO : path.withPathBytes { open($0, O_RDONLY | O_CLOEXEC) }
    guard file >= 0 else { throw unreadable(path) }
    defer { if !isInput { close(file) } }
    guard let bytes = SmallFile.rest(of: file) else { throw unreadable(path) }
    if !endsNamesWithZero, bytes.contains(0) { throw CommandError.listHasZeros(path) }
    let names = bytes.split(separator: endsNamesWithZero ? 0 : UInt8(ascii: "\n"))
    guard !names.isEmpty else { throw CommandError.listEmpty(path) }
    return names.map { String(pathBytes: $0) }
  }

  private static func unreadable(_ path: String) -> CommandError {
    .listUnreadable(path, reason: String(cString: strerror(errno)))
  }
}
