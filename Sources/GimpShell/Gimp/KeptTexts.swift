import FilePaths
import Glibc

/// Small texts in files of their own, in a folder of the plug-in's beside GIMP's settings: what outlives GIMP.
public struct KeptTexts {
  private let folder: String

  /// `settingsFolder` is GIMP's.
  public init(in settingsFolder: String) { folder = settingsFolder.appendingName("resshift") }

  /// nil = there is none that can be read.
  public func text(named name: String) -> String? {
    guard let file = folder.appendingName(name).withPathBytes({ fopen($0, "re") }) else { return nil }
    defer { fclose(file) }
    // Nothing of ours is longer.
    var bytes = [UInt8](repeating: 0, count: 1 << 16)
    return String(pathBytes: bytes[..<fread(&bytes, 1, bytes.count, file)])
  }

  /// Whole or not at all; that a disk is full or read-only is no reason to fail.
  public func keep(_ text: String, named name: String) {
    folder.withPathBytes { _ = mkdir($0, 0o777) }
    let (path, part) = (folder.appendingName(name), folder.appendingName(".\(name).\(getpid()).part"))
    guard let file = part.withPathBytes({ fopen($0, "we") }) else { return }
    let bytes = text.pathBytes
    let isWritten = fwrite(bytes, 1, bytes.count, file) == bytes.count
    let isClosed = fclose(file) == 0
    guard isWritten && isClosed, part.withPathBytes({ part in path.withPathBytes { rename(part, $0) } }) == 0 else {
      part.withPathBytes { _ = unlink($0) }
      return
    }
  }
}

extension GimpSession {
  private static var failureFile: String { "last-error.txt" }

  /// What the last procedure that failed said, in this session or an earlier one.
  public var lastFailure: String? { KeptTexts(in: settingsFolder).text(named: Self.failureFile) }

  /// Keeps what a procedure says that has failed, for who is asked to help.
  public func keepFailure(_ error: ShellError, of procedure: String) {
    guard error.status != .cancelled else { return }
    KeptTexts(in: settingsFolder).keep("\(procedure): \(error.message.text)", named: Self.failureFile)
  }
}
