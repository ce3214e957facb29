import Foundation
import TestSupport
import Testing

extension GimpTests {
  /// After a result of the source's own size the image looks as if the source's own pixels had been replaced: compared with
  /// an image where they really were.
  @Suite(.serialized) struct StackingTests {
    /// How the source lies in its image: Scheme that is given `image`, `source` and its `base` layer below.
    static let settings = [
      "plain": "", "opacity": "(gimp-layer-set-opacity source 40)",
      "locked":
        "(begin (gimp-layer-set-opacity source 40) (gimp-item-set-lock-content source TRUE) (gimp-layer-set-lock-alpha source TRUE))",
      "multiply": "(gimp-layer-set-mode source LAYER-MODE-MULTIPLY)",
      "screen-legacy": "(gimp-layer-set-mode source LAYER-MODE-SCREEN-LEGACY)",
      "hidden": "(gimp-item-set-visible source FALSE)",
      "pass-through": "(grouped LAYER-MODE-PASS-THROUGH 100)",
      "pass-through-half": "(grouped LAYER-MODE-PASS-THROUGH 50)",
      "group-opacity": "(begin (grouped LAYER-MODE-NORMAL 100) (gimp-layer-set-opacity source 40))",
      "soft-mask": "(masked 0.5)", "hard-mask": "(masked 0)",
      "shown-mask": "(begin (masked 0) (gimp-layer-set-show-mask source TRUE))",
      "mask-not-applied": "(begin (masked 0.5) (gimp-layer-set-apply-mask source FALSE))",
      "alone": "(gimp-image-remove-layer image base)",
      "alone-opacity": "(begin (gimp-image-remove-layer image base) (gimp-layer-set-opacity source 40))",
    ]
    private static let prelude = """
      (define (grouped mode opacity)
        (let ((group (car (gimp-layer-group-new image))))
          (gimp-image-insert-layer image group 0 0)
          (gimp-layer-set-mode group mode)
          (gimp-layer-set-opacity group opacity)
          (gimp-image-reorder-item image source group 0)))
      ; A mask whose left half has that value; the rest shows.
      (define (masked value)
        (let ((mask (car (gimp-layer-create-mask source ADD-MASK-WHITE))))
          (gimp-layer-add-mask source mask)
          (gimp-image-select-rectangle image CHANNEL-OP-REPLACE 0 0 40 200)
          (gimp-context-set-foreground (list (* 255 value) (* 255 value) (* 255 value)))
          (gimp-drawable-edit-fill mask FILL-FOREGROUND)
          (gimp-selection-none image)))
      (define (scene file setting)
        (set! image (load-picture file))
        (set! source (layer-of image))
        (set! base (car (gimp-layer-new image 80 60 RGBA-IMAGE "base" 100 LAYER-MODE-NORMAL)))
        (gimp-image-insert-layer image base 0 1)
        (gimp-context-set-foreground '(150 120 90))
        (gimp-drawable-edit-fill base FILL-FOREGROUND)
        (setting)
        (gimp-image-select-rectangle image CHANNEL-OP-REPLACE 30 20 20 16))
      (define image 0) (define source 0) (define base 0)
      """

