import FilePaths
import Glibc

/// Small texts in files of their own, in a folder of the plug-in's beside GIMP's settings: what outlives GIMP.
public struct KeptTexts {
  private let folder: String

  /// `settingsFolder` is GIMP's.
  public init(in settingsFolder: String) { folder = settingsFolder.appendingName("resshift") }

  /// nil = there is none that can be read.
  public func text(named name: String) -> String? {
    SmallFile.bytes(of: folder.appendingName(name), atMost: Self.mostBytes).map { String(pathBytes: $0) }
  }

  /// Whole or not at all; that a disk is full or read-only is no reason to fail.
  public func keep(_ text: String, named name: String) {
    folder.withPathBytes { _ = mkdir($0, 0o777) }
    _ = SmallFile.write(text.pathBytes, to: folder.appendingName(name))
  }

  /// Nothing of ours is longer.
  private static let mostBytes = 1 << 20
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
