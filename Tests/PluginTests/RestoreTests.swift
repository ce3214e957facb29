import Foundation
import Testing

extension GimpTests {
  /// Restore through real GIMP with the small random models of the fixtures, asserted on saved pixels.
  @Suite(.serialized) struct RestoreTests {
    @Test("A face model takes each island for a face; other models take the layer as it is")
    func facesAndWholeLayers() throws {
      let gimp = try Gimp()
      let photo = Picture.photograph(width: 140, height: 100, channels: 4)
      try gimp.put(photo, as: "photo.tif")
      try RestoreTests.writeModel("test-face", frame: "face", in: gimp.folder)
      try RestoreTests.writeModel("test-plain", frame: "none", in: gimp.folder)
      try gimp.run(
        """
        (define image (load-picture "photo.tif"))
        (define source (layer-of image))
        (save-visible image "before.tif")
        (gimp-image-select-ellipse image CHANNEL-OP-REPLACE 10 20 40 50)
        (gimp-image-select-ellipse image CHANNEL-OP-ADD 80 30 30 40)
        (save-selection image "selection.tif")
        (define faces (car (plug-in-resshift-restore RUN-NONINTERACTIVE image source "test-face" 5)))
        (say-layer "faces" faces)
        (say "active-is-source" (= source (car (gimp-image-get-active-drawable image))))
        (save-drawable faces "faces.tif")
        (save-visible image "after.tif")
        (gimp-image-remove-layer image faces)
        (gimp-selection-none image)
        (define whole (car (plug-in-resshift-restore RUN-NONINTERACTIVE image source "test-plain" 5)))
        (say-layer "whole" whole)
        (say "mask" (car (gimp-layer-get-mask whole)))
        (save-visible image "whole.tif")
        """, environment: ["RESSHIFT_MODELS": gimp.folder.path])
      let before = try gimp.picture("before.tif")
      let selection = try gimp.picture("selection.tif")
      #expect(try numbers(gimp.log["faces"]) == [100, 50, 10, 20, 0, 1])
      #expect(gimp.log["faces-name"] == "Restored (test-face)")
      #expect(gimp.log["active-is-source"] == "true")
      let faces = try gimp.picture("faces.tif")
      let after = try gimp.picture("after.tif")
      #expect(after.unequalPixels(to: before) { selection[$0, $1, 0] == 0 } == 0)
      #expect(after.difference(to: before, channels: 3..<4) == 0, "alpha stays")
      for face in [20..<40, 85..<105] {
        #expect(after.unequalPixels(to: before) { x, y in face.contains(x) && selection[x, y, 0] == 1 } > 300)
      }
      let between = faces.cropped(x: 45, y: 0, width: 20, height: 50)
      #expect(between == before.cropped(x: 55, y: 20, width: 20, height: 50), "between the faces nothing was touched")
      #expect(try numbers(gimp.log["whole"]) == [140, 100, 0, 0, 0, 1])
      #expect(gimp.log["mask"] == "-1")
      let whole = try gimp.picture("whole.tif")
      #expect(whole.difference(to: before, channels: 3..<4) == 0, "alpha stays")
      #expect(whole.difference(to: before, channels: 0..<3) > 0)
    }

    @Test("Without a model the built-in clean-up works on the selection, and noise goes")
    func builtInCleanUp() throws {
      let gimp = try Gimp()
      // A ramp with noise of about 10/255, the same in all channels.
      var noisy = Picture.photograph(width: 120, height: 90, channels: 3)
      var state: UInt32 = 1
      for y in 0..<90 {
        for x in 0..<120 {
          state = state &* 1_664_525 &+ 1_013_904_223
          let noise = (Double(state >> 8) / Double(1 << 24) - 0.5) * 0.14
          for c in 0..<3 { noisy.samples[(y * 120 + x) * 3 + c] = 0.3 + Double(x) / 400 + noise }
        }
      }
      try gimp.put(noisy, as: "noisy.tif")
      try gimp.run(
        """
        (define image (load-picture "noisy.tif"))
        (define source (layer-of image))
        (save-visible image "before.tif")
        (gimp-image-select-rectangle image CHANNEL-OP-REPLACE 20 15 80 60)
        (define layer (car (plug-in-resshift-restore RUN-NONINTERACTIVE image source "" 5)))
        (say-layer "layer" layer)
        (save-visible image "after.tif")
        """)
      #expect(gimp.log["layer-name"] == "Restored (compact-restore)")
      #expect(try numbers(gimp.log["layer"]) == [80, 60, 20, 15, 0, 0])
      let (before, after) = (try gimp.picture("before.tif"), try gimp.picture("after.tif"))
      let isSelected = { (x: Int, y: Int) in (20..<100).contains(x) && (15..<75).contains(y) }
      #expect(after.unequalPixels(to: before) { !isSelected($0, $1) } == 0)
      func roughness(_ picture: Picture) -> Double {
        var sum = 0.0
        for y in 25..<65 { for x in 30..<90 { sum += abs(picture[x + 1, y, 1] - picture[x, y, 1]) } }
        return sum / (40 * 60)
      }
      #expect(roughness(after) < 0.5 * roughness(before))
    }

    /// A model folder with the weights of the fixture `tiny-face`.
    static func writeModel(_ name: String, frame: String, in folder: URL) throws {
      let fixture = Stage.packageFolder.appending(path: "Tests/Fixtures/tiny-face")
      let model = folder.appending(path: name)
      try FileManager.default.createDirectory(at: model, withIntermediateDirectories: true)
      for file in ["unet.pth", "autoencoder.pth"] {
        try FileManager.default.copyItem(at: fixture.appending(path: file), to: model.appending(path: file))
      }
      let text = try Data(contentsOf: fixture.appending(path: "config.json"))
      guard var json = try JSONSerialization.jsonObject(with: text) as? [String: Any] else {
        throw SetUpFailure(description: "config.json of tiny-face is no object")
      }
      json["name"] = name
      json["title"] = "Random weights for tests"
      json["task"] = "restoration"
      json["licence"] = "none"
      json["frame"] = frame
      json["files"] = ["unet": "unet.pth", "autoencoder": "autoencoder.pth"]
      try JSONSerialization.data(withJSONObject: json).write(to: model.appending(path: "model.json"))
    }
  }
}
