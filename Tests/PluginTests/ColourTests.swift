import Foundation
import TestSupport
import Testing

extension GimpTests {
  /// Colours, range and transparency through real GIMP: what the network leaves alone comes back as it was.
  @Suite(.serialized) struct ColourTests {
    /// What the built-in networks make of flat colours, as measured: 4/255.
    private static let networksOwn = 5.0 / 255
    /// 0...1 of any RGB space; clipped to sRGB the first two would be (113, 200, 120) and 219 for Adobe RGB.
    private static let plain: [[Double]] = [[20, 200, 120], [255, 0, 0], [250, 180, 20], [0, 255, 255]].map {
      $0.map { $0 / 255.0 }
    }
    /// Scene light and colours outside the image's space.
    private static let wide: [[Double]] = [
      [4, 2, 0.5], [-3.23, 0.5, 1.5], [4, 4, 4], [20.0 / 255, 200.0 / 255, 120.0 / 255],
    ]

    /// Squares of 32 pixels, one of each colour.
    private static func patches(_ colours: [[Double]]) -> Picture {
      var picture = Picture(fractions: 32 * colours.count, 32, channels: colours[0].count) { x, _ in colours[x / 32] }
      if colours.allSatisfy({ $0.allSatisfy { (0...1).contains($0) } }) { picture.bits = 8 }
      return picture
    }

    /// A way through the plug-in: what it saves is `scale` times the source, and begins at its pixel (corner, corner).
    private struct Way {
      let name: String
      var scale = 1
      var corner = 0
    }

    private static let main = [Way(name: "up2", scale: 2), Way(name: "restore"), Way(name: "inpaint", corner: 10)]
    private static let all = main + [Way(name: "up4", scale: 4), Way(name: "same")]

    /// For the image of one file, with a profile and a precision or "" and #f: saves KEY-source.tif and KEY-WAY.tif.
    private static func attempt(
      _ ways: [Way], _ key: String, _ file: String, profile: String = "", precision: String = "#f"
    ) -> String {
      let names = ways.map { "\"\($0.name)\"" }.joined(separator: " ")
      return "(try \"\(key)\" \"\(file)\" \"\(profile)\" \(precision) '(\(names)))\n"
    }

    private static let program = """
      (define ways
        (list
          (list "up2" (lambda (image layer) (plug-in-resshift-upscale RUN-NONINTERACTIVE image layer "" 2 1 5)))
          (list "up4" (lambda (image layer) (plug-in-resshift-upscale RUN-NONINTERACTIVE image layer "" 4 0 5)))
          (list "same" (lambda (image layer) (plug-in-resshift-upscale RUN-NONINTERACTIVE image layer "" 4 2 5)))
          (list "restore" (lambda (image layer) (plug-in-resshift-restore RUN-NONINTERACTIVE image layer "" 5)))
          (list "inpaint"
            (lambda (image layer)
              (gimp-image-select-rectangle image CHANNEL-OP-REPLACE 10 10 12 12)
              (gimp-image-select-rectangle image CHANNEL-OP-ADD 42 10 12 12)
              (gimp-image-select-rectangle image CHANNEL-OP-ADD 74 10 12 12)
              (gimp-image-select-rectangle image CHANNEL-OP-ADD 106 10 12 12)
              (plug-in-resshift-inpaint RUN-NONINTERACTIVE image layer "" 5)))))
      (define (try key file profile precision names)
        (define (prepared)
          (let ((image (load-picture file)))
            (if (> (string-length profile) 0)
                (gimp-image-set-color-profile-from-file image (string-append "file://" (path profile))))
            (if (and precision (not (= precision (car (gimp-image-get-precision image)))))
                (gimp-image-convert-precision image precision))
            image))
        (let ((image (prepared)))
          (save-drawable (layer-of image) (string-append key "-source.tif"))
          (gimp-image-delete image))
        (for-each
          (lambda (name)
            (let* ((image (prepared)) (layer (car ((cadr (assoc name ways)) image (layer-of image)))))
              (save-drawable layer (string-append key "-" name ".tif"))
              (gimp-image-delete image)))
          names))

      """

