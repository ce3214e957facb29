import Foundation
import TestSupport
import Testing

extension GimpTests {
  /// The model manager in a real GIMP window, with a local server in place of the network.
  @Suite(.serialized) struct ModelManagerTests {
    @Test func installAndRemove() throws {
      let folder = FileManager.default.temporaryDirectory.appending(path: "resshift-manager-\(UUID().uuidString)")
      let models = folder.appending(path: "models")
      let home = models.appending(path: "realsr-x4-v3")
      try FileManager.default.createDirectory(at: home, withIntermediateDirectories: true)
      defer { try? FileManager.default.removeItem(at: folder) }
      let fixture = Stage.packageFolder.appending(path: "Tests/Fixtures/tiny-sr")
      try FileManager.default.copyItem(at: fixture, to: folder.appending(path: "served"))
      let server = try ModelServer(in: folder)
      try server.descriptor(fixture.appending(path: "config.json"), name: "realsr-x4-v3")
        .write(to: home.appending(path: "model.json"))
      func files() -> [String] { (try? FileManager.default.contentsOfDirectory(atPath: home.path).sorted()) ?? [] }

      let desktop = try Desktop(
        "(gimp-display-new (load-picture \"photo.tif\"))",
        put: ["photo.tif": Picture.photograph(width: 60, height: 40, channels: 3)],
        environment: server.environment.merging(["RESSHIFT_MODELS": models.path]) { $1 })
      defer { desktop.close() }

      // The first button has the focus, that of the first model that is not built in; the licence is shown before anything is fetched.
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

      // Return belongs to the button, which has the focus still: it asks, and does not close the window.
      try desktop.press("Return")
      try eventually("the question about removing", within: 20) {
        try !desktop.windows(named: "ResShift: Remove").isEmpty
      }
      #expect(try !desktop.windows(named: "ResShift: Models").isEmpty)
      try desktop.press("Return")
      try eventually("the files to go", within: 20) { files() == ["model.json"] }
      try desktop.press("Escape")
      try eventually("the window to close", within: 20) { try desktop.windows(named: "ResShift: Models").isEmpty }
      #expect(try desktop.windows(named: "GIMP Message").isEmpty, "GIMP had nothing to complain about")
    }

    @Test("Closing the window during a download stops it, keeps what came so far, and GIMP goes on")
    func closingDuringADownload() throws {
      let folder = FileManager.default.temporaryDirectory.appending(path: "resshift-manager-\(UUID().uuidString)")
      let models = folder.appending(path: "models")
      let home = models.appending(path: "realsr-x4-v3")
      try FileManager.default.createDirectory(at: home, withIntermediateDirectories: true)
      defer { try? FileManager.default.removeItem(at: folder) }
      let fixture = Stage.packageFolder.appending(path: "Tests/Fixtures/tiny-sr")
      try FileManager.default.copyItem(at: fixture, to: folder.appending(path: "served"))
      let server = try ModelServer(in: folder)
      try server.descriptor(fixture.appending(path: "config.json"), name: "realsr-x4-v3", mode: "slow")
        .write(to: home.appending(path: "model.json"))
      let desktop = try Desktop(
        "(gimp-display-new (load-picture \"photo.tif\"))",
        put: ["photo.tif": Picture.photograph(width: 60, height: 40, channels: 3)],
        environment: server.environment.merging(["RESSHIFT_MODELS": models.path]) { $1 })
      defer { desktop.close() }

      try desktop.openDialog("m", title: "ResShift: Models")
      try desktop.press("space")
      try eventually("the question about the licence", within: 20) {
        try !desktop.windows(named: "ResShift: Licence").isEmpty
      }
      try desktop.press("Return")
      func kept() -> Int {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: home.path)) ?? []
        return names.filter { $0.hasSuffix(".part") }.map { home.appending(path: $0).path }
          .compactMap { try? FileManager.default.attributesOfItem(atPath: $0)[.size] as? Int }.reduce(0, +)
      }
      try eventually("half of the file", within: 30) { kept() > 1000 }
      try desktop.saveScreen(as: "models-downloading")
      try desktop.press("Escape")
      try eventually("the window to close", within: 20) { try desktop.windows(named: "ResShift: Models").isEmpty }
      #expect(kept() > 1000)
      #expect(try desktop.ask("(car (gimp-image-width (aref (cadr (gimp-image-list)) 0)))") == "60")
      #expect(try desktop.windows(named: "GIMP Message").isEmpty, "GIMP had nothing to complain about")
    }
  }
}
