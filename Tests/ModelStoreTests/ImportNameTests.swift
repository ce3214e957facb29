import Foundation
import ModelLibrary
import TestSupport
import Testing

@testable import ModelStore

/// The name of an imported model becomes a folder's and is written into its model.json: whatever is imported, it must be one that
/// can be read again.
@Suite struct ImportNameTests {
  @Test func namesOfImportedFolders() throws {
    let folder = FileManager.default.temporaryDirectory.appending(path: "resshift-name-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let store = ModelStore(ModelCatalogue(roots: [folder.path]))
    var options = ModelStore.ImportOptions()
    options.name = "first"
    let first = try store.importModel(["unet", "autoencoder"].map { fixture("tiny-sr/\($0).pth") }, options).folder
    for name in ["a/b", "..", ".hidden", ""] {
      options.name = name
      #expect(throws: StoreError.notAFolderName(name)) { try store.importModel([first], options) }
    }
    options.name = String(repeating: "x", count: 101)
    #expect(throws: ModelError.badField(file: first, key: "name", .notAName)) {
      try store.importModel([first], options)
    }
    options.name = "second"
    let second = try store.importModel([first], options)
    #expect(try ModelDescriptor(contentsOf: second.folder).name == "second")
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted() == ["first", "second"])
  }
}
