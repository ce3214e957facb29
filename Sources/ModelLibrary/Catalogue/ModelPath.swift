import FilePaths
import FoundationEssentials
import Glibc

/// The little that descriptor, catalogue and store need to know of paths and files.
package enum ModelPath {
  package static func join(_ folder: String, _ name: String) -> String {
    folder.appendingName(name)
  }

  /// The path from the root, without resolving links.
  package static func absolute(_ path: String) -> String {
    path.utf8.first == UInt8(ascii: "/") ? path : join(FileManager.default.currentDirectoryPath, path)
  }

  /// What comes before the last component of an absolute path.
  package static func folder(ofFile path: String) -> String {
    guard let slash = path.lastSlash, slash != path.startIndex else { return "/" }
    return String(path[..<slash])
  }

  package static func lastComponent(_ path: String) -> String {
    path.utf8.split(separator: UInt8(ascii: "/")).last.map { String(Substring($0)) } ?? path
  }

  /// The user's own folders by the environment and the user database: home and data. None of them is the root.
  static var homes: [String] {
    let named = ["HOME", "XDG_DATA_HOME"].map { (name: String) in getenv(name).map { String(cString: $0) } }
    let known = getpwuid(getuid()).flatMap { $0.pointee.pw_dir.map { String(cString: $0) } }
    return (named + [known]).compactMap { path in
      let path = path.map { $0.hasSuffix("/") ? String($0.dropLast()) : $0 } ?? ""
      return path.hasPrefix("/") ? path : nil
    }
  }

  package static func exists(_ path: String) -> Bool { access(path, F_OK) == 0 }
  package static func isFolder(_ path: String) -> Bool { mode(of: path).map { $0 & S_IFMT == S_IFDIR } ?? false }

  package static func isWritableFolder(_ path: String) -> Bool { isFolder(path) && access(path, W_OK | X_OK) == 0 }

  /// Bytes of a regular file; nil for anything else.
  package static func sizeOfFile(_ path: String) -> Int? {
    var status = stat()
    guard stat(path, &status) == 0, status.st_mode & S_IFMT == S_IFREG else { return nil }
    return Int(status.st_size)
  }

  /// Names in a folder, sorted, without hidden ones; none if it cannot be read.
  package static func visibleEntries(of folder: String) -> [String] {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
    return names.filter { $0.utf8.first != UInt8(ascii: ".") }.sorted()
  }

  private static func mode(of path: String) -> mode_t? {
    var status = stat()
    return stat(path, &status) == 0 ? status.st_mode : nil
  }
}
