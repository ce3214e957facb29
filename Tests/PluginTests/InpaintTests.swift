import Foundation
import TestSupport
import Testing

extension GimpTests {
  /// Inpaint through real GIMP, asserted on saved pixels.
  @Suite(.serialized) struct InpaintTests {
    static let magenta = [1.0, 0.0, 1.0]

    @Test("A small selection in a picture of 24 megapixels takes less than 430 MB; 480 with the libraries of GIMP 3")
    func memoryOfLargePictures() throws {
      let gimp = try Gimp()
      let program = try Stage.shared.get().plugInFolder.appending(path: "resshift")
      let peak = try PeakMemory.of(program) {
        try gimp.run(
          """
          (define image (car (gimp-image-new 6000 4000 RGB)))
          (define source (car (gimp-layer-new image 6000 4000 RGBA-IMAGE "large" 100 LAYER-MODE-NORMAL)))
          (gimp-image-insert-layer image source 0 0)
          (plug-in-plasma RUN-NONINTERACTIVE image source 5 1.0)
          (gimp-image-select-ellipse image CHANNEL-OP-REPLACE 3000 2000 500 500)
          (define new (car (plug-in-resshift-inpaint RUN-NONINTERACTIVE image source "" 7)))
          (say-layer "new" new)
          """)
      }
      #expect(try numbers(gimp.log["new"]).prefix(4) == [500, 500, 3000, 2000])
      #expect(peak > 50_000_000, "the process was seen")
      #expect(peak < (GimpVersion.tested == .two ? 430_000_000 : 480_000_000))
    }

    @Test("A feathered selection on an RGBA photograph is filled, everything else stays, and it works twice")
    func featheredSelection() throws {
      let gimp = try Gimp()
      let hole = (x: 120, y: 80, width: 61, height: 47)
      var photo = Picture.photograph(width: 300, height: 200, channels: 4)
      paint(&photo, hole, InpaintTests.magenta)
      try gimp.put(photo, as: "photo.tif")
      try gimp.run(
        """
        (define image (load-picture "photo.tif"))
        (define source (layer-of image))
        (save-visible image "before.tif")
        (gimp-context-set-feather TRUE)
        (gimp-context-set-feather-radius 6 6)
        (gimp-image-select-rectangle image CHANNEL-OP-REPLACE \(hole.x) \(hole.y) \(hole.width) \(hole.height))
        (save-selection image "selection.tif")
        (say "bounds" (cdr (gimp-selection-bounds image)))
        (define first (car (plug-in-resshift-inpaint RUN-NONINTERACTIVE image source "" 7)))
        (save-selection image "selection-after.tif")
        (say-layer "first" first)
        (say "composite" (car (gimp-layer-get-composite-mode first)))
        (say "active-is-source" (= source (car (gimp-image-get-active-drawable image))))
        (say "edits-mask" (car (gimp-layer-get-edit-mask first)))
        (save-drawable first "layer.tif")
        (save-drawable (car (gimp-layer-get-mask first)) "mask.tif")
        (save-visible image "after.tif")
        (save-drawable source "source.tif")
        (define active (car (gimp-image-get-active-drawable image)))
        (define second (car (plug-in-resshift-inpaint RUN-WITH-LAST-VALS image active "" 7)))
        (say-layer "second" second)
        (say-image "image" image)
        """)
      let before = try gimp.picture("before.tif")
      let after = try gimp.picture("after.tif")
      let selection = try gimp.picture("selection.tif")
      let bounds = try numbers(gimp.log["bounds"])
      let (width, height) = (bounds[2] - bounds[0], bounds[3] - bounds[1])
      #expect(width > hole.width && height > hole.height, "the feather widens the selection")
      #expect(try numbers(gimp.log["first"]) == [width, height, bounds[0], bounds[1], 0, 1])
      #expect(gimp.log["first-name"] == "Inpainted (compact-inpaint)")
      #expect(gimp.log["composite"] == "2", "clip to backdrop")
      #expect(gimp.log["active-is-source"] == "true")
      #expect(gimp.log["edits-mask"] == "0")
      #expect(try gimp.picture("selection-after.tif") == selection)
      let selected = selection.cropped(x: bounds[0], y: bounds[1], width: width, height: height)
      #expect(try gimp.picture("mask.tif") == selected)
      #expect(try gimp.picture("source.tif") == before, "the source layer keeps its pixels")

      #expect(after.unequalPixels(to: before) { selection[$0, $1, 0] == 0 } == 0, "outside nothing changes")
      #expect(after.difference(to: before, channels: 3..<4) == 0, "alpha stays")
      let layer = try gimp.picture("layer.tif")
      let alpha = stride(from: 3, to: layer.samples.count, by: 4).map { layer.samples[$0] }
      #expect(alpha.allSatisfy { $0 == 1 }, "the fill is opaque")
      let inside = { (x: Int, y: Int) in selection[x, y, 0] == 1 }
      #expect(after.unequalPixels(to: before, where: inside) > 1000)
      #expect(distance(after, from: InpaintTests.magenta, where: inside) > 0.25, "the hole's own colour is gone")
      #expect(try numbers(gimp.log["second"]).suffix(2) == [0, 1], "above the first")
      #expect(gimp.log["image"] == "300 200 3")
    }

