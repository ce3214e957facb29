import Foundation
import Testing

@testable import GimpShell

/// What outlives GIMP.
@Suite struct KeptTextTests {
  private let folder = FileManager.default.temporaryDirectory.appending(path: "resshift-kept-\(UUID().uuidString)")

  @Test func textsComeBackWhole() throws {
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let texts = KeptTexts(in: folder.path)
    #expect(texts.text(named: "a") == nil)
    texts.keep("one\n", named: "a")
    texts.keep("two\nGröße\n", named: "a")
    #expect(texts.text(named: "a") == "two\nGröße\n")
    let files = try FileManager.default.contentsOfDirectory(atPath: folder.appending(path: "resshift").path)
    #expect(files == ["a"], "nothing is left of the writing")
  }

  @Test func aFolderThatCannotBeWrittenKeepsNothing() {
    let texts = KeptTexts(in: "/proc/nonexistent")
    texts.keep("one", named: "a")
    #expect(texts.text(named: "a") == nil)
  }

  @Test("The last error is kept, a cancelled dialog is none")
  func failures() throws {
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let gimp = MemoryGimp()
    gimp.settingsFolder = folder.path
    #expect(gimp.lastFailure == nil)
    gimp.keepFailure(.noLayerSelected, of: "plug-in-x")
    gimp.keepFailure(.cancelled, of: "plug-in-x")
    #expect(gimp.lastFailure == "plug-in-x: \(ShellError.noLayerSelected.message.text)")
  }
}
