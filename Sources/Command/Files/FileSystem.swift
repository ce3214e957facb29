import FilePaths
import FoundationEssentials
import Glibc
import ModelLibrary
import ResShift

/// The little that the command needs to know of paths. Text of paths is bytes in disguise (`PathBytes`).
enum FileSystem {
  /// Whether the path itself is a symbolic link, to something or to nothing.
  static func isLink(_ path: String) -> Bool {
    var status = stat()
    return path.withPathBytes { lstat($0, &status) } == 0 && status.st_mode & S_IFMT == S_IFLNK
  }

  /// "." for a name without a folder.
  static func folder(of path: String) -> String {
    guard let slash = path.lastSlash else { return "." }
    return slash == path.startIndex ? "/" : String(path[..<slash])
  }

  static func name(of path: String) -> String {
    let bare = withoutSlashes(path)
    return bare == "/" ? path : bare.nameAfterSlash
  }

  static func join(_ folder: String, _ name: String) -> String { folder.appendingName(name) }

  /// A path with something at the end of its name, before the extension.
  static func path(_ path: String, with ending: String) -> String {
    let start = path.lastSlash.map(path.unicodeScalars.index(after:)) ?? path.startIndex
    let dot = path.unicodeScalars[start...].lastIndex(of: ".") ?? path.endIndex
    return String(path[..<dot]) + ending + String(path[dot...])
  }

  /// A folder's path without slashes at its end.
  static func withoutSlashes(_ folder: String) -> String {
    var path = folder
    while path.utf8.count > 1, path.endsInSlash { path.unicodeScalars.removeLast() }
    return path
  }

  /// Names in a folder, sorted by their bytes, without hidden ones. Throws a failure that names the folder.
  static func entries(of folder: String) throws -> [String] {
    var names: [[UInt8]] = []
    let isRead = forEachName(in: folder) { name in
      if name.utf8.first != UInt8(ascii: ".") { names.append(name.pathBytes) }
    }
    guard isRead else { throw CommandError.folderUnreadable(folder, reason: reason()) }
    return names.sorted { $0.lexicographicallyPrecedes($1) }.map { String(pathBytes: $0) }
  }

  /// Throws unless a new file can be put into the folder.
  static func checkWritable(folder: String, for path: String) throws {
    switch FileKind(of: folder) {
    case .missing: throw CommandError.noFolder(path, folder: folder)
    case .folder: break
    default: throw CommandError.notAFolder(path, folder: folder)
    }
    guard folder.withPathBytes({ access($0, W_OK | X_OK) }) == 0 else {
      throw CommandError.folderNotWritable(path, folder: folder, reason: reason())
    }
  }

  /// Whether there was no such folder before. Throws a failure that names it.
  static func createFolder(_ path: String) throws -> Bool {
    if path.withPathBytes({ mkdir($0, 0o777) }) == 0 { return true }
    guard errno == EEXIST, FileKind(of: path) == .folder else {
      throw CommandError.folderNotMade(path, reason: reason())
    }
    return false
  }

  /// Does nothing to a folder with something in it.
  static func removeEmptyFolder(_ path: String) { path.withPathBytes { _ = rmdir($0) } }

  /// Throws unless the system takes the name at the end of `path`, whose folder may still be missing.
  static func checkLength(of path: String) throws {
    var parent = folder(of: withoutSlashes(path))
    if FileKind(of: parent) == .missing { parent = folder(of: withoutSlashes(parent)) }
    let most = max(parent.withPathBytes { pathconf($0, Int32(_PC_NAME_MAX)) }, 0)
    let count = name(of: path).pathBytes.count
    guard most == 0 || count <= most else {
      throw CommandError.nameTooLong(path, count: count, most: most)
    }
  }

  /// The folder of this program, links resolved; nil where there is no /proc.
  static var programFolder: String? {
    guard let path = try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe") else { return nil }
    return folder(of: path)
  }

  /// Where the catalogues of translations are: beside the program; nil where there is no /proc.
  static var catalogueFolder: String? { programFolder.map { "\(folder(of: $0))/share/locale" } }

  private static func reason() -> String { String(cString: strerror(errno)) }
}

extension ModelCatalogue {
  /// The catalogue that this program looks into.
  static var ofThisProgram: ModelCatalogue {
    ModelCatalogue(
      roots: searchPath(programFolder: FileSystem.programFolder, plugInFolder: nil) { name in
        getenv(name).map { String(cString: $0) }
      })
  }
}