    @Test(
      "Inpaint and Restore look as if the pixels had been replaced, whatever the source's place", arguments: [3, 4])
    func looksLikeReplaced(channels: Int) throws {
      let gimp = try Gimp()
      var photo = Picture.photograph(width: 80, height: 60, channels: channels)
      if channels == 4 { for pixel in 0..<80 * 60 { photo.samples[4 * pixel + 3] = pixel % 80 < 40 ? 0.5 : 1 } }
      try gimp.put(photo, as: "photo.tif")
      try RestoreTests.writeModel("test-plain", frame: "none", in: gimp.folder)
      let calls = StackingTests.settings.sorted { $0.key < $1.key }.map { key, setting in
        "(try-case \"\(key)\" (lambda () \(setting.isEmpty ? "1" : setting)))"
      }
      // The replaced pixels are those that the procedure itself made, taken from an image with nothing but the source.
      try gimp.run(
        """
        \(StackingTests.prelude)
        (define (call kind)
          (if (eq? kind 'inpaint)
              (plug-in-resshift-inpaint RUN-NONINTERACTIVE image source "\(fixture("compact-inpaint"))" 3)
              (plug-in-resshift-restore RUN-NONINTERACTIVE image source "test-plain" 3)))
        (define (replaced kind)
          (scene "photo.tif" (lambda () (gimp-image-remove-layer image base)))
          (call kind)
          (save-visible image (string-append (symbol->string kind) "-replaced.tif"))
          (gimp-image-delete image))
        (replaced 'inpaint)
        (replaced 'restore)
        (define (try-case key setting)
          (for-each
           (lambda (kind)
             (let ((name (string-append (symbol->string kind) "-" key)))
               (scene (string-append (symbol->string kind) "-replaced.tif") setting)
               (save-visible image (string-append name "-wanted.tif"))
               (gimp-image-delete image)
               (scene "photo.tif" setting)
               (save-visible image (string-append name "-before.tif"))
               (call kind)
               (save-visible image (string-append name "-found.tif"))
               (say (string-append name "-active") (= source (car (gimp-image-get-active-layer image))))
               (gimp-image-delete image)))
           '(inpaint restore)))
        \(calls.joined(separator: "\n"))
        """, environment: ["RESSHIFT_MODELS": gimp.folder.path])
      for key in StackingTests.settings.keys.sorted() {
        for kind in ["inpaint", "restore"] {
          let (wanted, found) = (
            try gimp.picture("\(kind)-\(key)-wanted.tif"), try gimp.picture("\(kind)-\(key)-found.tif")
          )
          #expect(found.difference(to: wanted, channels: 0..<found.channels) <= 1.01 / 255, "\(kind), \(key)")
          let before = try gimp.picture("\(kind)-\(key)-before.tif")
          let hole = { (x: Int, y: Int) in (30..<50).contains(x) && (20..<36).contains(y) }
          #expect(found.unequalPixels(to: before) { !hole($0, $1) } == 0, "\(kind), \(key): outside nothing changes")
          let isSeen = !["hidden", "shown-mask"].contains(key)
          #expect(found.unequalPixels(to: before, where: hole) > (isSeen ? 0 : -1), "\(kind), \(key)")
          #expect(gimp.log["\(kind)-\(key)-active"] == "true", "\(kind), \(key)")
        }
      }
    }

    @Test("A half transparent layer over white keeps its tone where it is filled; one overlay could not do that")
    func halfTransparentOverWhite() throws {
      let gimp = try Gimp()
      try gimp.put(fixture: "pictures/half.png")
      try gimp.run(
        """
        (define image (load-picture "half.png"))
        (define source (layer-of image))
        (define white (car (gimp-layer-new image 120 90 RGBA-IMAGE "white" 100 LAYER-MODE-NORMAL)))
        (gimp-image-insert-layer image white 0 1)
        (gimp-context-set-foreground '(255 255 255))
        (gimp-drawable-edit-fill white FILL-FOREGROUND)
        (gimp-image-select-rectangle image CHANNEL-OP-REPLACE 40 30 30 30)
        (save-visible image "before.tif")
        (define first (car (plug-in-resshift-inpaint RUN-NONINTERACTIVE image source "" 1)))
        (save-visible image "first.tif")
        (say-layer "first" first)
        (say "shown" (list (car (gimp-item-get-visible source)) (car (gimp-item-get-visible first))))
        (define second (car (plug-in-resshift-inpaint RUN-NONINTERACTIVE image source "" 2)))
        (save-visible image "second.tif")
        (say-layer "second" second)
        (say "then-shown"
             (map (lambda (layer) (car (gimp-item-get-visible layer))) (list source first second)))
        """)
      let before = try gimp.picture("before.tif")
      for name in ["first", "second"] {
        let after = try gimp.picture("\(name).tif")
        let hole = { (x: Int, y: Int) in (40..<70).contains(x) && (30..<60).contains(y) }
        #expect(after.unequalPixels(to: before) { !hole($0, $1) } == 0)
        #expect(after.unequalPixels(to: before, where: hole) > 400)
        // Black that covers half of the white is 188 in linear light; a fill with alpha 1 went down to 0.
        let darkest = after.cropped(x: 40, y: 30, width: 30, height: 30).samples.min() ?? 0
        #expect(darkest > 186.0 / 255, "\(name): \(darkest * 255)")
      }
      #expect(try numbers(gimp.log["first"]) == [120, 90, 0, 0, 0, 1])
      #expect(gimp.log["shown"] == "0 1")
      #expect(try numbers(gimp.log["second"]) == [120, 90, 0, 0, 0, 1])
      #expect(gimp.log["then-shown"] == "0 0 1")
    }

