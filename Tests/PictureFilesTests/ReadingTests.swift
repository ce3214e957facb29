import CPictureCodecs
import Foundation
import Glibc
import ResShift
import Testing

@testable import PictureFiles

@Suite struct ReadingTests {
  @Test(arguments: [
    ("palette.png", Small.rgb), ("rgb-interlaced.png", Small.rgb), ("icc.png", Small.rgb), ("gray.png", Small.gray),
    ("gray-1bit.png", Small.checks), ("icc.webp", Small.rgb), ("alpha.webp", Small.rgba), ("icc.tif", Small.rgb),
    ("rgb-planar.tif", Small.rgb), ("rgb-lzw.tif", Small.rgb), ("palette.tif", Small.rgb), ("pages.tif", Small.rgb),
    ("preview-first.tif", Small.rgb), ("gray-white.tif", Small.gray), ("gray-1bit-g4.tif", Small.checks),
    ("gray-alpha-strips.tif", Small.grayAlpha), ("rgb-tiles.tif", smooth), ("orientation-6.png", smooth),
    ("orientation-5.tif", smooth), ("orientation-8.webp", smooth),
  ])
  func exactlyAsStored(name: String, expected: PixelImage) throws {
    let file = try PictureFile.read(fixture(name))
    #expect(file.bitDepth == 8)
    #expect(file.image == expected)
  }

