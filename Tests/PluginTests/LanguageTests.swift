import Foundation
import Testing

extension GimpTests {
  /// The plug-in speaks the language of GIMP.
  @Suite(.serialized) struct LanguageTests {
    /// Makes the locale of a language in a folder; returns the environment of a GIMP that speaks it.
    private func environment(of locale: String, in folder: URL) throws -> [String: String] {
      let place = folder.appending(path: "\(locale).UTF-8").path
      let made = try Command.run(["localedef", "-i", locale, "-f", "UTF-8", place])
      try #require(FileManager.default.fileExists(atPath: place), "\(made.output)")
      return ["LOCPATH": folder.path, "LC_ALL": "\(locale).UTF-8", "LANGUAGE": ""]
    }

    @Test("In German, messages are German, with names in their places; layers keep the names that scripts know")
    func german() throws {
      let gimp = try Gimp()
      try gimp.put(Picture.photograph(width: 40, height: 30, channels: 3), as: "photo.tif")
      try gimp.run(
        """
        (define image (load-picture "photo.tif"))
        (define source (layer-of image))
        (attempt "empty" (lambda () (plug-in-resshift-inpaint RUN-NONINTERACTIVE image source "" 7)))
        (attempt "unknown" (lambda () (plug-in-resshift-restore RUN-NONINTERACTIVE image source "no-such" 7)))
        (gimp-item-set-name source "Fluß")
        (define small (car (gimp-layer-new image 5 5 RGB-IMAGE "klein" 100 LAYER-MODE-NORMAL)))
        (gimp-image-insert-layer image small 0 0)
        (gimp-image-select-rectangle image CHANNEL-OP-REPLACE 20 10 8 8)
        (attempt "outside" (lambda () (plug-in-resshift-inpaint RUN-NONINTERACTIVE image small "" 7)))
        (say-layer "layer" (car (plug-in-resshift-inpaint RUN-NONINTERACTIVE image source "" 7)))
        """, environment: environment(of: "de_DE", in: gimp.folder))
      #expect(gimp.log["empty"]?.contains("Die Auswahl ist leer: Wählen Sie aus, was gefüllt werden soll") == true)
      #expect(gimp.log["unknown"]?.contains("unbekanntes Modell \"no-such\"; bekannt sind: ") == true)
      #expect(gimp.log["outside"]?.contains("Die Auswahl berührt die Ebene „klein“ nicht") == true)
      #expect(gimp.log["layer-name"] == "Inpainted (compact-inpaint)")
    }

    @Test("In a Japanese window the menu and the dialog are Japanese, and their letters do what they say")
    func japanese() throws {
      let folder = FileManager.default.temporaryDirectory.appending(path: "resshift-locale-\(UUID().uuidString)")
      try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
      defer { try? FileManager.default.removeItem(at: folder) }
      let desktop = try Desktop(
        """
        (define image (load-picture "photo.tif"))
        (gimp-display-new image)
        (gimp-displays-flush)
        """, put: ["photo.tif": Picture.photograph(width: 60, height: 40, channels: 3)],
        environment: environment(of: "ja_JP", in: folder))
      defer { desktop.close() }
      _ = try desktop.ask("(begin (define image (aref (cadr (gimp-image-list)) 0)) 1)")
      try desktop.openDialog("u", title: "^ResShift: 拡大$", screenshot: "upscale-ja", places: [5, 4, 6])
      // The letter of the button that begins the work.
      try desktop.press("alt+u")
      try eventually("the enlarged image", within: 120) {
        try desktop.ask("(list (car (gimp-image-width image)) (car (gimp-image-height image)))") == "240 160"
      }
      #expect(try desktop.ask("(car (gimp-item-get-name (layer-of image)))").hasPrefix("Upscaled x4 (compact-sr-x4"))
      #expect(try desktop.windows(named: "GIMP").count == desktop.windows(named: "– GIMP$").count, "no message")
    }
  }
}
