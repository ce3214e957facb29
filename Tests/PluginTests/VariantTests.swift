import Foundation
import Testing

extension GimpTests {
  /// Several results of a call, and the last call again, through real GIMP.
  @Suite(.serialized) struct VariantTests {
    @Test("The last call again has another seed, lies above the first, and is one step to undo")
    func again() throws {
      let gimp = try Gimp()
      try gimp.put(Picture.photograph(width: 60, height: 50, channels: 3), as: "photo.tif")
      try gimp.run(
        """
        (define image (load-picture "photo.tif"))
        (define source (layer-of image))
        (gimp-image-select-rectangle image CHANNEL-OP-REPLACE 20 16 16 12)
        (define (again) (car (plug-in-resshift-again RUN-NONINTERACTIVE image source)))
        (define (seed-of layer) (caddr (car (gimp-item-get-parasite layer "resshift-seed"))))
        (define (name-of layer) (car (gimp-item-get-name layer)))
        (attempt "early" again)
        (define first (car (plug-in-resshift-inpaint RUN-NONINTERACTIVE image source "" 7)))
        (define second (again))
        (say "names" (list (name-of first) "/" (name-of second)))
        (say "seeds" (list (seed-of first) (seed-of second)))
        (say "order" (map name-of (vector->list (cadr (gimp-image-get-layers image)))))
        (save-drawable first "first.tif")
        (save-drawable second "second.tif")
        (plug-in-resshift-upscale RUN-NONINTERACTIVE image source "" 2 0 7)
        (attempt "grown" again)
        """)
      #expect(gimp.log["early"]?.contains("There is nothing to repeat yet") == true)
      let seeds = (gimp.log["seeds"] ?? "").split(separator: " ").map(String.init)
      #expect(seeds.count == 2 && seeds.first == "7" && seeds.last != "7")
      let second = "Inpainted (compact-inpaint, seed \(seeds.last ?? ""))"
      #expect(gimp.log["names"] == "Inpainted (compact-inpaint) / \(second)")
      #expect(gimp.log["order"]?.hasPrefix("\(second) Inpainted (compact-inpaint) ") == true)
      #expect(try gimp.picture("first.tif").unequalPixels(to: gimp.picture("second.tif")) { _, _ in true } > 50)
      #expect(gimp.log["grown"]?.contains("The image has grown already") == true)
    }

    @Test("Options that are in no argument list are called by name")
    func byName() throws {
      let gimp = try Gimp()
      try gimp.put(Picture.photograph(width: 60, height: 50, channels: 3), as: "photo.tif")
      try gimp.run(
        """
        (define image (load-picture "photo.tif"))
        (define source (layer-of image))
        (gimp-image-select-rectangle image CHANNEL-OP-REPLACE 20 16 16 12)
        (define (call options)
          (car (plug-in-resshift-call RUN-NONINTERACTIVE image source "plug-in-resshift-inpaint" options)))
        (define top (call "seed=7\\nvariants=3"))
        (say "layers" (map (lambda (layer) (car (gimp-item-get-name layer)))
                           (vector->list (cadr (gimp-image-get-layers image)))))
        (say "top" (car (gimp-item-get-name top)))
        (attempt "wrong" (lambda () (call "sed=7")))
        """)
      #expect(gimp.log["top"] == "Inpainted (compact-inpaint, seed 7)", "the first lies on top")
      #expect(gimp.log["layers"]?.components(separatedBy: "Inpainted (compact-inpaint, seed ").count == 4)
      #expect(gimp.log["wrong"]?.contains("has no option “sed”") == true)
    }
  }
}