    /// As it looks: the curve of sRGB over light in proportion, going on straight beyond.
    private static func encoded(_ light: Double) -> Double {
      if light <= 0.0031308 { return 12.92 * light }
      return light < 1 ? 1.055 * pow(light, 1 / 2.4) - 0.055 : 1 + (light - 1) * 1.055 / 2.4
    }

    /// The middle of each square of the results is as in the source, in the image's own samples; `curve` makes light of those of
    /// the file.
    private func expectPatchesBack(
      _ gimp: Gimp, _ key: String, _ ways: [Way], isLight: Bool, curve: (Double) -> Double = { $0 }
    ) throws {
      let source = try gimp.picture("\(key)-source.tif")
      for way in ways {
        let (name, scale, corner) = (way.name, way.scale, way.corner)
        let result = try gimp.picture("\(key)-\(name).tif")
        #expect(result.bits == source.bits && result.channels == source.channels)
        for patch in 0..<source.width / 32 {
          let before = source.pixel(32 * patch + 16, 16)
          let after = result.pixel((32 * patch + 16 - corner) * scale, (16 - corner) * scale)
          for (a, b) in zip(before, after) {
            let difference = isLight ? Self.encoded(curve(a)) - Self.encoded(curve(b)) : a - b
            #expect(abs(difference) < Self.networksOwn, "\(key) \(name) \(patch): \(before) became \(after)")
          }
        }
      }
    }

    @Test("Every wide space, by curve, by light and by tables, keeps its colours: upscale, restore, inpaint")
    func wideSpaces() throws {
      let gimp = try Gimp()
      try gimp.put(Self.patches(Self.plain), as: "patches.tif")
      var profiles = ICCProfile.wideSpaces
      profiles.append(("tables", ICCProfile.tables))
      for (name, data) in profiles { try data.write(to: gimp.folder.appending(path: "\(name).icc")) }
      let cases =
        profiles.map { ($0.name, "#f") } + [("adobe", "PRECISION-U16-LINEAR"), ("rec2020", "PRECISION-HALF-GAMMA")]
      func ways(_ name: String) -> [Way] { name == "adobe" ? Self.all : Self.main }
      let calls = cases.map { name, precision in
        Self.attempt(ways(name), name + precision, "patches.tif", profile: "\(name).icc", precision: precision)
      }
      try gimp.run(Self.program + calls.joined())
      for (name, precision) in cases {
        let isLight = precision.hasSuffix("LINEAR") || name == "scan"
        // Where the file has the curve of Adobe RGB over them.
        let isCurved = precision.hasSuffix("LINEAR") && !GimpVersion.tested.savesLight
        try expectPatchesBack(
          gimp, name + precision, ways(name), isLight: isLight, curve: isCurved ? { pow($0, 563.0 / 256) } : { $0 })
      }
      // The numbers themselves, so that loading with a conversion would be seen.
      let source = try gimp.picture("adobe#f-source.tif")
      #expect(source.pixel(16, 16) == Self.plain[0] && source.bits == 8)
      #expect(try gimp.picture("tables#f-source.tif").pixel(16, 16) == Self.plain[0])
    }

