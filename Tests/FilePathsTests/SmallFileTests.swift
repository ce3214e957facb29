import Foundation
import Glibc
import Testing

@testable import FilePaths

@Suite struct SmallFileTests {
  private let folder = FileManager.default.temporaryDirectory.appending(path: "resshift-small-\(UUID().uuidString)")

  private func inFolder(_ body: () throws -> Void) throws {
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    try body()
  }

  @Test func filesComeBackWhole() throws {
    try inFolder {
      let path = folder.appending(path: "a").path
      #expect(SmallFile.bytes(of: path, atMost: 10) == nil)
      #expect(SmallFile.write([1, 2, 3], to: path) && SmallFile.write([4], to: path))
      #expect(SmallFile.bytes(of: path, atMost: 1) == [4])
      #expect(SmallFile.write([], to: path) && SmallFile.bytes(of: path, atMost: 10) == [])
      let names = try FileManager.default.contentsOfDirectory(atPath: folder.path)
      #expect(names == ["a"], "nothing is left of the writing")
    }
  }

  @Test func aFileThatIsTooLongIsNone() throws {
    try inFolder {
      let path = folder.appending(path: "a").path
      #expect(SmallFile.write([1, 2, 3], to: path))
      #expect(SmallFile.bytes(of: path, atMost: 3) == [1, 2, 3] && SmallFile.bytes(of: path, atMost: 2) == nil)
    }
  }

  @Test func whatCannotBeWrittenSaysWhyAndLeavesNothing() throws {
    try inFolder {
      #expect(!SmallFile.write([1], to: folder.appending(path: "none/a").path) && errno == ENOENT)
      let taken = folder.appending(path: "taken")
      try FileManager.default.createDirectory(at: taken.appending(path: "x"), withIntermediateDirectories: true)
      #expect(!SmallFile.write([1], to: taken.path) && [EISDIR, ENOTEMPTY, EEXIST].contains(errno))
      #expect(SmallFile.bytes(of: taken.path, atMost: 10) == nil)
      let names = try FileManager.default.contentsOfDirectory(atPath: folder.path)
      #expect(names == ["taken"])
    }
  }
}
