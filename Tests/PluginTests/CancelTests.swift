import Foundation
import Testing

extension GimpTests {
  /// Cancel in the status bar of a real GIMP window, clicked while the plug-in works.
  @Suite(.serialized) struct CancelTests {
    @Test("Cancel ends the work at once and leaves image, undo history and selection as they were")
    func cancelByClicking() throws {
      let photo = Picture.photograph(width: 700, height: 500, channels: 3)
      let desktop = try Desktop(
        """
        (define image (load-picture "photo.tif"))
        (gimp-image-clean-all image)
        (gimp-display-new image)
        (gimp-displays-flush)
        """, put: ["photo.tif": photo])
      defer { desktop.close() }
      _ = try desktop.ask(
        """
        (begin (define image (aref (cadr (gimp-image-list)) 0)) (define source (layer-of image)) \
        (gimp-image-select-rectangle image CHANNEL-OP-REPLACE 30 20 40 50) (gimp-image-clean-all image) 1)
        """)
      let before = try state(of: desktop, "before.tif")

      try desktop.openDialog("u", title: "ResShift: Upscale")
      try desktop.press("Return")
      try eventually("the dialog to close", within: 30) { try desktop.windows(named: "ResShift: Upscale").isEmpty }
      try desktop.activateImageWindow()
      try desktop.press("Tab")
      #expect(desktop.isPlugInAtWork)
      try desktop.saveScreen(as: "before-cancel")
      try desktop.clickCancel()
      try eventually("the plug-in to end", within: 5) { !desktop.isPlugInAtWork }
      try desktop.saveScreen(as: "after-cancel")

      let after = try state(of: desktop, "after.tif")
      #expect(after.summary == before.summary && after.pixels == before.pixels)
      // Of the undo history nothing but the selection can be taken back.
      try desktop.activateImageWindow()
      try desktop.press("ctrl+z")
      try eventually("the selection to be taken back", within: 20) {
        try desktop.ask("(car (gimp-selection-is-empty image))") == "1"
      }
      #expect(try desktop.windows(named: "GIMP Message").isEmpty)
    }

    private func state(of desktop: Desktop, _ name: String) throws -> (summary: String, pixels: Picture) {
      _ = try desktop.ask("(begin (save-drawable source \"\(name)\") 1)")
      let summary = try desktop.ask(
        """
        (list (car (gimp-image-width image)) (car (gimp-image-height image)) (car (gimp-image-get-layers image)) \
        (car (gimp-image-is-dirty image)) (gimp-selection-bounds image))
        """)
      return (summary, try desktop.picture(name))
    }
  }
}
