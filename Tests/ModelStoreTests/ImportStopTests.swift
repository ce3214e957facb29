import Foundation
import ModelLibrary
import TestSupport
import Testing

@testable import ModelStore

/// An import that is stopped on the way installs nothing and leaves nothing behind.
@Suite struct ImportStopTests {
  @Test(arguments: [false, true], [1, 2, 3])
  func stopped(half: Bool, after calls: Int) throws {
    let folder = FileManager.default.temporaryDirectory.appending(path: "resshift-import-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let store = ModelStore(ModelCatalogue(roots: [folder.path]))
    var options = ModelStore.ImportOptions()
    (options.name, options.half) = ("mine", half)
    let files = ["unet", "autoencoder"].map { fixture("tiny-sr/\($0).pth") }
    var seen: [String] = []
    // How often a whole import tells of itself.
    _ = try store.importModel(files, options) { event in
      if case .fetching(let file, let done, let total) = event {
        #expect(done <= total && total > 0)
        seen.append(file)
      }
      return true
    }
    #expect(Set(seen).count == 2, "both files are told of")
    try FileManager.default.removeItem(at: folder.appending(path: "mine"))
    var count = 0
    #expect(throws: StoreError.self) {
      try store.importModel(files, options) { _ in
        count += 1
        return count < calls
      }
    }
    #expect(count == calls, "no work goes on after the wish to stop")
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == [])
  }
}
