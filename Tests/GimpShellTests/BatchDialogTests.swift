import Foundation
import Testing

@testable import GimpShell

/// Batches that are begun from the menu.
@Suite struct BatchDialogTests {
  private let gimp = MemoryGimp()

  private func perform(_ mode: RunMode) throws -> Int {
    guard case .files(let work) = Procedure.batchUpscale.kind else { throw ShellError.itemMissing }
    return try Procedure.batchUpscale.perform(work, mode, [], in: gimp)
  }

  @Test func closingTheDialogCancels() {
    gimp.answer = { _ in nil }
    #expect(throws: ShellError.cancelled) { try perform(.interactive) }
    #expect(gimp.messages.isEmpty)
  }

  @Test(
    "The folder's pictures are done, not its other files; one message says what came of it; the folders are remembered")
  func picturesOfAFolder() throws {
    let folder = FileManager.default.temporaryDirectory.appending(path: "resshift-batch-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    for name in ["a.jpg", "b.png", "notes.txt", ".hidden.jpg"] {
      try Data("no picture".utf8).write(to: folder.appending(path: name))
    }
    gimp.answer = { form in
      var form = form
      form.choose(folder: folder.path, inRow: 0)
      form.choose(folder: FileManager.default.temporaryDirectory.path, inRow: 1)
      return form
    }
    #expect(try perform(.interactive) == 2)
    #expect(gimp.messages.count == 1)
    let lines = try #require(gimp.messages.first).text.split(separator: "\n").map(String.init)
    #expect(lines.count == 3 && lines[0] == "ResShift: Nothing done, 2 failed:")
    #expect(lines[1].hasPrefix("\(folder.path)/a.jpg: ") && lines[2].hasPrefix("\(folder.path)/b.png: "))
    #expect(gimp.progressTitles.map(\.text).last == "ResShift: picture 2 of 2, b.png")

    gimp.messages = []
    #expect(try perform(.lastValues) == 2)
    #expect(gimp.messages.count == 1)
  }

  @Test func aFolderWithoutPictures() throws {
    let folder = FileManager.default.temporaryDirectory.appending(path: "resshift-batch-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    try Data("x".utf8).write(to: folder.appending(path: "notes.txt"))
    gimp.answer = { form in
      var form = form
      for row in 0...1 { form.choose(folder: folder.path, inRow: row) }
      return form
    }
    #expect(try perform(.interactive) == 1)
    #expect(gimp.messages.map(\.text).first?.contains("there are no pictures") == true)
  }
}
