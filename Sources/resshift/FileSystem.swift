import FoundationEssentials
import Glibc
import ResShift

/// The little that the command needs to know of paths.
enum FileSystem {
  enum Kind { case missing, file, folder, other }

  static func kind(of path: String) -> Kind {
    var status = stat()
    guard stat(path, &status) == 0 else { return .missing }
    switch status.st_mode & S_IFMT {
    case S_IFREG: return .file
    case S_IFDIR: return .folder
    default: return .other
    }
  }

  /// "." for a name without a folder.
  static func folder(of path: String) -> String {
    guard let slash = path.lastIndex(of: "/") else { return "." }
    return slash == path.startIndex ? "/" : String(path[..<slash])
  }

  static func name(of path: String) -> String {
    path.split(separator: "/").last.map(String.init) ?? path
  }

  static func join(_ folder: String, _ name: String) -> String {
    folder.hasSuffix("/") ? folder + name : folder + "/" + name
  }

  /// A folder's path without slashes at its end.
  static func withoutSlashes(_ folder: String) -> String {
    var path = folder[...]
    while path.count > 1, path.hasSuffix("/") { path = path.dropLast() }
    return String(path)
  }

  /// Names in a folder, sorted, without hidden ones. Throws a failure that names the folder.
  static func entries(of folder: String) throws -> [String] {
    guard let names = try? FileManager.default.contentsOfDirectory(atPath: folder) else {
      throw Failure.noInput("\(folder): cannot read this folder")
    }
    return names.filter { !$0.hasPrefix(".") }.sorted()
  }

  /// Throws unless a new file can be put into the folder.
  static func checkWritable(folder: String, for path: String) throws {
    switch kind(of: folder) {
    case .missing: throw Failure.cannotWrite("\(path): cannot write, there is no folder \(folder)")
    case .folder: break
    default: throw Failure.cannotWrite("\(path): cannot write, \(folder) is not a folder")
    }
    guard access(folder, W_OK | X_OK) == 0 else {
      throw Failure.cannotWrite("\(path): cannot write into the folder \(folder): \(reason())")
    }
  }

  /// Whether there was no such folder before. Throws a failure that names it.
  static func createFolder(_ path: String) throws -> Bool {
    if mkdir(path, 0o777) == 0 { return true }
    guard errno == EEXIST, kind(of: path) == .folder else {
      throw Failure.cannotWrite("\(path): cannot make this folder: \(reason())")
    }
    return false
  }

  /// Does nothing to a folder with something in it.
  static func removeEmptyFolder(_ path: String) { rmdir(path) }

  /// The folder of this program, links resolved; nil where there is no /proc.
  static var programFolder: String? {
    guard let path = try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe") else { return nil }
    return folder(of: path)
  }

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