    @Test("Light above 1 and below 0 comes back, in fractions of 32 and 16 bits, RGB and gray")
    func sceneLight() throws {
      let gimp = try Gimp()
      try gimp.put(Self.patches(Self.wide), as: "patches.tif")
      try gimp.put(Self.patches([[4], [-3.23], [1.5], [0.5]]), as: "gray.tif")
      try ICCProfile.wideRGB.write(to: gimp.folder.appending(path: "wide.icc"))
      let cases = [
        ("rgb", "FLOAT-LINEAR", Self.all), ("rgb", "FLOAT-GAMMA", Self.main), ("rgb", "HALF-LINEAR", Self.main),
        ("gray", "FLOAT-LINEAR", Self.main), ("gray", "FLOAT-GAMMA", Self.main), ("wide", "FLOAT-LINEAR", Self.main),
      ]
      let calls = cases.map { kind, precision, ways in
        Self.attempt(
          ways, "\(kind)-\(precision)", kind == "gray" ? "gray.tif" : "patches.tif",
          profile: kind == "wide" ? "wide.icc" : "", precision: "PRECISION-\(precision)")
      }
      try gimp.run(Self.program + calls.joined())
      for (kind, precision, ways) in cases {
        let key = "\(kind)-\(precision)"
        try expectPatchesBack(gimp, key, ways, isLight: precision.hasSuffix("LINEAR"))
        let source = try gimp.picture("\(key)-source.tif")
        // GIMP takes these files for encoded; a curve that is a power has nothing below 0.
        #expect((source.samples.max() ?? 0) > 1.4, "\(key) is a case at all")
        #expect(kind == "wide" || (source.samples.min() ?? 0) < -0.2, "\(key) is a case at all")
      }
    }

    @Test("The colour under transparent pixels does not show at edges, nor does one that is not a number spread")
    func cutOuts() throws {
      let gimp = try Gimp()
      for name in ["disc-black.png", "disc-premultiplied.tif", "disc-key.png", "disc-gray-key.png"] {
        try FileManager.default.copyItem(
          atPath: fixture("pictures/\(name)"), toPath: gimp.folder.appending(path: name).path)
      }
      let cases: [(key: String, file: String, precision: String)] = [
        ("disc", "disc-black.png", "#f"), ("linear", "disc-black.png", "PRECISION-U16-LINEAR"),
        ("half", "disc-black.png", "PRECISION-HALF-GAMMA"), ("premultiplied", "disc-premultiplied.tif", "#f"),
        ("key", "disc-key.png", "#f"), ("gray", "disc-gray-key.png", "#f"),
      ]
      func ways(_ key: String) -> [Way] { (key == "disc" ? Self.all : Self.main).filter { $0.name != "inpaint" } }
      let calls = cases.map { Self.attempt(ways($0.key), $0.key, $0.file, precision: $0.precision) }
      try gimp.run(Self.program + calls.joined())
      for (key, _, precision) in cases {
        let source = try gimp.picture("\(key)-source.tif")
        let visible = source.pixel(32, 32)
        let opaque = source.channels - 1
        #expect(visible[opaque] == 1)
        for way in ways(key) {
          let (name, scale) = (way.name, way.scale)
          let result = try gimp.picture("\(key)-\(name).tif")
          #expect(result.width == source.width * scale && result.channels == source.channels)
          var worst = 0.0
          for p in 0..<result.width * result.height {
            for c in 0..<opaque {
              let (a, b) = (result.samples[p * (opaque + 1) + c], visible[c])
              let difference = precision.hasSuffix("LINEAR") ? Self.encoded(a) - Self.encoded(b) : a - b
              worst = max(worst, abs(difference) * result.samples[p * (opaque + 1) + opaque])
            }
          }
          #expect(worst <= 8.0 / 255, "\(key) \(name): \(worst * 255) of 255 over any background")
          if scale == 1 {
            #expect(result.difference(to: source, channels: opaque..<opaque + 1) == 0, "alpha stays")
            let hidden = { (x: Int, y: Int) in source[x, y, opaque] == 0 }
            #expect(result.unequalPixels(to: source, where: hidden) == 0, "hidden colours stay")
          }
        }
      }
    }

