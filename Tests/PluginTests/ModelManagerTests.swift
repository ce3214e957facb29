import Foundation
import TestSupport
import Testing

extension GimpTests {
  /// The model manager in a real GIMP window, with a local server in place of the network.
  @Suite(.serialized) struct ModelManagerTests {
    @Test func installAndRemove() throws {
      let folder = FileManager.default.temporaryDirectory.appending(path: "resshift-manager-\(UUID().uuidString)")
      let models = folder.appending(path: "models")
      let home = models.appending(path: "a-model")
      try FileManager.default.createDirectory(at: home, withIntermediateDirectories: true)
      defer { try? FileManager.default.removeItem(at: folder) }
      let fixture = Stage.packageFolder.appending(path: "Tests/Fixtures/tiny-sr")
      try FileManager.default.copyItem(at: fixture, to: folder.appending(path: "served"))
      let server = try ModelServer(in: folder)
      try server.descriptor(fixture.appending(path: "config.json"), name: "a-model")
        .write(to: home.appending(path: "model.json"))
      func files() -> [String] { (try? FileManager.default.contentsOfDirectory(atPath: home.path).sorted()) ?? [] }

      let desktop = try Desktop(
        "(gimp-display-new (load-picture \"photo.tif\"))",
        put: ["photo.tif": Picture.photograph(width: 60, height: 40, channels: 3)],
        environment: server.environment.merging(["RESSHIFT_MODELS": models.path]) { $1 })
      defer { desktop.close() }

      // The first model's button has the focus; the licence is shown before anything is fetched.
      try desktop.openDialog("m", title: "ResShift: Models", screenshot: "models")
      try desktop.press("space")
      try eventually("the question about the licence", within: 20) {
        try !desktop.windows(named: "ResShift: Licence").isEmpty
      }
      try desktop.saveScreen(as: "models-licence")
      #expect(server.log.isEmpty && files() == ["model.json"])
      try desktop.press("Return")
      try eventually("the files", within: 60) {
        files() == ["autoencoder.pth", "files.json", "model.json", "unet.pth"]
      }
      #expect(
        FileManager.default.contentsEqual(
          atPath: home.appending(path: "unet.pth").path, andPath: fixture.appending(path: "unet.pth").path))
      usleep(500_000)
      try desktop.saveScreen(as: "models-installed")

      // The same button removes it again, after a question.
      try desktop.press("space")
      try eventually("the question about removing", within: 20) {
        try !desktop.windows(named: "ResShift: Remove").isEmpty
      }
      try desktop.press("Return")
      try eventually("the files to go", within: 20) { files() == ["model.json"] }
      try desktop.press("Escape")
      try eventually("the window to close", within: 20) { try desktop.windows(named: "ResShift: Models").isEmpty }
      #expect(try desktop.windows(named: "GIMP Message").isEmpty, "GIMP had nothing to complain about")
    }
  }
}
