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
      // The question may still have the keyboard.
      try eventually("the window to close", within: 20) {
        try desktop.press("Escape")
        return try desktop.windows(named: "ResShift: Models").isEmpty
      }
      #expect(try desktop.windows(named: "GIMP Message").isEmpty, "GIMP had nothing to complain about")
    }

    /// A window of the models during a download that has stalled half way, from a local server.
    private final class Download {
      let folder = FileManager.default.temporaryDirectory.appending(path: "resshift-manager-\(UUID().uuidString)")
      let home: URL
      let server: ModelServer
      let desktop: Desktop
      /// Of the image.
      private var before = ""

      init() throws {
        let models = folder.appending(path: "models")
        home = models.appending(path: "realsr-x4-v3")
        do {
          try FileManager.default.createDirectory(at: home, withIntermediateDirectories: true)
          let fixture = Stage.packageFolder.appending(path: "Tests/Fixtures/tiny-sr")
          try FileManager.default.copyItem(at: fixture, to: folder.appending(path: "served"))
          server = try ModelServer(in: folder)
          try server.descriptor(fixture.appending(path: "config.json"), name: "realsr-x4-v3", mode: "slow")
            .write(to: home.appending(path: "model.json"))
          desktop = try Desktop(
            "(gimp-display-new (load-picture \"photo.tif\"))",
            put: ["photo.tif": Picture.photograph(width: 60, height: 40, channels: 3)],
            environment: server.environment.merging(["RESSHIFT_MODELS": models.path]) { $1 })
        } catch {
          try? FileManager.default.removeItem(at: folder)
          throw error
        }
      }

      func close() {
        desktop.close()
        try? FileManager.default.removeItem(at: folder)
      }

      private func state() throws -> String {
        try desktop.ask(
          "(list (car (gimp-image-is-dirty image)) (car (gimp-image-get-layers image)) (gimp-selection-bounds image))")
      }

      /// Opens the window and says yes to the licence of the first model; returns when half of its first file is there.
      func begin() throws {
        _ = try desktop.ask(
          """
          (begin (define image (aref (cadr (gimp-image-list)) 0)) (define source (layer-of image)) \
          (gimp-image-clean-all image) (save-drawable source "before.tif") 1)
          """)
        before = try state()
        try desktop.openDialog("m", title: "ResShift: Models")
        try desktop.press("space")
        try eventually("the question about the licence", within: 20) {
          try !desktop.windows(named: "ResShift: Licence").isEmpty
        }
        try desktop.press("Return")
        try eventually("half of the file", within: 30) { kept > 1000 }
        try desktop.saveScreen(as: "models-downloading")
      }

      /// The bytes that came so far.
      var kept: Int {
        files.filter { $0.hasSuffix(".part") }.map { home.appending(path: $0).path }
          .compactMap { try? FileManager.default.attributesOfItem(atPath: $0)[.size] as? Int }.reduce(0, +)
      }

      var files: [String] { (try? FileManager.default.contentsOfDirectory(atPath: home.path).sorted()) ?? [] }

      /// The image is as it was, GIMP has nothing to complain about, and of the model there is no more than what came so far.
      func checkThatNothingHasChanged() throws {
        _ = try desktop.ask("(begin (save-drawable source \"after.tif\") 1)")
        #expect(try desktop.picture("after.tif") == desktop.picture("before.tif"))
        #expect(try state() == before)
        #expect(try desktop.windows(named: "GIMP Message").isEmpty)
        #expect(kept > 1000)
        #expect(files.filter { !$0.hasSuffix(".part") } == ["model.json"])
      }
    }

    @Test("Closing the window during a download stops it, keeps what came so far, and GIMP goes on")
    func closingDuringADownload() throws {
      let download = try Download()
      defer { download.close() }
      try download.begin()
      try download.desktop.press("Escape")
      try eventually("the window to close", within: 20) {
        try download.desktop.windows(named: "ResShift: Models").isEmpty
      }
      try download.checkThatNothingHasChanged()
    }

    @Test("A click on Stop ends a download that has stalled; it goes on from there when asked to")
    func stoppingADownload() throws {
      let download = try Download()
      defer { download.close() }
      try download.begin()
      let (desktop, title) = (download.desktop, "ResShift: Models")
      let size = try desktop.size(ofWindow: title)
      if GimpVersion.tested == .two {
        try desktop.click(in: title, at: (size.width - 394, size.height - 80))
      } else {
        // The same button, whose place follows the theme there.
        try desktop.press("alt+s")
      }
      try desktop.saveScreen(as: "models-stopped")
      #expect(try !desktop.windows(named: title).isEmpty)
      try download.checkThatNothingHasChanged()
      // The button of the model has the focus there, as before: only a window that works no more takes what is pressed. In GIMP 3
      // saving brings the image's window to the front.
      try desktop.activate(windowNamed: title)
      let requests = download.server.log.count
      try desktop.press("space")
      try eventually("the rest of the file to be asked for", within: 20) { download.server.log.count > requests }
      #expect(download.server.log.last?[2].hasPrefix("bytes=") == true)
      try desktop.press("Escape")
      try eventually("the window to close", within: 20) { try desktop.windows(named: title).isEmpty }
      try download.checkThatNothingHasChanged()
    }
  }
}
