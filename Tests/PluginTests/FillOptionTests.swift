import Foundation
import Testing

extension GimpTests {
  /// Inpaint with options, Extend canvas and Upscale to width through real GIMP.
  @Suite(.serialized) struct FillOptionTests {
    @Test("The grown selection of all visible layers is filled above them; one undo step takes it back")
    func grownAndMerged() throws {
      let gimp = try Gimp()
      try gimp.put(Picture.photograph(width: 120, height: 90, channels: 3), as: "photo.tif")
      try gimp.run(
        """
        (define image (load-picture "photo.tif"))
        (define source (layer-of image))
        (define over (car (gimp-layer-copy source FALSE)))
        (gimp-image-insert-layer image over 0 0)
        (gimp-drawable-invert over FALSE)
        (save-visible image "before.tif")
        (gimp-image-select-rectangle image CHANNEL-OP-REPLACE 40 30 20 16)
        (define new (car (plug-in-resshift-inpaint-full RUN-NONINTERACTIVE image source "" 7 5 1 1)))
        (say-layer "new" new)
        (say-image "image" image)
        (save-visible image "after.tif")
        """)
      #expect(try numbers(gimp.log["new"]).prefix(5) == [30, 26, 35, 25, 0])
      #expect(gimp.log["image"]?.hasSuffix(" 3") == true, "one layer more")
      let (before, after) = try (gimp.picture("before.tif"), gimp.picture("after.tif"))
      func distance(_ x: Int, _ y: Int) -> Int {
        let (dx, dy) = (max(40 - x, x - 59, 0), max(30 - y, y - 45, 0))
        return dx * dx + dy * dy
      }
      var strays: [String] = []
      _ = after.unequalPixels(to: before) { x, y in
        if distance(x, y) > 25, before.pixel(x, y) != after.pixel(x, y) {
          strays.append("\(x),\(y): \(before.pixel(x, y)) \(after.pixel(x, y))")
        }
        return false
      }
      #expect(strays.isEmpty)
      #expect(after.unequalPixels(to: before) { (1...25).contains(distance($0, $1)) } > 100)
    }

    @Test("What was erased is refused in words without the option, and arguments that there are not")
    func refusals() throws {
      let gimp = try Gimp()
      try gimp.put(Picture.photograph(width: 60, height: 50, channels: 3), as: "photo.tif")
      try gimp.run(
        """
        (define image (load-picture "photo.tif"))
        (define source (layer-of image))
        (gimp-image-select-rectangle image CHANNEL-OP-REPLACE 20 20 8 8)
        (define (inpaint grow tone)
          (lambda () (car (plug-in-resshift-inpaint-full RUN-NONINTERACTIVE image source "" 7 grow tone 0))))
        (attempt "negative" (inpaint -3 1))
        (attempt "tone" (inpaint 0 5))
        (attempt "nothing"
          (lambda () (car (plug-in-resshift-outpaint RUN-NONINTERACTIVE image source "" 0 0 0 0 7))))
        (attempt "large"
          (lambda () (car (plug-in-resshift-upscale-to RUN-NONINTERACTIVE image source "" 241 0 7))))
        (say-image "image" image)
        """)
      for key in ["negative", "tone", "nothing", "large"] {
        #expect(gimp.log[key]?.hasPrefix("error: ") == true, "\(key): \(gimp.log[key] ?? "")")
      }
      #expect(gimp.log["image"] == "60 50 1")
    }

    @Test("The canvas grows on the sides asked for, the picture stays, the border is filled")
    func outpaint() throws {
      let gimp = try Gimp()
      try gimp.put(Picture.photograph(width: 60, height: 44, channels: 3), as: "photo.tif")
      try gimp.run(
        """
        (define image (load-picture "photo.tif"))
        (define source (layer-of image))
        (save-visible image "before.tif")
        (define new (car (plug-in-resshift-outpaint RUN-NONINTERACTIVE image source "" 20 3 0 11 7)))
        (say-image "image" image)
        (say-layer "new" new)
        (say-layer "source" source)
        (save-visible image "after.tif")
        """)
      #expect(gimp.log["image"] == "83 55 2")
      #expect(try numbers(gimp.log["new"]).prefix(5) == [83, 55, 0, 0, 0])
      #expect(try numbers(gimp.log["source"]).prefix(5) == [60, 44, 20, 0, 1])
      let after = try gimp.picture("after.tif")
      let middle = after.cropped(x: 20, y: 0, width: 60, height: 44)
      let before = try gimp.picture("before.tif")
      #expect(middle.unequalPixels(to: before) { _, _ in true } == 0, "the picture stays")
      #expect((0..<20).allSatisfy { after.pixel($0, 30).last == 1 }, "the border is opaque")
    }

    @Test func imagesAreEnlargedToAWidth() throws {
      let gimp = try Gimp()
      try gimp.put(Picture.photograph(width: 40, height: 30, channels: 3), as: "photo.tif")
      try gimp.run(
        """
        (define image (load-picture "photo.tif"))
        (define source (layer-of image))
        (define new (car (plug-in-resshift-upscale-to RUN-NONINTERACTIVE image source "" 70 0 7)))
        (say-image "image" image)
        (say-layer "new" new)
        (say-layer "source" source)
        (define apart (car (plug-in-resshift-upscale-to RUN-NONINTERACTIVE image source "" 100 1 7)))
        (say-layer "apart" apart)
        """)
      #expect(gimp.log["image"] == "70 53 2")
      #expect(try numbers(gimp.log["new"]).prefix(5) == [70, 53, 0, 0, 0])
      #expect(try numbers(gimp.log["source"]).prefix(4) == [70, 53, 0, 0])
      #expect(try numbers(gimp.log["apart"]).prefix(2) == [100, 76])
    }
  }
}
