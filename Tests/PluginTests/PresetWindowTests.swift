import Foundation
import Testing

extension GimpTests {
  /// Settings that outlive a dialog, used by mouse and keyboard.
  @Suite(.serialized) struct PresetWindowTests {
    private static let restore = "ResShift: Restore"
    /// How far the middle of the button that keeps settings is from the right and the upper edge of the window.
    private static let save = GimpVersion.tested == .two ? (x: 511, y: 27) : (x: 541, y: 41)

    private func desktop() throws -> Desktop {
      try Desktop(
        """
        (define image (load-picture "photo.tif"))
        (gimp-display-new image)
        (gimp-displays-flush)
        """, put: ["photo.tif": Picture.photograph(width: 120, height: 90, channels: 3)])
    }

    @Test("Options are kept under names, called up and deleted")
    func presets() throws {
      let file = try Stage.shared.get().gimpFolder.appending(
        path: "resshift/plug-in-resshift-restore-presets.settings")
      defer { try? FileManager.default.removeItem(at: file) }
      /// The kept strengths by name.
      func strengths() -> [String: String] {
        let text = (try? String(contentsOf: file, encoding: .utf8)) ?? ""
        var (name, found) = ("", [String: String]())
        for line in text.split(separator: "\n") {
          if line.hasPrefix("preset ") { name = String(line.dropFirst("preset ".count)) }
          if line.hasPrefix("strength=") { found[name] = String(line.dropFirst("strength=".count)) }
        }
        return found
      }
      let desktop = try desktop()
      defer { desktop.close() }
      try desktop.openDialog("r", title: Self.restore)
      func keep(as name: String) throws {
        let width = try desktop.width(ofWindow: Self.restore)
        try desktop.click(in: Self.restore, at: (width - Self.save.x, Self.save.y))
        try eventually("the question about the name", within: 20) {
          try !desktop.windows(named: "ResShift: Save settings").isEmpty
        }
        try desktop.press("ctrl+a", name)
        try desktop.saveScreen(as: "preset-\(name)")
        try desktop.press("Return")
        try eventually("the settings \(name)", within: 20) { strengths()[name] != nil }
        try eventually("the question to go", within: 20) {
          try desktop.windows(named: "ResShift: Save settings").isEmpty
        }
      }
      try desktop.press("alt+t", "ctrl+a", "4", "0", "Tab")
      try keep(as: "a")
      try desktop.press("alt+t", "ctrl+a", "7", "0", "Tab")
      try keep(as: "b")
      #expect(strengths() == ["a": "40", "b": "70"])
      // From the button back to the list, and one up.
      try desktop.press("shift+Tab", "Up")
      try keep(as: "c")
      #expect(strengths() == ["a": "40", "b": "70", "c": "40"], "the first one was called up")
      try desktop.press("Tab", "space")
      try eventually("the last one to go", within: 20) { strengths() == ["a": "40", "b": "70"] }
      try desktop.saveScreen(as: "presets")
      try desktop.press("Escape")
      try eventually("the dialog to close", within: 20) { try desktop.windows(named: Self.restore).isEmpty }
    }

    /// GIMP 3 itself keeps what was chosen.
    @Test("A batch says at the end what came of it, in a window", .enabled(if: GimpVersion.tested == .two))
    func lastMessageOfABatch() throws {
      let folder = FileManager.default.temporaryDirectory.appending(path: "resshift-folder-\(UUID().uuidString)")
      let (input, output) = (folder.appending(path: "in"), folder.appending(path: "out"))
      for place in [input, output] {
        try FileManager.default.createDirectory(at: place, withIntermediateDirectories: true)
      }
      defer { try? FileManager.default.removeItem(at: folder) }
      for name in ["a", "b"] {
        try Picture.photograph(width: 40, height: 30, channels: 3).tiff.write(to: input.appending(path: "\(name).tif"))
      }
      let kept = try Stage.shared.get().gimpFolder.appending(path: "resshift")
      let settings = kept.appending(path: "plug-in-resshift-batch-restore.settings")
      try FileManager.default.createDirectory(at: kept, withIntermediateDirectories: true)
      try Data("pattern=\(input.path)/*\noutput-folder=\(output.path)\n".utf8).write(to: settings)
      defer { try? FileManager.default.removeItem(at: settings) }
      let desktop = try desktop()
      defer { desktop.close() }
      try desktop.openDialog("s", title: "ResShift: Restore a folder")
      try desktop.press("Return")
      try eventually("the message", within: 120) { try !desktop.windows(named: "GIMP Message").isEmpty }
      try desktop.saveScreen(as: "batch-done")
      #expect(try FileManager.default.contentsOfDirectory(atPath: output.path).sorted() == ["a.png", "b.png"])
      try desktop.press("Escape")
      try eventually("the message to go", within: 20) { try desktop.windows(named: "GIMP Message").isEmpty }
    }
  }
}
