import Foundation
import Testing

extension GimpTests {
  /// A real GIMP window on a virtual screen, used by keyboard; GIMP itself tells what came of it.
  @Suite(.serialized) struct WindowTests {
    @Test("Menu, dialog, new layer, one undo: Upscale, Inpaint, Inpaint again with the last values, indexed colours")
    func menuDialogLayerUndo() throws {
      var photo = Picture.photograph(width: 120, height: 90, channels: 3)
      paint(&photo, (x: 40, y: 30, width: 30, height: 30), InpaintTests.magenta)
      let desktop = try Desktop(
        """
        (define image (load-picture "photo.tif"))
        (gimp-display-new image)
        (gimp-displays-flush)
        """, put: ["photo.tif": photo])
      defer { desktop.close() }
      _ = try desktop.ask("(begin (define image (aref (cadr (gimp-image-list)) 0)) (define source (layer-of image)) 1)")
      let magenta: (UInt8, UInt8, UInt8) = (255, 0, 255)
      try eventually("the picture on the screen", within: 30) { try desktop.pixelsOnScreen(magenta) >= 800 }

      // Upscale: Return confirms the dialog; one undo takes size, layers and pixels back.
      let untouched = try state(of: desktop, "untouched.tif")
      #expect(untouched.summary == "120 90 1 0")
      try desktop.openDialog("u", title: "ResShift: Upscale", screenshot: "upscale")
      try desktop.press("Return")
      try eventually("the enlarged image", within: 120) { try summary(of: desktop) == "480 360 2 0" }
      #expect(
        try desktop.ask("(car (gimp-item-get-name (layer-of image)))").hasPrefix("Upscaled x4 (compact-sr-x4, seed "),
        "a seed that was drawn is told")
      try desktop.saveScreen(as: "upscaled")
      try undo(desktop, to: untouched, "after-upscale.tif")

      // Inpaint: the hole's colour leaves the screen and comes back with one undo.
      _ = try desktop.ask("(begin (gimp-image-select-rectangle image CHANNEL-OP-REPLACE 38 28 34 34) 1)")
      let selected = try state(of: desktop, "selected.tif")
      let visible = try desktop.pixelsOnScreen(magenta)
      #expect(visible >= 800)
      try desktop.openDialog("i", title: "ResShift: Inpaint", screenshot: "inpaint")
      try desktop.press("Return")
      try eventually("the filled layer", within: 120) { try summary(of: desktop) == "120 90 2 0" }
      #expect(try desktop.ask("(gimp-selection-bounds image)") == "1 38 28 72 62")
      try eventually("the hole to be filled on the screen", within: 20) {
        try desktop.pixelsOnScreen(magenta) < visible / 4
      }
      try desktop.saveScreen(as: "inpainted")
      try undo(desktop, to: selected, "after-inpaint.tif")

      // Filters > Repeat Last: no dialog, the last values.
      try desktop.activateImageWindow()
      try desktop.press("ctrl+f")
      try eventually("the repeated fill", within: 120) { try summary(of: desktop) == "120 90 2 0" }
      try undo(desktop, to: selected, "after-repeat.tif")

      // At 40 % over another layer a copy takes the source's place; one undo takes all of that back.
      _ = try desktop.ask(
        """
        (begin (define base (car (gimp-layer-new image 120 90 RGB-IMAGE "base" 100 LAYER-MODE-NORMAL))) \
        (gimp-image-insert-layer image base 0 1) (gimp-drawable-edit-fill base FILL-WHITE) \
        (gimp-layer-set-opacity source 40) (gimp-image-set-active-layer image source) (gimp-displays-flush) 1)
        """)
      let faint = try state(of: desktop, "faint.tif")
      #expect(faint.summary == "120 90 2 0")
      let notes = "(list (car (gimp-item-get-visible source)) (car (gimp-item-get-parasite-list source)))"
      #expect(try desktop.ask(notes) == "1 0")
      try desktop.activateImageWindow()
      try desktop.press("ctrl+f")
      try eventually("the copy", within: 120) { try summary(of: desktop) == "120 90 3 0" }
      try eventually("the source to be hidden", within: 20) { try desktop.ask(notes).hasPrefix("0 ") }
      try undo(desktop, to: faint, "after-copy.tif")
      #expect(try desktop.ask(notes) == "1 0")

      // The layer goes while the dialog is open: a message says so, and the image is left alone.
      try desktop.openDialog("i", title: "ResShift: Inpaint")
      _ = try desktop.ask("(begin (gimp-image-remove-layer image source) 1)")
      try desktop.press("Return")
      try eventually("the message", within: 60) { try !desktop.windows(named: "GIMP Message").isEmpty }
      try desktop.saveScreen(as: "layer-gone")
      try desktop.press("Escape")
      try eventually("the message to go", within: 20) { try desktop.windows(named: "GIMP Message").isEmpty }
      #expect(try summary(of: desktop) == "120 90 1 0")
      try undo(desktop, to: faint, "after-layer-gone.tif")
      _ = try desktop.ask("(begin (gimp-image-remove-layer image base) (gimp-layer-set-opacity source 100) 1)")

      // Indexed colours: the dialog offers the conversion, one undo takes it back too.
      _ = try desktop.ask(
        "(begin (gimp-image-convert-indexed image CONVERT-DITHER-NONE CONVERT-PALETTE-GENERATE 64 FALSE FALSE \"\") 1)")
      let indexed = try state(of: desktop, "indexed.tif")
      #expect(indexed.summary == "120 90 1 2")
      try desktop.openDialog("i", title: "ResShift: Inpaint", screenshot: "indexed")
      try desktop.press("Return")
      try eventually("the filled layer of an RGB image", within: 120) { try summary(of: desktop) == "120 90 2 0" }
      try undo(desktop, to: indexed, "after-indexed.tif")

      #expect(try desktop.windows(named: "GIMP Message").isEmpty, "GIMP had nothing to complain about")
    }

    /// Width, height, number of layers and base type of the image.
    private func summary(of desktop: Desktop) throws -> String {
      try desktop.ask(
        """
        (list (car (gimp-image-width image)) (car (gimp-image-height image)) (car (gimp-image-get-layers image)) \
        (car (gimp-image-base-type image)))
        """)
    }

    private func state(of desktop: Desktop, _ name: String) throws -> (summary: String, pixels: Picture) {
      _ = try desktop.ask("(begin (save-drawable source \"\(name)\") 1)")
      return (try summary(of: desktop), try desktop.picture(name))
    }

    /// One Ctrl+Z, then everything is as it was.
    private func undo(_ desktop: Desktop, to before: (summary: String, pixels: Picture), _ name: String) throws {
      try desktop.activateImageWindow()
      try desktop.press("ctrl+z")
      try eventually("one undo to restore the image", within: 20) { try summary(of: desktop) == before.summary }
      #expect(try state(of: desktop, name).pixels == before.pixels)
    }
  }
}
