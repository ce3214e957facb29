import Foundation
import TestSupport
import Testing

extension GimpTests {
  /// A further try on the same layer is seen, whatever was done to layers and image after the first.
  @Suite(.serialized) struct TriesTests {
    /// What is done between two tries: Scheme that is given `image`, `source` and the `first` result.
    static let changes = [
      "nothing": "1", "renamed": "(gimp-item-set-name first \"x\")", "deleted": "(gimp-image-remove-layer image first)",
      "raised": "(begin (add-layer 0) (gimp-image-raise-item-to-top image first))",
      "try-duplicated": "(gimp-image-insert-layer image (car (gimp-layer-copy first FALSE)) 0 0)",
      "source-in-group": "(into-group source 1)", "try-in-group": "(into-group first 0)",
      "both-in-group": "(begin (into-group source 1) (gimp-image-reorder-item image first group 0))",
      "image-duplicated": "(begin (set! image (car (gimp-image-duplicate image))) (set! source (layer-at 1)))",
      "saved": """
      (begin
        (gimp-xcf-save RUN-NONINTERACTIVE image source (path "saved.xcf") (path "saved.xcf"))
        (set! image (load-picture "saved.xcf"))
        (set! source (layer-at 1)))
      """,
    ]
    /// The same for results that are whole copies, which hide the source.
    static let changesOfCopies = [
      "try-hidden": "(gimp-item-set-visible first FALSE)",
      "try-on-try": "(plug-in-resshift-inpaint RUN-NONINTERACTIVE image first \"\" 5)",
    ]

    @Test("A second try is seen in the whole hole, and only there", arguments: [3, 4])
    func secondTryIsSeen(channels: Int) throws {
      let gimp = try Gimp()
      var photo = Picture.photograph(width: 80, height: 60, channels: channels)
      if channels == 4 { for pixel in 0..<80 * 60 { photo.samples[4 * pixel + 3] = 0.5 } }
      try gimp.put(photo, as: "photo.tif")
      let changes = TriesTests.changes.merging(channels == 4 ? TriesTests.changesOfCopies : [:]) { $1 }
      try gimp.run(
        """
        (define image 0) (define source 0) (define group 0)
        (define (layer-at position) (vector-ref (cadr (gimp-image-get-layers image)) position))
        (define (add-layer position)
          (let ((layer (car (gimp-layer-new image 80 60 RGBA-IMAGE "another" 100 LAYER-MODE-NORMAL))))
            (gimp-image-insert-layer image layer 0 position)
            layer))
        (define (into-group layer position)
          (set! group (car (gimp-layer-group-new image)))
          (gimp-image-insert-layer image group 0 position)
          (gimp-image-reorder-item image layer group 0))
        (define (try-seed seed) (car (plug-in-resshift-inpaint RUN-NONINTERACTIVE image source "" seed)))
        (define (open-scene)
          (set! image (load-picture "photo.tif"))
          (set! source (layer-of image))
          (let ((base (add-layer 1)))
            (gimp-context-set-foreground '(200 220 90))
            (gimp-drawable-edit-fill base FILL-FOREGROUND))
          (save-visible image "before.tif")
          (gimp-image-select-rectangle image CHANNEL-OP-REPLACE 30 20 20 16))
        (open-scene)
        (try-seed 2)
        (save-visible image "wanted.tif")
        (define (try-change key change)
          (open-scene)
          (change (try-seed 1))
          (let ((second (try-seed 2)))
            (save-visible image (string-append key ".tif"))
            (say key (list (car (gimp-item-get-visible second)) (car (gimp-drawable-width second))))))
        \(changes.sorted { $0.key < $1.key }.map { key, change in
          "(try-change \"\(key)\" (lambda (first) \(change)))"
        }.joined(separator: "\n"))
        """)
      let (before, wanted) = (try gimp.picture("before.tif"), try gimp.picture("wanted.tif"))
      #expect(wanted.unequalPixels(to: before) { _, _ in true } > 200)
      for key in changes.keys.sorted() {
        #expect(gimp.log[key] == (channels == 4 ? "1 80" : "1 20"), "\(key)")
        #expect(try gimp.picture("\(key).tif").difference(to: wanted) <= 1.01 / 255, "\(key)")
      }
    }

    @Test("A new copy keeps the holes that earlier ones filled, of hidden layers too, which stay hidden")
    func holesStayFilled() throws {
      let gimp = try Gimp()
      try gimp.put(Picture.photograph(width: 80, height: 60, channels: 3), as: "photo.tif")
      try gimp.run(
        """
        (define (both key hide)
          (let* ((image (load-picture "photo.tif")) (source (layer-of image)))
            (define (fill x)
              (gimp-image-select-rectangle image CHANNEL-OP-REPLACE x 20 12 12)
              (car (plug-in-resshift-inpaint RUN-NONINTERACTIVE image source "" 1)))
            (gimp-layer-set-mode source LAYER-MODE-MULTIPLY)
            (if hide (gimp-item-set-visible source FALSE))
            (let* ((left (fill 10)) (right (fill 50)))
              (say key (map (lambda (layer) (car (gimp-item-get-visible layer))) (list source left right)))
              (save-drawable source (string-append key "-source.tif"))
              (save-drawable right (string-append key ".tif")))))
        (both "seen" #f)
        (both "hidden" #t)
        """)
      #expect(gimp.log["seen"] == "0 0 1")
      #expect(gimp.log["hidden"] == "0 0 0")
      for key in ["seen", "hidden"] {
        let (source, copy) = (try gimp.picture("\(key)-source.tif"), try gimp.picture("\(key).tif"))
        for left in [10, 50] {
          let hole = { (x: Int, y: Int) in (left..<left + 12).contains(x) && (20..<32).contains(y) }
          #expect(copy.unequalPixels(to: source, where: hole) > 100, "\(key), the hole at \(left)")
        }
        #expect(
          copy.unequalPixels(to: source) { x, y in
            !((20..<32).contains(y) && ((10..<22).contains(x) || (50..<62).contains(x)))
          } == 0, "\(key)")
      }
    }

