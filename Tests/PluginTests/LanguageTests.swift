import Foundation
import Testing

extension GimpTests {
  /// The plug-in speaks the language of GIMP.
  @Suite(.serialized) struct LanguageTests {
    @Test("In German, messages are German, with names in their places; layers keep the names that scripts know")
    func german() throws {
      let gimp = try Gimp()
      let locale = gimp.folder.appending(path: "de_DE.UTF-8").path
      let made = try Command.run(["localedef", "-i", "de_DE", "-f", "UTF-8", locale])
      try #require(FileManager.default.fileExists(atPath: locale), "\(made.output)")
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
        """, environment: ["LOCPATH": gimp.folder.path, "LC_ALL": "de_DE.UTF-8", "LANGUAGE": "de"])
      #expect(gimp.log["empty"]?.contains("Die Auswahl ist leer: Wählen Sie aus, was gefüllt werden soll") == true)
      #expect(gimp.log["unknown"]?.contains("unbekanntes Modell \"no-such\"; bekannt sind: ") == true)
      #expect(gimp.log["outside"]?.contains("Die Auswahl berührt die Ebene „klein“ nicht") == true)
      #expect(gimp.log["layer-name"] == "Inpainted (compact-inpaint)")
    }
  }
}