    @Test("A second try lies above the first, in groups too, and after saving and loading")
    func secondTryIsSeen() throws {
      let gimp = try Gimp()
      try gimp.put(fixture: "pictures/g120.png")
      try gimp.run(
        """
        (define image (load-picture "g120.png"))
        (define source (layer-of image))
        (define group (car (gimp-layer-group-new image)))
        (gimp-image-insert-layer image group 0 0)
        (gimp-image-reorder-item image source group 0)
        (gimp-image-select-rectangle image CHANNEL-OP-REPLACE 40 40 40 40)
        (define (try-seed seed name)
          (let ((layer (car (plug-in-resshift-inpaint RUN-NONINTERACTIVE image source "" seed))))
            (say-layer name layer)
            (save-visible image (string-append name ".tif"))
            layer))
        (define first (try-seed 1 "first"))
        (define second (try-seed 2 "second"))
        ; Another layer above them, and the order of the tries turned round.
        (define other (car (gimp-layer-new image 5 5 RGBA-IMAGE "other" 100 LAYER-MODE-NORMAL)))
        (gimp-image-insert-layer image other group 0)
        (gimp-image-reorder-item image first group 0)
        (try-seed 3 "third")
        (define name (car (gimp-item-get-name source)))
        (gimp-xcf-save RUN-NONINTERACTIVE image source (path "tries.xcf") (path "tries.xcf"))
        (gimp-image-delete image)
        (set! image (load-picture "tries.xcf"))
        (define (layer-named name layers)
          (if (string=? name (car (gimp-item-get-name (car layers)))) (car layers) (layer-named name (cdr layers))))
        (set! group (vector-ref (cadr (gimp-image-get-layers image)) 0))
        (set! source (layer-named name (vector->list (cadr (gimp-item-get-children group)))))
        (try-seed 4 "fourth")
        """)
      let pictures = try ["first", "second", "third", "fourth"].map { try gimp.picture("\($0).tif") }
      for (later, earlier) in zip(pictures.dropFirst(), pictures) {
        #expect(
          later.unequalPixels(to: earlier) { _, _ in true } > 100, "another seed is another picture, and it is seen")
      }
      for name in ["first", "second", "third", "fourth"] {
        #expect(try numbers(gimp.log[name]).dropFirst(4).first == 0, "\(name) lies on top")
      }
    }

    @Test("What is wholly transparent is refused in words, and nothing changes")
    func nothingToSee() throws {
      let gimp = try Gimp()
      var photo = Picture.photograph(width: 40, height: 30, channels: 4)
      for pixel in 0..<40 * 30 { photo.samples[4 * pixel + 3] = pixel % 40 < 20 ? 0 : 1 }
      try gimp.put(photo, as: "photo.tif")
      try gimp.run(
        """
        (define image (load-picture "photo.tif"))
        (define source (layer-of image))
        (gimp-item-set-name source "Half")
        (define empty (car (gimp-layer-new image 40 30 RGBA-IMAGE "Empty" 100 LAYER-MODE-NORMAL)))
        (gimp-image-insert-layer image empty 0 0)
        (define (calls key layer)
          (attempt (string-append key "-inpaint")
            (lambda () (plug-in-resshift-inpaint RUN-NONINTERACTIVE image layer "" 1)))
          (attempt (string-append key "-restore")
            (lambda () (plug-in-resshift-restore RUN-NONINTERACTIVE image layer "" 1)))
          (attempt (string-append key "-detail")
            (lambda () (plug-in-resshift-upscale RUN-NONINTERACTIVE image layer "" 4 2 1))))
        (gimp-image-select-rectangle image CHANNEL-OP-REPLACE 5 5 10 10)
        (calls "empty" empty)
        (calls "selected" source)
        (gimp-selection-none image)
        (attempt "empty-upscale" (lambda () (plug-in-resshift-upscale RUN-NONINTERACTIVE image empty "" 4 0 1)))
        (say-image "image" image)
        """)
      for call in ["inpaint", "restore", "detail"] {
        let empty = gimp.log["empty-\(call)"] ?? ""
        #expect(empty.contains("Nothing of layer “Empty” can be seen") && empty.contains("it is fully transparent"))
        let selected = gimp.log["selected-\(call)"] ?? ""
        // What is filled could be made opaque.
        let words =
          call == "inpaint"
          ? "What is selected of layer “Half” is transparent and would stay so"
          : "Nothing of layer “Half” can be seen where it is selected, it is fully transparent"
        #expect(selected.contains(words))
      }
      #expect(
        gimp.log["empty-upscale"]?.contains("Nothing of layer “Empty” can be seen, it is fully transparent") == true)
      #expect(gimp.log["image"] == "40 30 2")
    }
  }
}
