import Foundation
import ModelLibrary
import ModelStore
import TestSupport
import Testing

@testable import GimpShell

/// What the window of the models shows.
@Suite struct ModelListTests {
  private static let shipped = packageFolder.appending(path: "plugin/models").path
  private let list = ModelList(ModelStore(ModelCatalogue(roots: [shipped])))

  @Test("Every model has a row under its task, the recommended one first, then those that are installed")
  func everyModelHasARow() throws {
    #expect(list.groups.map(\.title.text) == ["Enlarge", "Fill and remove", "Restore"])
    #expect(list.groups.flatMap(\.rows).count == list.store.catalogue.entries.count)
    let names = list.groups.map { $0.rows.map(\.name) }
    #expect(
      names == [
        ["compact-sr-x4", "compact-sr-x2", "realsr-x4-v3", "realsr-x4-v2", "realsr-x4-v1", "bicsr-x4"],
        ["compact-inpaint", "inpaint-imagenet", "inpaint-face"], ["compact-restore", "faceir"],
      ])
    for group in list.groups {
      #expect(group.rows[0].title.text.hasSuffix(" (recommended)") && group.rows[0].state.text == "installed")
      #expect(group.rows.dropFirst().allSatisfy { !$0.title.text.contains("recommended") })
    }
    let restore = try #require(list.groups.last)
    #expect(restore.rows[0].title.text == "JPEG blocks and noise (recommended)")
    #expect(restore.rows[0].details.text.hasPrefix("compact-restore, CC BY-SA 4.0, "))
    #expect(restore.rows[1].action?.label.text == "Install..." && restore.rows[1].state.text == "not installed")
    #expect(restore.rows[1].details.text == "faceir, S-Lab License 1.0 (non-commercial), 784 MB")
  }

  @Test("Opened from a dialog, it begins with the models for that")
  func whatIsLookedForComesFirst() {
    let list = ModelList(list.store, first: .restoration)
    #expect(list.groups.map(\.title.text) == ["Restore", "Enlarge", "Fill and remove"])
    let other = list.groups[0].rows.first { $0.action != nil }
    #expect(other?.title.text == "Faces (ResShift)", "whose button has the focus")
  }

  @Test("What comes with the plug-in is called in model.json as it is in dialogs, and says what it is for")
  func knownModels() {
    let entries = list.store.catalogue.entries
    #expect(Set(entries.map(\.name)) == Set(ModelWords.known.map(\.name)))
    for entry in entries {
      #expect(ModelWords(entry).purpose != nil, "\(entry.name): the titles differ")
      #expect(ModelWords(entry).details.text.hasSuffix(" Licence: \(entry.licence)."))
    }
  }

  @Test("A model that cannot be read is shown as such and can be removed with what was installed there")
  func brokenModels() throws {
    let folder = FileManager.default.temporaryDirectory.appending(path: "resshift-broken-\(UUID().uuidString)")
    let model = folder.appending(path: "mine")
    try FileManager.default.createDirectory(at: model, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    try Data("{".utf8).write(to: model.appending(path: "model.json"))
    try Data("notes".utf8).write(to: model.appending(path: "notes.txt"))
    let list = ModelList(ModelStore(ModelCatalogue(roots: [folder.path, Self.shipped])))
    let group = try #require(list.groups.last)
    #expect(group.title.text == "Cannot be used" && group.rows.map(\.name) == ["mine"])
    #expect(group.rows[0].purpose.text.contains("not valid JSON"))
    let action = try #require(group.rows[0].action)
    #expect(try #require(list.question(before: action)).markup.text.contains(model.path))
    guard case .discard(let entry) = action else { throw ShellError.itemMissing }
    try list.store.discard(entry)
    #expect(try FileManager.default.contentsOfDirectory(atPath: model.path) == ["notes.txt"])
    #expect(list.groups.count == 3)
  }

  @Test("A model that lacks files that no server has says which")
  func incompleteModels() throws {
    let folder = FileManager.default.temporaryDirectory.appending(path: "resshift-incomplete-\(UUID().uuidString)")
    let model = folder.appending(path: "mine")
    try FileManager.default.createDirectory(at: model, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    try FileManager.default.copyItem(
      atPath: Self.shipped + "/compact-restore/model.json", toPath: model.appending(path: "model.json").path)
    let row = try #require(ModelList(ModelStore(ModelCatalogue(roots: [folder.path]))).groups.first?.rows.first)
    #expect(row.state.text == "not complete" && row.action == nil)
    #expect(row.purpose.text == "These files are missing: unet.safetensors.")
  }

  @Test func questionsAreMarkedUpSafely() throws {
    #expect(ModelList.escaped("<a & \"b\">") == "&lt;a &amp; &quot;b&quot;&gt;")
    let action = try #require(list.groups.flatMap(\.rows).compactMap(\.action).first)
    let question = try #require(list.question(before: action))
    #expect(question.yes.text == "_Agree and install")
    #expect(question.markup.text.contains("will be downloaded.") && question.markup.text.contains("</b> is under"))
  }

  @Test(
    "Errors are told in the words of the window, not of the command",
    arguments: [
      StoreError.alreadyInstalled(model: "m", folder: "/f"), .severalModels(file: "/f", ["a", "b"]),
      .interrupted(url: "u", problem: "p"), .missing(file: "/f", .download(model: "m")),
      .changed(file: "/f", .importFile),
      .nameNeeded(file: "/f"), .notANetwork(file: "/f"),
    ])
  func errors(_ error: StoreError) {
    let text = list.explanation(of: error).text
    #expect(!text.contains("--") && !text.contains("resshift models") && !text.contains("command"))
  }
}