    @Test("A gray layer smaller than the canvas and partly outside it; two islands in one call")
    func grayLayerWithOffset() throws {
      let gimp = try Gimp()
      var photo = Picture.photograph(width: 90, height: 70, channels: 1)
      paint(&photo, (x: 10, y: 20, width: 12, height: 14), [1])
      paint(&photo, (x: 60, y: 30, width: 15, height: 10), [1])
      try gimp.put(photo, as: "photo.tif")
      try gimp.run(
        """
        (define image (load-picture "photo.tif"))
        (define source (layer-of image))
        (gimp-image-resize image 120 100 0 0)
        (gimp-layer-set-offsets source 35 -12)
        (save-visible image "before.tif")
        (gimp-image-select-rectangle image CHANNEL-OP-REPLACE 45 8 12 14)
        (gimp-image-select-rectangle image CHANNEL-OP-ADD 95 18 60 10)
        (save-selection image "selection.tif")
        (define layer (car (plug-in-resshift-inpaint RUN-NONINTERACTIVE image source "compact-inpaint" 3)))
        (say-layer "layer" layer)
        (save-visible image "after.tif")
        (save-drawable layer "layer.tif")
        """)
      // Selected in the layer's coordinates: 10...21 x 20...33 and 60...84 (the canvas ends there) x 30...39.
      #expect(try numbers(gimp.log["layer"]) == [75, 20, 45, 8, 0, 2])
      let before = try gimp.picture("before.tif")
      let after = try gimp.picture("after.tif")
      let selection = try gimp.picture("selection.tif")
      #expect(after.unequalPixels(to: before) { selection[$0, $1, 0] == 0 } == 0)
      #expect(before[50, 15, 0] == 1 && before[100, 20, 0] == 1)
      for island in [(x: 45, width: 12), (x: 95, width: 15)] {
        #expect(
          after.unequalPixels(to: before) { x, y in
            (island.x..<island.x + island.width).contains(x) && selection[x, y, 0] == 1
          } > 60)
      }
      let between = try gimp.picture("layer.tif").cropped(x: 15, y: 0, width: 30, height: 20)
      #expect(between == photo.cropped(x: 25, y: 20, width: 30, height: 20), "known pixels are the source's")
    }

    static let precisions = ["U8", "U16", "U32", "HALF", "FLOAT"].flatMap { type in
      ["LINEAR", "GAMMA"].map { "\(type)-\($0)" }
    }
    static let grayPrecisions = ["U8-GAMMA", "U16-LINEAR", "U16-GAMMA", "HALF-GAMMA", "FLOAT-LINEAR"]
    static let widePrecisions = ["U8-GAMMA", "U16-LINEAR", "FLOAT-GAMMA"]