    @Test("Nothing of the first try is seen through the feather of the second, and nothing outside changes")
    func featherAndSurroundings() throws {
      let gimp = try Gimp()
      try gimp.put(Picture.photograph(width: 80, height: 60, channels: 3), as: "photo.tif")
      // With matrix units fills are in bfloat16, where what GIMP adds up in another order may become another level.
      try gimp.run(
        """
        (define image 0) (define source 0)
        (define (open-scene)
          (set! image (load-picture "photo.tif"))
          (set! source (layer-of image))
          (let ((base (car (gimp-layer-new image 80 60 RGBA-IMAGE "base" 100 LAYER-MODE-NORMAL))))
            (gimp-image-insert-layer image base 0 1)
            (gimp-drawable-edit-fill base FILL-WHITE)))
        (define (feathered x)
          (gimp-image-select-ellipse image CHANNEL-OP-REPLACE x 14 26 26)
          (gimp-selection-feather image 6))
        (define (fill seed name)
          (let ((layer (car (plug-in-resshift-inpaint RUN-NONINTERACTIVE image source "" seed))))
            (save-visible image name)
            (say name (list (car (gimp-drawable-width layer)) (car (gimp-item-get-visible layer))))))
        (open-scene)
        (feathered 20)
        (fill 2 "wanted.tif")
        (open-scene)
        (feathered 20)
        (fill 1 "first.tif")
        (fill 2 "second.tif")
        ; The next ones are elsewhere: over a part of them, then a copy beside them.
        (feathered 30)
        (save-selection image "selection.tif")
        (fill 3 "third.tif")
        (gimp-layer-set-opacity source 40)
        (save-visible image "before-copy.tif")
        (gimp-image-select-rectangle image CHANNEL-OP-REPLACE 66 10 10 10)
        (fill 4 "copy.tif")
        """, environment: ["RESSHIFT_ISA": "baseline"])
      let wanted = try gimp.picture("wanted.tif")
      let second = try gimp.picture("second.tif")
      #expect(try gimp.picture("first.tif").unequalPixels(to: wanted) { _, _ in true } > 100)
      #expect(second.unequalPixels(to: wanted) { _, _ in true } == 0)
      let selection = try gimp.picture("selection.tif")
      let third = try gimp.picture("third.tif")
      #expect(third.unequalPixels(to: second) { selection[$0, $1, 0] == 0 } == 0)
      #expect(third.unequalPixels(to: second) { selection[$0, $1, 0] > 0.5 } > 100)
      #expect(gimp.log["copy.tif"] == "80 1", "at 40 % only a copy can do it")
      let before = try gimp.picture("before-copy.tif")
      let copy = try gimp.picture("copy.tif")
      let hole = { (x: Int, y: Int) in (66..<76).contains(x) && (10..<20).contains(y) }
      #expect(copy.unequalPixels(to: before) { !hole($0, $1) } == 0)
      #expect(copy.unequalPixels(to: before, where: hole) > 50)
    }

    @Test("A layer with locked pixels is copied like others, and its copy is locked")
    func lockedPixels() throws {
      let gimp = try Gimp()
      try gimp.put(Picture.photograph(width: 80, height: 60, channels: 3), as: "photo.tif")
      try gimp.run(
        """
        (define image (load-picture "photo.tif"))
        (define source (layer-of image))
        (gimp-layer-set-mode source LAYER-MODE-MULTIPLY)
        (gimp-item-set-lock-content source TRUE)
        (gimp-image-select-rectangle image CHANNEL-OP-REPLACE 30 20 20 16)
        (attempt "first" (lambda () (car (plug-in-resshift-inpaint RUN-NONINTERACTIVE image source "" 1))))
        (attempt "second" (lambda () (car (plug-in-resshift-inpaint RUN-NONINTERACTIVE image source "" 2))))
        (say "locks" (map (lambda (layer) (car (gimp-item-get-lock-content layer)))
                          (vector->list (cadr (gimp-image-get-layers image)))))
        """)
      #expect(Int(gimp.log["first"] ?? "") != nil, "\(gimp.log)")
      #expect(Int(gimp.log["second"] ?? "") != nil, "\(gimp.log)")
      #expect(gimp.log["locks"] == "1 1 1")
    }
  }
}
