import Foundation
import PictureFiles
import ResShift
import Testing

/// What a mask file means; the numbers are those of a user's report.
@Suite struct MaskTests {
  private static let masks = Workbench.package.appending(path: "Tests/Fixtures/masks")

  private func fixture(_ name: String) throws -> PixelImage {
    try PictureFile.read(Self.masks.appending(path: name).path).image
  }

  private func marked(_ name: String) throws -> [Bool] { try fixture(name).maskWeights.samples.map { $0 > 0 } }

  @Test func aCompressedMaskMarksWhatItsOriginalDoes() throws {
    let clean = try marked("mask-clean.png")
    let compressed = try marked("mask-q40.jpg")
    #expect(clean.count { $0 } == 293)
    // Where they differ it is by soft pixels of the edge that are darker than the noise (16 of 255).
    #expect(zip(clean, compressed).count { !$0 && $1 } == 0, "no pixel is marked by noise")
    #expect(zip(clean, compressed).count { $0 && !$1 } <= 8)
  }

  /// Through the command: pixels that change lie in the mask's marks.
  @Test func theCommandReadsIt() throws {
    let bench = try Workbench()
    let clean = try marked("mask-clean.png")
    for name in ["rgb.png", "mask-q40.jpg", "mask-clean.png", "mask-white-on-transparent.png"] {
      try FileManager.default.copyItem(at: Self.masks.appending(path: name), to: bench.folder.appending(path: name))
    }
    let before = try bench.read("rgb.png")
    for name in ["mask-q40.jpg", "mask-clean.png", "mask-white-on-transparent.png"] {
      let run = try bench.run("inpaint", "rgb.png", "--mask", name, "-o", "out.png")
      #expect(run.status == 0 && run.errors.isEmpty)
      let after = try bench.read("out.png")
      let isMarked = name.hasPrefix("mask-w") ? try marked(name) : clean
      var changed = 0
      for pixel in isMarked.indices {
        let isSame = (0..<3).allSatisfy { after.samples[pixel * 3 + $0] == before.samples[pixel * 3 + $0] }
        changed += isSame ? 0 : 1
        #expect(isSame || isMarked[pixel])
      }
      #expect(changed > 200)
    }
  }

  /// Compression of any strength marks few pixels that the original does not, and a feather keeps its length.
  @Test(arguments: [30, 50, 75, 95])
  func strokesBoxesAndFeathers(quality: Int) throws {
    var sharp = PixelImage(width: 160, height: 120, channels: 1)
    for x in 20..<140 { for y in x / 2 + 10..<x / 2 + 15 { sharp[x, y, 0] = 1 } }
    for y in 80..<110 { for x in 20..<50 { sharp[x, y, 0] = 1 } }
    let noisy = try sharp.throughJPEG(quality: quality)
    let original = sharp.samples.map { $0 > 0 }
    let weights = noisy.maskWeights.samples
    let raw = noisy.samples.count { $0 > 0 }
    let wrong = zip(original, weights).count { !$0 && $1 > 0 }
    #expect(zip(original, weights).count { $0 && $1 <= 0 } == 0)
    #expect(wrong <= original.count { $0 } / 20, "wrong \(wrong) of \(original.count { $0 }), \(raw) not black")

    var soft = PixelImage(width: 160, height: 120, channels: 1)
    for y in 0..<120 {
      for x in 0..<160 {
        let (dx, dy) = (Float(x) - 80, Float(y) - 60)
        soft[x, y, 0] = min(max((50 - (dx * dx + dy * dy).squareRoot()) / 30, 0), 1)
      }
    }
    let feather = try soft.throughJPEG(quality: quality).maskWeights
    // An eighth is two steps of the strongest compression.
    #expect(zip(soft.samples, feather.samples).allSatisfy { $0 < 0.125 || $1 > 0 })
    // Compression makes the feather itself a little longer, here and there round the disc (314 pixels).
    #expect(zip(soft.samples, feather.samples).count { $0 == 0 && $1 > 0 } < 100)
  }

  /// Black that is 1 or 2 is black, in the whole picture or in part of it.
  @Test func blackThatIsNotQuite() throws {
    let bench = try Workbench()
    try bench.write(Workbench.picture(40, 40), "a.png")
    for level: Float in [1, 2] {
      var mask = PixelImage(width: 40, height: 40, channels: 1, repeating: level / 255)
      try bench.write(mask, "mask.png")
      let run = try bench.run("inpaint", "a.png", "--mask", "mask.png", "-o", "b.png")
      #expect(run.status == 65)
      #expect(run.onlyErrorLine().hasPrefix("mask.png: the mask is black everywhere, or nearly so"))
      for y in 10..<20 { for x in 10..<20 { mask[x, y, 0] = 1 } }
      try bench.write(mask, "mask.png")
      #expect(try bench.run("inpaint", "a.png", "--mask", "mask.png", "-o", "b.png").status == 0)
      let (before, after) = (try bench.read("a.png"), try bench.read("b.png"))
      for y in 0..<40 {
        for x in 0..<40 where !(10..<20).contains(x) || !(10..<20).contains(y) {
          #expect((0..<3).allSatisfy { before[x, y, $0] == after[x, y, $0] })
        }
      }
    }
  }

  @Test func largeMasksAreToldOf() throws {
    let bench = try Workbench()
    try bench.write(Workbench.picture(20, 10), "a.png")
    var mask = PixelImage(width: 20, height: 10, channels: 1, repeating: 1)
    for x in 0..<20 { for y in 0..<4 { mask[x, y, 0] = 0 } }
    try bench.write(mask, "mask.png")
    let run = try bench.run("inpaint", "a.png", "--mask", "mask.png", "-o", "b.png")
    #expect(run.status == 0)
    #expect(
      run.onlyErrorLine() == "mask.png: 60 % of the picture is marked; if that is what to keep, invert the mask")
    #expect(try bench.run("inpaint", "a.png", "--mask", "mask.png", "-o", "b.png", "--quiet").errors.isEmpty)
    for x in 0..<20 { mask[x, 4, 0] = 0 }
    try bench.write(mask, "mask.png")
    #expect(try bench.run("inpaint", "a.png", "--mask", "mask.png", "-o", "b.png").errors.isEmpty)
  }
}
