import Foundation
import Testing

extension GimpTests {
  /// What cannot be done gets one clear line, and the image stays as it was.
  @Suite(.serialized) struct BadInputTests {
    @Test("Every wrong call says what is wrong and changes nothing")
    func wrongCalls() throws {
      let gimp = try Gimp()
      try gimp.put(Picture.photograph(width: 60, height: 40, channels: 3), as: "photo.tif")
      try gimp.run(
        """
        (define image (load-picture "photo.tif"))
        (define source (layer-of image))
        (define other (load-picture "photo.tif"))
        (define group (car (gimp-layer-group-new image)))
        (gimp-image-insert-layer image group 0 0)
        (define channel (car (gimp-channel-new image 60 40 "stencil" 50 '(0 0 0))))
        (gimp-image-insert-channel image channel 0 0)
        (define small (car (gimp-layer-new image 10 10 RGBA-IMAGE "small" 100 LAYER-MODE-NORMAL)))
        (gimp-image-insert-layer image small 0 0)
        (define (state)
          (list (car (gimp-image-width image)) (car (gimp-image-height image)) (gimp-image-get-layers image)))
        (define before (state))
        (define (inpaint key drawable model seed)
          (attempt key (lambda () (plug-in-resshift-inpaint RUN-NONINTERACTIVE image drawable model seed))))
        (define (upscale key drawable model factor output seed)
          (attempt
           key (lambda () (plug-in-resshift-upscale RUN-NONINTERACTIVE image drawable model factor output seed))))
        (gimp-selection-none image)
        (inpaint "no-selection" source "" 7)
        (gimp-image-select-rectangle image CHANNEL-OP-REPLACE 20 10 8 8)
        (inpaint "unknown-model" source "no-such-model" 7)
        (inpaint "wrong-task" source "compact-sr-x4" 7)
        (inpaint "group" group "" 7)
        (inpaint "channel" channel "" 7)
        (inpaint "outside" small "" 7)
        (inpaint "bad-seed" source "" -5)
        (inpaint "missing-path" source "/no/such/folder/model.json" 7)
        (attempt "other-image" (lambda () (plug-in-resshift-inpaint RUN-NONINTERACTIVE image (layer-of other) "" 7)))
        (attempt "no-faceir" (lambda () (plug-in-resshift-restore RUN-NONINTERACTIVE image source "faceir" 7)))
        (attempt "manager" (lambda () (plug-in-resshift-models RUN-NONINTERACTIVE)))
        (upscale "factor" source "" 5 0 7)
        (upscale "output" source "" 4 3 7)
        (upscale "upscale-group" group "" 4 0 7)
        (gimp-selection-all image)
        (inpaint "nothing-known" source "" 7)
        (gimp-image-select-rectangle image CHANNEL-OP-REPLACE 0 0 5 5)
        (inpaint "nothing-opaque" small "" 7)
        (say "untouched" (equal? before (state)))
        (gimp-image-select-rectangle image CHANNEL-OP-REPLACE 20 10 8 8)
        (gimp-edit-copy source)
        (define floating (car (gimp-edit-paste source FALSE)))
        (inpaint "floating" floating "" 7)
        (gimp-floating-sel-remove floating)
        (define indexed (load-picture "photo.tif"))
        (gimp-image-convert-indexed indexed CONVERT-DITHER-NONE CONVERT-PALETTE-GENERATE 16 FALSE FALSE "")
        (gimp-image-select-rectangle indexed CHANNEL-OP-REPLACE 20 10 8 8)
        (attempt "indexed" (lambda () (plug-in-resshift-inpaint RUN-NONINTERACTIVE indexed (layer-of indexed) "" 7)))
        (say "indexed-layers" (car (gimp-image-get-layers indexed)))
        (say "indexed-type" (= INDEXED (car (gimp-image-base-type indexed))))
        """)
      let expected: [(key: String, words: [String])] = [
        ("no-selection", ["selection is empty"]),
        ("unknown-model", ["no-such-model", "compact-inpaint"]),
        ("wrong-task", ["compact-sr-x4"]),
        ("group", ["layer group"]),
        ("channel", ["stencil", "channel"]),
        ("outside", ["small", "selection"]),
        ("bad-seed", ["-5"]),
        ("missing-path", ["/no/such/folder/model.json"]),
        ("other-image", ["another image"]),
        ("no-faceir", ["faceir", "resshift models download faceir"]),
        ("manager", ["from scripts use the command"]),
        // GIMP 3 looks at ranges itself.
        ("factor", GimpVersion.tested == .two ? ["Factor 5", "2, 3 or 4"] : ["value 5 out of range: 2 to 4"]),
        ("output", GimpVersion.tested == .two ? ["Output 3"] : ["value 3 out of range: 0 to 2"]),
        ("upscale-group", ["layer group"]),
        ("nothing-known", ["Nothing"]),
        ("nothing-opaque", ["Nothing", "small"]),
        ("floating", ["floating selection"]),
        ("indexed", ["indexed", "RGB"]),
      ]
      for (key, words) in expected {
        let message = gimp.log[key] ?? "no line in the log"
        #expect(message.hasPrefix("error: "), "\(key): \(message)")
        for word in words { #expect(message.contains(word), "\(key): \(message)") }
      }
      #expect(gimp.log["untouched"] == "true")
      #expect(gimp.log["indexed-layers"]?.hasPrefix("1") == true)
      #expect(gimp.log["indexed-type"] == "true")
    }
  }
}