    @Test("What is not a number, in colours and in alpha, stays in its pixel", arguments: [2, 4])
    func notANumber(_ channels: Int) throws {
      let gimp = try Gimp()
      func picture(_ alpha: Double, _ colour: Double) -> Picture {
        Picture(fractions: 128, 32, channels: channels) { x, y in
          var pixel = [Double](repeating: 0.2 + Double(x) / 300, count: channels - 1) + [0.9]
          if (x, y) == (60, 5) { pixel[channels - 1] = alpha }
          if (x, y) == (90, 26) { pixel[0] = colour }
          return pixel
        }
      }
      try gimp.put(picture(.nan, .nan), as: "bad.tif")
      try gimp.put(picture(0, 0), as: "good.tif")
      let calls = ["bad", "good"].map { Self.attempt(Self.all, $0, "\($0).tif", precision: "PRECISION-FLOAT-GAMMA") }
      try gimp.run(Self.program + calls.joined())
      #expect(try gimp.picture("bad-source.tif")[60, 5, channels - 1].isNaN, "GIMP hands it over")
      for way in Self.all {
        let (name, scale, corner) = (way.name, way.scale, way.corner)
        let bad = try gimp.picture("bad-\(name).tif")
        let good = try gimp.picture("good-\(name).tif")
        #expect(bad.samples.allSatisfy { $0.isFinite }, "\(name)")
        #expect(bad == good, "\(name)")
        // Far from that pixel alpha is what it was.
        let alpha = bad[(30 - corner) * scale, (14 - corner) * scale, channels - 1]
        #expect(abs(alpha - (name == "inpaint" ? 1 : 0.9)) < 1e-6, "\(name)")
      }
    }

    @Test("Gray stored as RGB stays gray: by curve, by light, with a wide profile, as fractions")
    func neutral() throws {
      let gimp = try Gimp()
      try FileManager.default.copyItem(
        atPath: fixture("pictures/neutral.png"), toPath: gimp.folder.appending(path: "neutral.png").path)
      try ICCProfile.wideRGB.write(to: gimp.folder.appending(path: "wide.icc"))
      let precisions = ["U8-GAMMA", "U16-LINEAR", "FLOAT-GAMMA"]
      // The picture is 72 pixels wide: two of the holes lie outside.
      let calls =
        precisions.map { Self.attempt(Self.main, $0, "neutral.png", precision: "PRECISION-\($0)") }
        + [Self.attempt(Self.all, "wide", "neutral.png", profile: "wide.icc")]
      try gimp.run(Self.program + calls.joined())
      for key in precisions + ["wide"] {
        let source = try gimp.picture("\(key)-source.tif")
        for way in key == "wide" ? Self.all : Self.main {
          let result = try gimp.picture("\(key)-\(way.name).tif")
          #expect(result.channels == 3 && result.bits == source.bits)
          let tint = (0..<result.width * result.height).map { p in
            let pixel = result.samples[3 * p..<3 * p + 3]
            return (pixel.max() ?? 1) - (pixel.min() ?? 0)
          }
          #expect(tint.max() == 0, "\(key) \(way.name)")
          #expect(Set(result.samples).count > 50, "there is a picture")
        }
      }
    }

    @Test("A layer of which nothing can be seen gets a message that says so")
    func nothingVisible() throws {
      let gimp = try Gimp()
      try gimp.put(Picture(width: 40, height: 40, channels: 4) { _, _, c in c == 3 ? 0 : 0.5 }, as: "ghost.tif")
      try gimp.run(
        """
        (define image (load-picture "ghost.tif"))
        (define layer (layer-of image))
        (attempt "upscale" (lambda () (plug-in-resshift-upscale RUN-NONINTERACTIVE image layer "" 2 0 5)))
        (attempt "restore" (lambda () (plug-in-resshift-restore RUN-NONINTERACTIVE image layer "" 5)))
        (say-image "image" image)
        """)
      for key in ["upscale", "restore"] {
        let message = gimp.log[key] ?? ""
        #expect(message.hasPrefix("error: ") && message.contains("transparent"), "\(message)")
      }
      #expect(gimp.log["image"] == "40 40 1")
    }
  }
}