  @Test func sixteenBits() throws {
    let rgb = Small.picture(largest: 65535, Small.rgb16)
    for name in ["rgb-16.png", "rgb16-big-endian.tif"] {
      let file = try PictureFile.read(fixture(name))
      #expect(file.bitDepth == 16)
      #expect(file.image == rgb, "\(name)")
    }
    let gray = try PictureFile.read(fixture("gray-16.png"))
    #expect(gray.bitDepth == 16)
    #expect(gray.image == Small.picture(largest: 65535) { [($0 + $1 * 7) * 1800 + 3] })
    // Four planes in tiles that do not divide the picture, BigTIFF; every pixel of the 7 x 5 is a 4 x 4 block.
    let planar = try PictureFile.read(fixture("rgba16-planar-tiles.tif"))
    #expect(
      planar.image
        == picture(28, 20, largest: 65535) { Small.rgb16($0 / 4, $1 / 4) + [($0 / 4 + $1 / 4 * 7) * 1800 + 3] })
  }

  @Test func fractions() throws {
    let float = try PictureFile.read(fixture("gray-float.tif"))
    #expect(float.bitDepth == 16)
    #expect(float.image == Small.gray)
    let half = try PictureFile.read(fixture("gray-half.tif"))
    #expect(half.image == Small.picture(largest: 256) { [($0 + $1 * 7) * 7] })
    let odd = try PictureFile.read(fixture("gray-float-odd.tif"))
    #expect(odd.image.samples == [0, 1, 0, 0, 1, 0.5], "NaN is 0, the rest is clamped")
  }

  @Test func transparentColours() throws {
    let palette = try PictureFile.read(fixture("palette-trns.png")).image
    var expected = Small.picture { [$0 * 40, $1 * 60, ($0 + $1 * 7) * 7, 255] }
    expected[0, 0, 3] = 0
    expected[3, 2, 3] = 128 / 255
    #expect(palette == expected)
    // One gray value (70, of the eleventh pixel) is the transparent one.
    let gray = try PictureFile.read(fixture("gray-trns.png")).image
    #expect(gray == Small.picture { [($0 + $1 * 7) * 7, $0 + $1 * 7 == 10 ? 0 : 255] })
  }

  @Test func associatedAlphaIsUndone() throws {
    let image = try PictureFile.read(fixture("alpha-associated.tif")).image
    // Stored colours were rounded to 1/255 after the multiplication by alpha >= 85/255: off by 0.5/85 at most.
    #expect(difference(image, Small.rgba) <= 0.5 / 85 + 1e-6)
    #expect(image.samples.allSatisfy { (0...1).contains($0) })
  }

  @Test(arguments: 1...8) func orientation(value: Int) throws {
    let image = try PictureFile.read(fixture("orientation-\(value).jpg")).image
    #expect(difference(image, smooth) < 8 / 255)
  }

  @Test func jpegKinds() throws {
    #expect(difference(try PictureFile.read(fixture("progressive.jpg")).image, smooth) < 8 / 255)
    #expect(difference(try PictureFile.read(fixture("ycbcr-jpeg.tif")).image, smooth) < 24 / 255)
    let gray = try PictureFile.read(fixture("gray.jpg"))
    #expect(gray.image.channels == 1)
    #expect(gray.resolution == .init(x: 200, y: 200))
  }

  @Test func resolution() throws {
    // Stored turned by a quarter: what is across in the file is down in the picture.
    for name in ["orientation-6.png", "orientation-5.tif", "orientation-8.webp"] {
      #expect(try PictureFile.read(fixture(name)).resolution == .init(x: 150, y: 300), "\(name)")
    }
    #expect(try PictureFile.read(fixture("gray.png")).resolution == .init(x: 72, y: 144), "stored per metre")
    #expect(try PictureFile.read(fixture("rgb-16.png")).resolution == nil)
  }

  @Test func profiles() throws {
    let profile = try #require(try PictureFile.read(fixture("icc.png")).iccProfile)
    #expect(profile.count == 588)
    for name in ["icc.jpg", "icc.tif", "icc.webp"] {
      #expect(try PictureFile.read(fixture(name)).iccProfile == profile, "\(name)")
    }
    #expect(try PictureFile.read(fixture("gray.png")).iccProfile == nil)
  }

  @Test(arguments: [
    ("cmyk.jpg", "CMYK"), ("cmyk.tif", "CMYK"), ("lab.tif", "Lab"), ("animated.webp", "animation"),
    ("gray-signed.tif", "whole numbers"), ("preview-only.tif", "preview"),
  ])
  func refusedWithReason(name: String, word: String) throws {
    let error = #expect(throws: PictureFileError.self) { try PictureFile.read(fixture(name)) }
    guard case .unsupported(let path, .kind(_, let detail?)) = error else {
      Issue.record("\(String(describing: error))")
      return
    }
    #expect(path == fixture(name))
    #expect(detail.contains(word))
    #expect(error?.exitStatus == 65)
  }

  @Test func samplesSurviveFloat() {
    let bytes = (0...255).map { UInt8($0) }
    var floats = [Float](repeating: 0, count: 65536)
    var back8 = [UInt8](repeating: 0, count: 256)
    cpc_u8_to_float(bytes, &floats, 256)
    cpc_float_to_u8(floats, &back8, 256)
    #expect(back8 == bytes)
    #expect(floats[255] == 1)
    let words = (0...65535).map { UInt16($0) }
    var back16 = [UInt16](repeating: 0, count: 65536)
    cpc_u16_to_float(words, &floats, 65536)
    cpc_float_to_u16(floats, &back16, 65536)
    #expect(back16 == words)
    var limits = [UInt8](repeating: 7, count: 5)
    cpc_float_to_u8([.nan, -.infinity, .infinity, 1.5 / 255 - 1e-6, 1.5 / 255 + 1e-6], &limits, 5)
    #expect(limits == [0, 0, 255, 1, 2])
  }

  /// What was written to while it was read may be half of the one and half of the other picture.
  @Test func filesThatChangeWhileTheyAreRead() throws {
    let folder = try TemporaryFolder()
    let path = folder.file("a.png")
    let bytes = [UInt8](repeating: 7, count: 3 << 20)
    for change in [{ truncate(path, 1 << 20) }, { utimes(path, [timeval(tv_sec: 9, tv_usec: 0), timeval()]) }] {
      try Data(bytes).write(to: URL(filePath: path))
      let error = #expect(throws: PictureFileError.self) { try InputFile.read(path) { _ in #expect(change() == 0) } }
      #expect(error == .notAPicture(path: path, reason: .changed) && error?.exitStatus == 65)
    }
    try Data(bytes).write(to: URL(filePath: path))
    #expect(try InputFile.read(path) { _ in } == bytes)
  }
}
