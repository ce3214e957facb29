import CTransfer
import FilePaths
import FoundationEssentials
import Glibc
import ModelLibrary

/// What the store does with files, beyond `ModelPath`.
enum Files {
  /// The number of hard links to a file.
  static func links(_ path: String) -> Int {
    var status = stat()
    return stat(path, &status) == 0 ? Int(status.st_nlink) : 0
  }

  /// Bytes that the user may still write there; nil if the system does not say.
  static func free(in folder: String) -> Int? {
    var status = statvfs()
    return statvfs(folder, &status) == 0 ? Int(status.f_bavail) * Int(status.f_frsize) : nil
  }

  /// Makes a folder, given by its absolute path, and those above it. Throws `StoreError.system`.
  static func makeFolder(_ path: String) throws {
    if ModelPath.isFolder(path) { return }
    let above = ModelPath.folder(ofFile: path)
    if above != path { try makeFolder(above) }
    guard mkdir(path, 0o777) == 0 || errno == EEXIST && ModelPath.isFolder(path) else {
      throw refused(.makeFolder, path)
    }
  }

  /// Puts a finished file in its place. Throws `StoreError.system`.
  static func move(_ path: String, to target: String) throws {
    guard rename(path, target) == 0 else { throw refused(.write, target) }
  }

  static func remove(_ path: String) { unlink(path) }

  /// Removes a file that is there. Throws `StoreError.system`.
  static func delete(_ path: String) throws {
    guard unlink(path) == 0 || errno == ENOENT else { throw refused(.remove, path) }
  }

  /// Removes a folder with nothing in it.
  static func removeEmptyFolder(_ path: String) { rmdir(path) }

  /// A hard link to a file, or a copy where the file system has no hard links. Throws `StoreError.system`.
  static func share(_ path: String, as target: String) throws {
    let part = hidden(target, "part")
    remove(part)
    if link(path, part) != 0 { try copy(path, to: part) }
    try move(part, to: target)
  }

  /// Copies a file by way of a hidden one beside the target. Throws `StoreError.system`, and for the source too.
  static func copy(_ path: String, to target: String) throws {
    let part = try stage(path, for: target) { _, _ in }
    do { try move(part, to: target) } catch {
      remove(part)
      throw error
    }
  }

  /// Copies a file to a hidden one beside `target`, whose path it returns. `progress` gets the bytes done and of all after
  /// each piece; what it throws stops the copy. Nothing half-copied remains.
  static func stage(_ path: String, for target: String, progress: (_ done: Int, _ total: Int) throws -> Void) throws
    -> String
  {
    let part = hidden(target, "copy")
    let source = open(path, O_RDONLY | O_CLOEXEC)
    guard source >= 0 else { throw refused(.read, path) }
    defer { close(source) }
    let file = open(part, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
    guard file >= 0 else { throw refused(.write, target) }
    defer { close(file) }
    do {
      let total = ModelPath.sizeOfFile(path) ?? 0
      var done = 0
      var piece = [UInt8](repeating: 0, count: 4 << 20)
      while true {
        try progress(done, total)
        let count = Glibc.read(source, &piece, piece.count)
        if count < 0 && errno == EINTR { continue }
        guard count >= 0 else { throw refused(.read, path) }
        guard count > 0 else { return part }
        try write(piece[..<count], to: file, target)
        done += count
      }
    } catch {
      remove(part)
      throw error
    }
  }

  /// Writes all of some elements to an open file; errors name `target`.
  static func write<Elements: Collection>(_ elements: Elements, to file: Int32, _ target: String) throws
  where Elements.Element: BitwiseCopyable {
    try Array(elements).withUnsafeBytes { bytes in
      var rest = bytes[...]
      while !rest.isEmpty {
        let written = Glibc.write(file, UnsafeRawBufferPointer(rebasing: rest).baseAddress, rest.count)
        if written < 0 && errno == EINTR { continue }
        guard written > 0 else { throw refused(.write, target) }
        rest = rest.dropFirst(written)
      }
    }
  }

  /// Writes a small file whole or not at all. Throws `StoreError.system`.
  static func write(_ data: Data, to path: String) throws {
    guard SmallFile.write(Array(data), to: path) else { throw refused(.write, path) }
  }

  /// The bytes of a small file; nil if it cannot be read, or is longer than any that the store writes.
  static func read(_ path: String) -> Data? { SmallFile.bytes(of: path, atMost: 1 << 20).map { Data($0) } }

  /// SHA-256 in hexadecimal digits; nil if the file cannot be read.
  static func digest(_ path: String) -> String? {
    let file = open(path, O_RDONLY | O_CLOEXEC)
    guard file >= 0 else { return nil }
    defer { close(file) }
    var digest = [CChar](repeating: 0, count: 65)
    guard ct_sha256(file, &digest) == 0 else { return nil }
    return String(decoding: digest.prefix(64).map(UInt8.init(bitPattern:)), as: UTF8.self)
  }

  /// The name of a file on its way: `.NAME.KIND`, beside it.
  static func hidden(_ path: String, _ kind: String) -> String {
    ModelPath.join(ModelPath.folder(ofFile: path), ".\(ModelPath.lastComponent(path)).\(kind)")
  }

  /// The error for what the system has just refused.
  static func refused(_ action: StoreError.Action, _ path: String) -> StoreError {
    .system(action, path: path, reason: String(cString: strerror(errno)))
  }
}