    @Test("Every precision, RGB and gray, own profile: known pixels come back, and the network sees the same picture")
    func everyPrecision() throws {
      let gimp = try Gimp()
      try gimp.put(Picture.photograph(width: 64, height: 48, channels: 4), as: "rgb.tif")
      try gimp.put(Picture.photograph(width: 64, height: 48, channels: 2), as: "gray.tif")
      try ICCProfile.wideRGB.write(to: gimp.folder.appending(path: "wide.icc"))
      let calls =
        InpaintTests.precisions.map { "(try-rgb \"\($0)\" PRECISION-\($0))" }
        + InpaintTests.grayPrecisions.map { "(try-gray \"\($0)\" PRECISION-\($0))" }
        + InpaintTests.widePrecisions.map { "(try-wide \"\($0)\" PRECISION-\($0))" }
      try gimp.run(
        """
        ; Its fill is smooth: with pieces of the surroundings the last bit can decide which piece it is.
        (define smooth-model "\(fixture("compact-inpaint"))")
        (define (widen image)
          (gimp-image-set-color-profile-from-file image (string-append "file://" (path "wide.icc"))))
        (define (make-precise image precision)
          (if (not (= precision (car (gimp-image-get-precision image))))
              (gimp-image-convert-precision image precision)))
        (define (try-case key name precision wide)
          (let* ((image (load-picture name)) (source (layer-of image)))
            (make-precise image precision)
            (if wide (widen image))
            (gimp-image-select-rectangle image CHANNEL-OP-REPLACE 8 10 10 12)
            (gimp-image-select-rectangle image CHANNEL-OP-ADD 40 20 10 12)
            (let ((layer (car (plug-in-resshift-inpaint RUN-NONINTERACTIVE image source smooth-model 3))))
              (say-layer key layer)
              (say (string-append key "-wanted") precision)
              (say (string-append key "-precision") (car (gimp-image-get-precision image)))
              (save-drawable source (string-append key "-source.tif"))
              (save-drawable layer (string-append key "-layer.tif"))
              (make-precise image PRECISION-U16-GAMMA)
              (save-drawable layer (string-append key "-seen.tif")))
            (gimp-image-delete image)))
        (define (try-rgb name precision) (try-case (string-append "rgb-" name) "rgb.tif" precision #f))
        (define (try-gray name precision) (try-case (string-append "gray-" name) "gray.tif" precision #f))
        (define (try-wide name precision) (try-case (string-append "wide-" name) "rgb.tif" precision #t))
        \(calls.joined(separator: "\n"))
        """)
      for (kind, precisions) in [
        ("rgb", InpaintTests.precisions), ("gray", InpaintTests.grayPrecisions), ("wide", InpaintTests.widePrecisions),
      ] {
        for precision in precisions { try check(gimp, kind: kind, precision: precision) }
      }
    }

    private func check(_ gimp: Gimp, kind: String, precision: String) throws {
      let key = "\(kind)-\(precision)"
      #expect(gimp.log["\(key)-wanted"] != nil && gimp.log["\(key)-precision"] == gimp.log["\(key)-wanted"])
      #expect(try numbers(gimp.log[key]).prefix(4) == [42, 22, 8, 10])
      let source = try gimp.picture("\(key)-source.tif")
      let layer = try gimp.picture("\(key)-layer.tif")
      #expect(layer.bits == source.bits && layer.channels == source.channels)
      // What is stored comes back: exactly, but for the 24 of 32 bits that the engine's floats have, and the roundings of
      // the curve that light gets.
      let tolerance = source.bits < 32 || precision == "FLOAT-GAMMA" ? 0 : 1e-6
      let colours = 0..<source.channels - 1
      let known = source.cropped(x: 18, y: 10, width: 22, height: 22)
      let kept = layer.cropped(x: 10, y: 0, width: 22, height: 22)
      #expect(kept.difference(to: known, channels: colours) <= tolerance, "\(key)")
      let hole = source.cropped(x: 8, y: 10, width: 10, height: 12)
      let fill = layer.cropped(x: 0, y: 0, width: 10, height: 12)
      #expect(fill.difference(to: hole, channels: colours) > 0.001, "\(key)")
      // The same seed on the same samples gives the same fill, whatever the profile says of them, up to what storing it
      // costs. GIMP's own conversion of a linear image to gamma follows the profile, so only gamma can be compared.
      guard kind != "wide" || precision.hasSuffix("GAMMA") else { return }
      let expected = try gimp.picture("\(kind == "gray" ? "gray" : "rgb")-U16-GAMMA-seen.tif")
      let seen = try gimp.picture("\(key)-seen.tif")
      let loss = precision.hasPrefix("U8") ? 3e-3 : precision.hasPrefix("HALF") ? 3e-4 : 5e-5
      #expect(seen.difference(to: expected, channels: colours) < loss, "\(key)")
    }
  }
}

/// The numbers of a log line.
func numbers(_ text: String?) throws -> [Int] {
  guard let text else { throw SetUpFailure(description: "the log has no such line") }
  return text.split(separator: " ").compactMap { Int($0) }
}

/// Fills a rectangle's colour channels.
func paint(_ picture: inout Picture, _ area: (x: Int, y: Int, width: Int, height: Int), _ colour: [Double]) {
  for y in area.y..<area.y + area.height {
    for x in area.x..<area.x + area.width {
      for (channel, value) in colour.enumerated() {
        picture.samples[(y * picture.width + x) * picture.channels + channel] = value
      }
    }
  }
}

/// Mean absolute difference of the colour channels to one colour.
func distance(_ picture: Picture, from colour: [Double], where include: (_ x: Int, _ y: Int) -> Bool) -> Double {
  var plain = picture
  paint(&plain, (x: 0, y: 0, width: picture.width, height: picture.height), colour)
  return picture.difference(to: plain, channels: 0..<colour.count, where: include)
}
