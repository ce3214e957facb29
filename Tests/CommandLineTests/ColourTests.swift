import Foundation
import PictureFiles
import ResShift
import TestSupport
import Testing

/// What the command keeps of colours: wide ones, those at the edges of cut-outs, gray.
@Suite struct ColourTests {
  private static let red: [Float] = [220.0 / 255, 40.0 / 255, 30.0 / 255]
  private static let gray = [Float](repeating: 200.0 / 255, count: 3)

  /// The 16 squares of the picture come back in the middle; its profile stays.
  @Test(arguments: [["upscale", "--factor", "2"], ["upscale"], ["restore"]])
  func wideColoursStay(_ command: [String]) throws {
    let bench = try Workbench()
    let source = fixture("pictures/wide-a98.png")
    let run = try bench.run([command[0], source, "-o", "b.png"] + command.dropFirst())
    #expect(run.status == 0 && run.errors.isEmpty)
    let (before, after) = (try PictureFile.read(source), try PictureFile.read(bench.path("b.png")))
    #expect(after.iccProfile == before.iccProfile && (before.iccProfile?.count ?? 0) > 100)
    let scale = after.image.width / before.image.width
    for y in stride(from: 6, to: 48, by: 12) {
      for x in stride(from: 8, to: 64, by: 16) {
        for c in 0..<3 {
          // The networks themselves change flat colours by up to 4/255.
          #expect(abs(after.image[x * scale, y * scale, c] - before.image[x, y, c]) < 5.0 / 255)
        }
      }
    }
  }

  private static let cutOuts = [
    "disc-black.png", "disc-premultiplied.tif", "disc-premultiplied-16.tif", "disc-key.png", "disc-gray-key.png",
    "disc-palette.png",
  ]

  /// Black, blue, green and the roundings of premultiplied colours are hidden there.
  @Test(arguments: cutOuts)
  func edgesOfCutOutsShowNothingHidden(_ name: String) throws {
    let bench = try Workbench()
    let source = fixture("pictures/\(name)")
    let colour = name.contains("gray") ? Self.gray : Self.red
    for command in [["upscale", "--factor", "2"], ["upscale", "--factor", "3"], ["upscale"], ["restore"]] {
      let run = try bench.run([command[0], source, "-o", "b.png"] + command.dropFirst())
      #expect(run.status == 0 && run.errors.isEmpty)
      let picture = try bench.read("b.png")
      let opaque = picture.channels - 1
      var worst: Float = 0
      for p in 0..<picture.width * picture.height {
        for c in 0..<opaque {
          let difference = abs(picture.samples[p * picture.channels + c] - colour[c])
          worst = max(worst, difference * picture.samples[p * picture.channels + opaque])
        }
      }
      #expect(worst <= 8.0 / 255, "\(name) \(command): \(worst * 255) of 255 over any background")
      #expect(picture.samples.enumerated().contains { $0.offset % picture.channels == opaque && $0.element == 1 })
    }
  }

  /// On white, as JPEG, it is what the colour on white gives.
  @Test func cutOutsOnWhite() throws {
    let bench = try Workbench()
    #expect(try bench.run("upscale", fixture("pictures/disc-black.png"), "-o", "b.png").status == 0)
    var ideal = try bench.read("b.png")
    for p in 0..<ideal.width * ideal.height { for c in 0..<3 { ideal.samples[4 * p + c] = Self.red[c] } }
    try bench.write(ideal, "ideal.jpg")
    #expect(try bench.run("upscale", fixture("pictures/disc-black.png"), "-o", "b.jpg").status == 0)
    let (got, wanted) = (try bench.read("b.jpg"), try bench.read("ideal.jpg"))
    #expect(got.channels == 3 && got.width == wanted.width)
    let worst = zip(got.samples, wanted.samples).map { abs($0 - $1) }.max() ?? 1
    #expect(worst <= 8.0 / 255)
  }

  @Test func grayStoredAsColourStaysGray() throws {
    let bench = try Workbench()
    let source = fixture("pictures/neutral.png")
    let original = try PictureFile.read(source).image
    var mask = PixelImage(width: original.width, height: original.height, channels: 1)
    for y in 15..<35 { for x in 20..<45 { mask[x, y, 0] = 1 } }
    try bench.write(mask, "mask.png")
    for command in [
      ["upscale"], ["upscale", "--factor", "2"], ["upscale", "--tone-match", "on"], ["restore"],
      ["restore", "--box", "10,10,30,30"], ["inpaint", "--mask", "mask.png"],
      ["inpaint", "--mask", "mask.png", "--tone-match", "off"], ["inpaint", "--mask", "mask.png", "--coarse-only"],
    ] {
      for name in ["b.png", "b.tiff"] {
        let run = try bench.run([command[0], source, "-o", name] + command.dropFirst())
        #expect(run.status == 0 && run.errors.isEmpty, "\(run.errors)")
        let result = try bench.read(name)
        #expect(result.channels == 3 && result != original)
        let isGray = (0..<result.width * result.height).allSatisfy { pixel in
          let colour = result.samples[3 * pixel..<3 * pixel + 3]
          return colour.min() == colour.max()
        }
        #expect(isGray, "\(command)")
      }
    }
  }

  @Test func aTransparentPictureIsRefusedWithItsName() throws {
    let bench = try Workbench()
    var nothing = Workbench.picture(20, 20, channels: 4)
    for p in 0..<400 { nothing.samples[4 * p + 3] = 0 }
    try bench.write(nothing, "ghost.png")
    var mask = PixelImage(width: 20, height: 20, channels: 1)
    mask[4, 4, 0] = 1
    try bench.write(mask, "mask.png")
    for command in [["upscale"], ["restore"], ["inpaint", "--mask", "mask.png"]] {
      let run = try bench.run([command[0], "ghost.png", "-o", "b.png"] + command.dropFirst())
      #expect(run.status == 65)
      let line = run.onlyErrorLine()
      #expect(line.hasPrefix("ghost.png: ") && line.contains("wholly transparent"), "\(line)")
    }
    #expect(try !bench.files.contains("b.png"))
  }
}
