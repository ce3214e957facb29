import Foundation
import Testing

extension GimpTests {
  /// The preview of a dialog, used by mouse and keyboard.
  @Suite(.serialized) struct PreviewWindowTests {
    private static let magenta: (UInt8, UInt8, UInt8) = (255, 0, 255)
    private static let (inpaint, restore) = ("ResShift: Inpaint", "ResShift: Restore")
    /// Of the large view: its side, and how far it is from the right and the upper edge of the window.
    private static let (side, margin) = (384, GimpVersion.tested == .two ? 12 : 24)

    private func desktop() throws -> Desktop {
      var photo = Picture.photograph(width: 240, height: 180, channels: 3)
      paint(&photo, (x: 100, y: 70, width: 40, height: 40), InpaintTests.magenta)
      let desktop = try Desktop(
        """
        (define image (load-picture "photo.tif"))
        (gimp-image-select-rectangle image CHANNEL-OP-REPLACE 98 68 44 44)
        (gimp-display-new image)
        (gimp-displays-flush)
        """, put: ["photo.tif": photo])
      _ = try desktop.ask("(begin (define image (aref (cadr (gimp-image-list)) 0)) (define source (layer-of image)) 1)")
      return desktop
    }

    private func names(_ desktop: Desktop) throws -> String {
      try desktop.ask(
        "(map (lambda (layer) (car (gimp-item-get-name layer))) (vector->list (cadr (gimp-image-get-layers image))))")
    }

    /// Moves the line between before and after from the middle of the view, or from the other edge, to an edge.
    private func moveLine(_ desktop: Desktop, toRight: Bool) throws {
      let width = try desktop.width(ofWindow: Self.inpaint)
      let (left, right) = (width - Self.margin - Self.side + 2, width - Self.margin - 3)
      let y = Self.margin + Self.side / 2
      try desktop.drag(
        in: Self.inpaint, from: (toRight ? left : right, y), to: (toRight ? right : left, y))
    }

    @Test("The line compares; what is clicked or ticked of the tries becomes a layer, all in one step")
    func lineAndVariants() throws {
      let desktop = try desktop()
      defer { desktop.close() }
      let before = try names(desktop)
      try desktop.openDialog("i", title: Self.inpaint, screenshot: "preview")
      try eventually("the fill behind the line", within: 120) {
        try moveLine(desktop, toRight: true)
        let whole = try desktop.pixelsOnScreen(Self.magenta)
        try moveLine(desktop, toRight: false)
        return try desktop.pixelsOnScreen(Self.magenta) < whole - 10_000
      }
      try desktop.press("alt+v", "3", "Tab")
      try desktop.saveScreen(as: "preview-variants")
      let first = (
        x: try desktop.width(ofWindow: Self.inpaint) - Self.margin - Self.side + 30, y: Self.margin + Self.side + 59
      )
      try desktop.click(in: Self.inpaint, at: (first.x + 64, first.y))
      try desktop.click(in: Self.inpaint, at: (first.x + 128, first.y + 41))
      try desktop.saveScreen(as: "preview-chosen")
      try eventually("the dialog to close", within: 60) {
        try desktop.press("alt+v", "Return")
        usleep(500_000)
        return try desktop.windows(named: Self.inpaint).isEmpty
      }
      try eventually("two layers", within: 120) { try names(desktop).components(separatedBy: "seed ").count == 3 }
      try desktop.activateImageWindow()
      try desktop.press("ctrl+z")
      try eventually("one undo to take both back", within: 20) { try names(desktop) == before }
    }

    @Test("A click on Cancel while a preview is computed: nothing has changed, and nothing goes on")
    func cancelled() throws {
      let desktop = try desktop()
      defer { desktop.close() }
      let before = try names(desktop)
      _ = try desktop.ask("(begin (save-drawable source \"before.tif\") 1)")
      try desktop.openDialog("r", title: Self.restore)
      try desktop.clickCancel(of: Self.restore)
      try eventually("the plug-in to end", within: 20) { !desktop.isPlugInAtWork }
      #expect(try names(desktop) == before)
      _ = try desktop.ask("(begin (save-drawable source \"after.tif\") 1)")
      #expect(try desktop.picture("after.tif") == desktop.picture("before.tif"))
    }

    @Test("The preview can be switched off, and stays so")
    func switchedOff() throws {
      let desktop = try desktop()
      defer { desktop.close() }
      try desktop.openDialog("r", title: Self.restore)
      let wide = try desktop.width(ofWindow: Self.restore)
      try desktop.press("alt+p")
      try eventually("the view to go", within: 20) {
        try desktop.width(ofWindow: Self.restore) < wide - Self.side / 2
      }
      try desktop.press("Escape")
      try eventually("the dialog to close", within: 20) { try desktop.windows(named: Self.restore).isEmpty }
      try desktop.openDialog("r", title: Self.restore)
      #expect(try desktop.width(ofWindow: Self.restore) < wide - Self.side / 2)
      try desktop.press("alt+p")
      // The list of models is as wide as the pace that it says, which changes with each preview.
      try eventually("the view to come back", within: 20) {
        try desktop.width(ofWindow: Self.restore) > wide - Self.side / 2
      }
      try desktop.press("Escape")
    }
  }
}
