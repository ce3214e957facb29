import Foundation
import Testing

extension GimpTests {
  /// The Script-Fu functions for whole folders.
  @Suite(.serialized) struct BatchScriptTests {
    @Test("They go on after a bad file, return the number of failures and write PNG files")
    func folders() throws {
      let gimp = try Gimp()
      let photo = Picture.photograph(width: 40, height: 30, channels: 3)
      for folder in ["in", "masks", "large", "filled"] {
        try FileManager.default.createDirectory(
          at: gimp.folder.appending(path: folder), withIntermediateDirectories: true)
      }
      var holed = photo
      paint(&holed, (x: 10, y: 8, width: 9, height: 9), GimpTests.InpaintTests.magenta)
      try gimp.put(holed, as: "in/a.first.tif")
      try gimp.put(photo, as: "in/b.tif")
      try Data("no picture".utf8).write(to: gimp.folder.appending(path: "in/c.tif"))
      try gimp.put(photo, as: "in/d.tif")
      let mask = Picture(width: 40, height: 30, channels: 1) { x, y, _ in
        (10..<19).contains(x) && (8..<17).contains(y) ? 1 : 0
      }
      try gimp.put(mask, as: "masks/a.first.tif")
      try gimp.put(Picture(width: 7, height: 7, channels: 1) { _, _, _ in 1 }, as: "masks/b.tif")
      try gimp.run(
        """
        (say "upscaled" (script-fu-resshift-batch-upscale (path "in/*.tif") (path "large") "" 2 5))
        (say "inpainted" (script-fu-resshift-batch-inpaint (path "in/*.tif") (path "masks") (path "filled") "" 5))
        (say "open" (car (gimp-image-list)))
        (save-drawable (layer-of (load-picture "large/b.png")) "large.tif")
        (save-drawable (layer-of (load-picture "filled/a.first.png")) "filled.tif")
        """)
      #expect(gimp.log["upscaled"] == "1", "c.tif is no picture")
      #expect(gimp.log["inpainted"] == "3", "c.tif is no picture, the mask of b is too small, d has none")
      #expect(gimp.log["open"] == "0")
      #expect(try names(in: gimp.folder.appending(path: "large")) == ["a.first.png", "b.png", "d.png"])
      #expect(try names(in: gimp.folder.appending(path: "filled")) == ["a.first.png"])
      #expect(try gimp.picture("large.tif").reduced(by: 2).difference(to: photo) < 0.06)
      let filled = try gimp.picture("filled.tif")
      #expect(filled.unequalPixels(to: holed) { mask[$0, $1, 0] == 0 } == 0)
      #expect(distance(filled, from: GimpTests.InpaintTests.magenta) { mask[$0, $1, 0] == 1 } > 0.2)
    }

    private func names(in folder: URL) throws -> [String] {
      try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted()
    }
  }
}
