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

    // MARK: Names

    @Test(
      "Names that meet keep both results, no picture is overwritten, and brackets, ~ and folders are taken as they are")
    func names() throws {
      let gimp = try Gimp()
      for folder in ["in", "out", "home/out", "[2019] {ü} it's", "same"] {
        try FileManager.default.createDirectory(
          at: gimp.folder.appending(path: folder), withIntermediateDirectories: true)
      }
      let red = plain(16, 12, [1, 0, 0])
      let green = plain(16, 12, [0, 1, 0])
      let blue = plain(16, 12, [0, 0, 1])
      try gimp.put(red, as: "in/a.tif", convertedTo: "in/a.jpg")
      try gimp.put(green, as: "in/a.tif", convertedTo: "in/a.png")
      try gimp.put(blue, as: "in/a.tif")
      try gimp.put(red, as: "in/A.tif")
      try FileManager.default.createDirectory(
        at: gimp.folder.appending(path: "in/folder.tif"), withIntermediateDirectories: true)
      try gimp.put(green, as: "[2019] {ü} it's/foto [1] *?.tif")
      try gimp.put(red, as: "same/b.tif", convertedTo: "same/b.png")
      try gimp.put(blue, as: "same/b.tif")
      let before = try Data(contentsOf: gimp.folder.appending(path: "same/b.png"))
      try gimp.run(
        """
        (define (upscale key pattern output)
          (say key (script-fu-resshift-batch-upscale pattern output "" 2 5)))
        (upscale "all" (path "in/*") (path "out"))
        (upscale "brackets" (path "[2019] {ü} it's/*.tif") (path "out"))
        (upscale "wholly" (path "[2019] {ü} it's/foto [1] *?.tif") "~/out")
        (upscale "half" (path "[2019] {ü} it's/foto [1]*") (path "home/out"))
        (upscale "class" (path "in/[a-z].p?g") (path "home/out"))
        (upscale "same" (path "same/b.png") (path "same"))
        (upscale "other" (path "same/b.tif") (path "same"))
        (define (colour key name)
          (let* ((image (load-picture name)) (layer (layer-of image)))
            (say key (list (car (gimp-image-width image)) (vector->list (cadr (gimp-drawable-get-pixel layer 9 9)))))))
        (for-each (lambda (name) (colour name name))
          '("out/a.png" "out/a.png.png" "out/a.tif.png" "out/A.png" "same/b.png.png" "home/out/foto [1] *?.png"))
        """, environment: ["HOME": gimp.folder.appending(path: "home").path])
      for key in ["all", "brackets", "wholly", "half", "class", "same", "other"] {
        #expect(gimp.log[key] == "0", "\(key)")
      }
      #expect(
        try names(in: gimp.folder.appending(path: "out")) == [
          "A.png", "a.png", "a.png.png", "a.tif.png", "foto [1] *?.png",
        ])
      #expect(try names(in: gimp.folder.appending(path: "home/out")) == ["a.png", "foto [1] *?.png"])
      #expect(try numbers(gimp.log["out/A.png"]).first == 32)
      #expect(try loudest(gimp.log["out/a.png"]) == 0, "a.jpg comes first and gets the name")
      #expect(try loudest(gimp.log["out/a.png.png"]) == 1)
      #expect(try loudest(gimp.log["out/a.tif.png"]) == 2)
      #expect(gimp.output.contains("in/a.png: the result is called a.png.png, for a.png is taken"))
      #expect(try Data(contentsOf: gimp.folder.appending(path: "same/b.png")) != before, "a result of b.tif")
      #expect(try loudest(gimp.log["same/b.png.png"]) == 0, "b.png itself was not replaced by its result")
    }

    // MARK: Files

    @Test("The first page or frame is done, and layers as they are seen; half a picture is a failure")
    func pagesAndHalves() throws {
      let gimp = try Gimp()
      for folder in ["in", "out", "half", "none"] {
        try FileManager.default.createDirectory(
          at: gimp.folder.appending(path: folder), withIntermediateDirectories: true)
      }
      for (name, colour, width) in [("r", [1.0, 0, 0], 16), ("g", [0, 1.0, 0], 20), ("b", [0, 0, 1.0], 16)] {
        try gimp.put(plain(width, 12, colour), as: "\(name).tif")
      }
      let r = gimp.folder.path
      for (names, target) in [
        (["r", "g", "b"], "in/pages.tif"), (["r", "b"], "in/frames.gif"),
      ] {
        let files = names.map { "\(r)/\($0).tif" }
        let result = try Command.run(["convert"] + files + ["\(r)/\(target)"])
        try #require(result.status == 0, "\(result.output)")
      }
      try FileManager.default.copyItem(
        at: Stage.packageFolder.appending(path: "Tests/Fixtures/frames.webp"),
        to: gimp.folder.appending(path: "in/frames2.webp"))
      try gimp.put(Picture.photograph(width: 64, height: 64, channels: 3), as: "p.tif")
      for name in ["a.jpg", "b.png", "c.gif", "d.bmp", "e.webp", "f.tif"] {
        let result = try Command.run(["convert", "\(r)/p.tif", "\(r)/half/\(name)"])
        try #require(result.status == 0, "\(result.output)")
        let file = gimp.folder.appending(path: "half/\(name)")
        let bytes = try Data(contentsOf: file)
        try bytes.prefix(bytes.count / 2).write(to: file)
      }
      try gimp.run(
        """
        (define image (load-picture "r.tif"))
        (define above (car (gimp-layer-new image 8 12 RGB-IMAGE "above" 100 LAYER-MODE-NORMAL)))
        (gimp-image-insert-layer image above 0 0)
        (gimp-context-set-foreground '(0 0 255))
        (gimp-drawable-fill above FILL-FOREGROUND)
        (define hidden (car (gimp-layer-new image 16 12 RGB-IMAGE "hidden" 100 LAYER-MODE-NORMAL)))
        (gimp-image-insert-layer image hidden 0 0)
        (gimp-drawable-fill hidden FILL-WHITE)
        (gimp-item-set-visible hidden FALSE)
        (gimp-xcf-save 0 image above (path "in/layers.xcf") (path "in/layers.xcf"))
        (gimp-image-delete image)
        (say "done" (script-fu-resshift-batch-upscale (path "in/*") (path "out") "" 2 5))
        (say "half" (script-fu-resshift-batch-upscale (path "half/*") (path "none") "" 2 5))
        (say "nothing" (script-fu-resshift-batch-upscale (path "in/*.nef") (path "out") "" 2 5))
        (say "no-folder" (script-fu-resshift-batch-upscale (path "in/*") (path "no/out") "" 2 5))
        (say "no-masks" (script-fu-resshift-batch-inpaint (path "in/*") (path "no") (path "none") "" 5))
        (say "no-model" (script-fu-resshift-batch-upscale (path "in/*") (path "none") "no-such" 2 5))
        (say "open" (car (gimp-image-list)))
        (define (colour key name x)
          (let* ((image (load-picture name)) (layer (layer-of image)))
            (say key (list (car (gimp-image-width image)) (vector->list (cadr (gimp-drawable-get-pixel layer x 9)))))))
        (for-each (lambda (name) (colour name name 4))
          '("out/pages.png" "out/frames.png" "out/frames2.png" "out/layers.png"))
        (colour "right" "out/layers.png" 28)
        """)
      #expect(gimp.log["done"] == "0")
      for (key, channel) in [("pages", 0), ("frames", 0), ("frames2", 2), ("layers", 2)] {
        #expect(try numbers(gimp.log["out/\(key).png"]).first == 32)
        #expect(try loudest(gimp.log["out/\(key).png"]) == channel, "\(key)")
      }
      #expect(try loudest(gimp.log["right"]) == 0)
      for text in ["in/pages.tif: there are 3 pages", "in/frames.gif: there are 2 frames", "in/*.nef: no file matches"]
      {
        #expect(gimp.output.contains(text), "\(text)")
      }
      #expect(!gimp.output.contains("layers.xcf: there are"))
      #expect(gimp.log["half"] == "6")
      for name in ["a.jpg", "b.png", "c.gif", "d.bmp", "e.webp", "f.tif"] {
        #expect(gimp.output.contains("half/\(name): "), "\(name)")
      }
      #expect(gimp.log["nothing"] == "1")
      #expect(gimp.log["no-folder"] == "4" && gimp.output.contains("no/out does not exist"))
      #expect(gimp.log["no-masks"] == "4" && gimp.output.contains("there is no folder"))
      #expect(gimp.log["no-model"] == "4" && gimp.output.contains("no-such"))
      #expect(gimp.log["open"] == "0")
      #expect(try names(in: gimp.folder.appending(path: "none")).isEmpty)
    }

    // MARK: Masks

    @Test("Masks mean what they mean to the command: stored values, transparency, noise of JPEG; other files are none")
    func masks() throws {
      let gimp = try Gimp()
      for folder in ["in", "masks", "out"] {
        try FileManager.default.createDirectory(
          at: gimp.folder.appending(path: folder), withIntermediateDirectories: true)
      }
      let fixtures = Stage.packageFolder.appending(path: "Tests/Fixtures/masks")
      func copy(_ name: String, _ target: String) throws {
        try FileManager.default.copyItem(
          at: fixtures.appending(path: name), to: gimp.folder.appending(path: target))
      }
      for name in ["clean", "noisy", "alpha", "gray", "gif", "twice", "large", "white", "black", "lone"] {
        try copy("rgb.png", "in/\(name).png")
      }
      try copy("mask-clean.png", "masks/clean.png")
      try copy("mask-q40.jpg", "masks/noisy.jpg")
      try Data("{}".utf8).write(to: gimp.folder.appending(path: "masks/noisy.json"))
      try Data("no".utf8).write(to: gimp.folder.appending(path: "masks/noisy.mask.png"))
      try copy("mask-white-on-transparent.png", "masks/alpha.PNG")
      let box = { (inside: Double, outside: Double) in
        Picture(width: 72, height: 56, channels: 1) { x, y, _ in
          (10..<30).contains(x) && (10..<30).contains(y) ? inside : outside
        }
      }
      try gimp.put(box(128 / 255, 0), as: "masks/gray.tif")
      try gimp.put(box(128 / 255, 0), as: "gif.tif", convertedTo: "masks/gif.gif")
      try gimp.put(box(1, 0), as: "masks/twice.tif")
      try gimp.put(box(1, 0), as: "twice.tif", convertedTo: "masks/twice.jpg")
      try gimp.put(box(0, 1), as: "masks/large.tif")
      try gimp.put(box(1, 1), as: "masks/white.tif")
      try gimp.put(box(1 / 255, 2 / 255), as: "masks/black.tif")
      try gimp.run(
        """
        (say "failures" (script-fu-resshift-batch-inpaint (path "in/*.png") (path "masks") (path "out") "" 5))
        (define (changed key)
          (let ((image (load-picture (string-append "in/" key ".png"))))
            (save-drawable (layer-of image) "before.tif")
            (save-drawable (layer-of (load-picture (string-append "out/" key ".png"))) (string-append key ".tif"))))
        (for-each changed '("clean" "noisy" "alpha" "gray" "gif" "large"))
        """)
      #expect(gimp.log["failures"] == "4", "two masks, white, black, none")
      #expect(
        try names(in: gimp.folder.appending(path: "out")) == [
          "alpha.png", "clean.png", "gif.png", "gray.png", "large.png", "noisy.png",
        ])
      let before = try gimp.picture("before.tif")
      func changed(_ name: String) throws -> [Bool] {
        let after = try gimp.picture("\(name).tif")
        return (0..<72 * 56).map { before.pixel($0 % 72, $0 / 72) != after.pixel($0 % 72, $0 / 72) }
      }
      // Marked are 293; a pixel whose fill happens to be what was there does not count.
      #expect((265...293).contains(try changed("clean").count { $0 }))
      let noisy = try changed("noisy")
      #expect((265...293).contains(noisy.count { $0 }))
      #expect((200...293).contains(try changed("alpha").count { $0 }))
      for name in ["gray", "gif"] {
        let isChanged = try changed(name)
        #expect((360...400).contains(isChanged.count { $0 }))
        #expect(
          isChanged.indices.allSatisfy { !isChanged[$0] || (10..<30).contains($0 % 72) && (10..<30).contains($0 / 72) })
      }
      #expect(try gimp.picture("gif.tif") == gimp.picture("gray.tif"))
      for text in [
        "there are several masks for it", "twice.jpg and twice.tif", "masks/large.tif: 90 % of the picture is marked",
        "masks/white.tif is white everywhere", "masks/black.tif is black everywhere, or nearly so",
        "lone.png: there is no mask",
      ] {
        #expect(gimp.output.contains(text), "\(text)")
      }
    }

    /// What is seen of gray 128 lies half way between the picture and the fill of a white mask.
    @Test("A selection means the same: next to nothing selected is known, and the rest keeps its value")
    func selections() throws {
      let gimp = try Gimp()
      try gimp.put(Picture.photograph(width: 60, height: 40, channels: 3), as: "photo.tif")
      try gimp.run(
        """
        (define image (load-picture "photo.tif"))
        (define source (layer-of image))
        (define (select rest value)
          (let* ((layer (car (gimp-layer-new image 60 40 RGB-IMAGE "values" 100 LAYER-MODE-NORMAL))))
            (gimp-image-insert-layer image layer 0 0)
            (let ((mask (car (gimp-layer-create-mask layer ADD-MASK-BLACK))))
              (gimp-layer-add-mask layer mask)
              (gimp-context-set-foreground (list rest rest rest))
              (gimp-selection-none image)
              (gimp-drawable-fill mask FILL-FOREGROUND)
              (gimp-image-select-rectangle image CHANNEL-OP-REPLACE 20 10 15 12)
              (gimp-context-set-foreground (list value value value))
              (gimp-edit-fill mask FILL-FOREGROUND)
              (gimp-image-select-item image CHANNEL-OP-REPLACE mask))
            (gimp-image-remove-layer image layer)
            (gimp-image-set-active-layer image source)))
        (save-visible image "before.tif")
        (select 0 0)
        (attempt "nothing" (lambda () (plug-in-resshift-inpaint RUN-NONINTERACTIVE image source "" 7)))
        ; 13 of 255 with sRGB's curve is 1 of 255 in linear light, which is what a layer mask holds.
        (select 13 13)
        (say "level" (gimp-selection-bounds image))
        (attempt "all-nearly" (lambda () (plug-in-resshift-inpaint RUN-NONINTERACTIVE image source "" 7)))
        (select 13 255)
        (attempt "some" (lambda () (plug-in-resshift-inpaint RUN-NONINTERACTIVE image source "" 7)))
        (save-visible image "after.tif")
        """)
      #expect(gimp.log["nothing"]?.contains("error: ") == true)
      #expect(try numbers(gimp.log["level"]) == [1, 0, 0, 60, 40], "the selection is 1 of 255 everywhere")
      #expect(gimp.log["all-nearly"]?.contains("Next to nothing of layer") == true)
      #expect(gimp.log["some"]?.contains("error") == false)
      let (before, after) = (try gimp.picture("before.tif"), try gimp.picture("after.tif"))
      let isInside = { (x: Int, y: Int) in (20..<35).contains(x) && (10..<22).contains(y) }
      #expect(after.unequalPixels(to: before) { !isInside($0, $1) } == 0)
      #expect(after.unequalPixels(to: before, where: isInside) > 150)
    }

    private func plain(_ width: Int, _ height: Int, _ colour: [Double]) -> Picture {
      Picture(width: width, height: height, channels: 3) { _, _, channel in colour[channel] }
    }

    /// Which of the three channels of a logged colour, after the width, is the largest.
    private func loudest(_ text: String?) throws -> Int {
      let values = try numbers(text).dropFirst().prefix(3)
      guard values.count == 3 else { throw SetUpFailure(description: "no colour: \(text ?? "")") }
      return values.indices.max { values[$0] < values[$1] }.map { $0 - values.startIndex } ?? -1
    }

    private func names(in folder: URL) throws -> [String] {
      try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted()
    }
  }
}

extension Gimp {
  /// Writes a picture and has ImageMagick make a file of another type of it.
  fileprivate func put(_ picture: Picture, as name: String, convertedTo target: String) throws {
    try put(picture, as: name)
    let result = try Command.run(["convert", folder.appending(path: name).path, folder.appending(path: target).path])
    guard result.status == 0 else { throw SetUpFailure(description: result.output) }
    try FileManager.default.removeItem(at: folder.appending(path: name))
  }
}
