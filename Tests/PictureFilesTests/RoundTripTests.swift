import Foundation
import ResShift
import Testing

@testable import PictureFiles

@Suite struct RoundTripTests {
  /// A picture of random samples that `bitDepth` bits hold exactly.
  private func random(
    _ width: Int, _ height: Int, channels: Int, bitDepth: Int, _ generator: inout SeededGenerator
  ) -> PixelImage {
    let largest = bitDepth == 16 ? 65535 : 255
    let samples = (0..<width * height * channels).map { _ in
      Float(Int.random(in: 0...largest, using: &generator)) / Float(largest)
    }
    return PixelImage(width: width, height: height, channels: channels, samples: samples)
  }

  /// A block that passes as a profile of that colour space (ICC.1, section 7.2): a header and one tag.
  private func profile(_ space: String) -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: 144)
    bytes.replaceSubrange(2..<4, with: [1, 144])  // 400 bytes in all
    bytes[8] = 2
    bytes.replaceSubrange(12..<24, with: "mntr\(space)XYZ ".utf8)
    bytes.replaceSubrange(36..<40, with: "acsp".utf8)
    bytes.replaceSubrange(68..<80, with: [0, 0, 0xf6, 0xd6, 0, 1, 0, 0, 0, 0, 0xd3, 0x2d])  // D50
    bytes[131] = 1
    bytes.replaceSubrange(132..<144, with: Array("cprt".utf8) + [0, 0, 0, 144, 0, 0, 1, 0])
    // libpng does not read back what packs into a few bytes.
    var generator = SeededGenerator(state: 4)
    return bytes + Array("text".utf8) + (0..<252).map { _ in UInt8.random(in: 0...255, using: &generator) }
  }

  @Test(arguments: ["png", "tif"], [8, 16]) func lossless(suffix: String, bitDepth: Int) throws {
    let folder = try TemporaryFolder()
    var generator = SeededGenerator(state: 1)
    for (width, height) in [(1, 1), (1, 9), (13, 1), (31, 17), (3000, 2), (64, 700)] {
      for channels in 1...4 {
        let image = random(width, height, channels: channels, bitDepth: bitDepth, &generator)
        let path = folder.file("a.\(suffix)")
        let written = PictureFile(
          image: image, bitDepth: bitDepth, iccProfile: profile(channels < 3 ? "GRAY" : "RGB "),
          resolution: .init(x: 300, y: 150))
        try written.write(to: path, bitDepth: bitDepth)
        let read = try PictureFile.read(path)
        #expect(read.image == image, "\(width) x \(height) x \(channels)")
        #expect(read.bitDepth == bitDepth)
        #expect(read.iccProfile == written.iccProfile, "\(channels) channels")
        #expect(read.resolution == written.resolution)
      }
    }
    #expect(try folder.contents == ["a.\(suffix)"])
  }

  @Test func fewerBitsRoundToNearest() throws {
    let folder = try TemporaryFolder()
    let image = picture(256, 1, largest: 65535) { x, _ in [x * 257 + (x < 255 ? 100 : 0)] }
    try PictureFile(image: image, bitDepth: 16).write(to: folder.file("a.png"), bitDepth: 8)
    #expect(try PictureFile.read(folder.file("a.png")).image == picture(256, 1) { x, _ in [x] })
  }

  @Test(arguments: ["jpg", "webp"]) func lossy(suffix: String) throws {
    let folder = try TemporaryFolder()
    let path = folder.file("a.\(suffix)")
    let file = PictureFile(
      image: smooth, bitDepth: 8, iccProfile: profile("RGB "), resolution: .init(x: 300, y: 150))
    try file.write(to: path, bitDepth: 8)
    let read = try PictureFile.read(path)
    #expect(difference(read.image, smooth) < 10 / 255)
    #expect(read.iccProfile == file.iccProfile)
    #expect(read.resolution == file.resolution)
  }

  /// In memory as through a file of the usual quality; a lower one loses more.
  @Test func jpegWithoutAFile() throws {
    let folder = try TemporaryFolder()
    try PictureFile(image: smooth, bitDepth: 8).write(to: folder.file("a.jpg"), bitDepth: 8)
    let file = try PictureFile.read(folder.file("a.jpg")).image
    #expect(try smooth.throughJPEG(quality: 95) == file)
    #expect(try difference(smooth.throughJPEG(quality: 10), smooth) > difference(file, smooth))
  }

  @Test func jpegKeepsColourDetail() throws {
    // Columns of red and of blue: with shared chroma they would run together to purple.
    let folder = try TemporaryFolder()
    let image = picture(32, 32) { x, _ in x % 2 == 0 ? [220, 30, 30] : [30, 30, 220] }
    try PictureFile(image: image, bitDepth: 8).write(to: folder.file("a.jpeg"), bitDepth: 8)
    #expect(difference(try PictureFile.read(folder.file("a.jpeg")).image, image) < 24 / 255)
  }

  @Test func grayStaysGray() throws {
    let folder = try TemporaryFolder()
    let gray = picture(24, 16) { x, y in [x * 5 + y * 5] }
    try PictureFile(image: gray, bitDepth: 8).write(to: folder.file("a.jpg"), bitDepth: 8)
    #expect(difference(try PictureFile.read(folder.file("a.jpg")).image, gray) < 6 / 255)
    // WebP has no gray: three equal channels.
    let grayAlpha = picture(24, 16) { x, y in [x * 5 + y * 5, 255 - x * 10] }
    try PictureFile(image: grayAlpha, bitDepth: 8).write(to: folder.file("a.webp"), bitDepth: 8)
    let webp = try PictureFile.read(folder.file("a.webp")).image
    #expect(webp.channels == 4)
    #expect(webp.plane(3) == grayAlpha.plane(1), "alpha is lossless")
    for c in 0..<3 { #expect(difference(webp.plane(c), grayAlpha.plane(0)) < 10 / 255) }
  }

  @Test func profileOfOtherColoursIsLeftOut() throws {
    let folder = try TemporaryFolder()
    for suffix in ["png", "jpg", "tif", "webp"] {
      let path = folder.file("a.\(suffix)")
      try PictureFile(image: Small.rgb, bitDepth: 8, iccProfile: profile("GRAY")).write(to: path, bitDepth: 8)
      #expect(try PictureFile.read(path).iccProfile == nil)
      try PictureFile(image: Small.gray, bitDepth: 8, iccProfile: profile("RGB ")).write(to: path, bitDepth: 8)
      #expect(try PictureFile.read(path).iccProfile == nil || suffix == "webp")
      try PictureFile(image: Small.rgb, bitDepth: 8, iccProfile: [1, 2, 3]).write(to: path, bitDepth: 8)
      #expect(try PictureFile.read(path).iccProfile == nil)
    }
  }

  @Test func coloursUnderAlphaZeroSurvive() throws {
    let folder = try TemporaryFolder()
    let image = picture(5, 4) { x, y in [x * 50, y * 60, 77, x % 2 * 255] }
    for name in ["a.png", "a.tif"] {
      try PictureFile(image: image, bitDepth: 8).write(to: folder.file(name), bitDepth: 8)
      #expect(try PictureFile.read(folder.file(name)).image == image)
    }
  }

  @Test func jpegPutsTransparencyOnWhiteAndSaysSo() throws {
    let folder = try TemporaryFolder()
    let image = picture(16, 16) { x, _ in [0, 0, 200, x < 8 ? 0 : 255] }
    var notices: [String] = []
    let path = folder.file("a.jpg")
    try PictureFile(image: image, bitDepth: 8).write(to: path, bitDepth: 8) { notices.append($0) }
    let expected = picture(16, 16) { x, _ in x < 8 ? [255, 255, 255] : [0, 0, 200] }
    #expect(difference(try PictureFile.read(path).image, expected) < 10 / 255)
    #expect(notices.count == 1 && notices[0].contains(path) && notices[0].contains("white"))

    notices = []
    let opaque = picture(16, 16) { x, _ in [x, 255] }
    try PictureFile(image: opaque, bitDepth: 8).write(to: path, bitDepth: 8) { notices.append($0) }
    #expect(notices.isEmpty, "nothing was lost")
    #expect(try PictureFile.read(path).image.channels == 1)
  }

  /// Of what is hidden nothing is seen, not even where a lossy file blurs its edge.
  @Test func hiddenColoursStayHidden() throws {
    let folder = try TemporaryFolder()
    func disc(hidden: [Int]) -> PixelImage {
      picture(80, 80) { x, y in
        let (across, down) = (x - 40, y - 40)
        return across * across + down * down < 500 ? [40, 160, 80, 255] : hidden + [0]
      }
    }
    for suffix in ["webp", "jpg"] {
      let files = try [[255, 0, 255], [0, 0, 0]].map { hidden in
        try PictureFile(image: disc(hidden: hidden), bitDepth: 8).write(to: folder.file("a.\(suffix)"), bitDepth: 8)
        return try bytes(folder.file("a.\(suffix)"))
      }
      #expect(files[0] == files[1], "\(suffix)")
    }
    try PictureFile(image: disc(hidden: [255, 0, 255]), bitDepth: 8).write(to: folder.file("a.webp"), bitDepth: 8)
    let read = try PictureFile.read(folder.file("a.webp")).image
    let colour: [Float] = [40, 160, 80]
    for pixel in 0..<6400 where read.samples[4 * pixel + 3] > 0 {
      for c in 0..<3 {
        let off = abs(read.samples[4 * pixel + c] * 255 - colour[c])
        #expect(off <= 3, "one colour everywhere: only rounding is lost")
      }
    }
  }

  @Test func alphaThatIsNoNumberIsNone() throws {
    let folder = try TemporaryFolder()
    var image = picture(16, 16) { _, _ in [200, 0, 0, 255] }
    for pixel in 0..<256 { image.samples[4 * pixel + 3] = .nan }
    try PictureFile(image: image, bitDepth: 8).write(to: folder.file("a.jpg"), bitDepth: 8)
    #expect(
      difference(try PictureFile.read(folder.file("a.jpg")).image, picture(16, 16) { _, _ in [255, 255, 255] }) == 0)
  }

  /// Multiplied, rounded and divided again, a colour with little alpha could become any other; it stays near its
  /// neighbours', and still has the product that was stored.
  @Test func littleAlphaHasNoLoudColours() {
    let colour: [Float] = [200 / 255, 120 / 255, 60 / 255]
    var stored = PixelImage(width: 64, height: 4, channels: 4)
    for y in 0..<4 {
      for x in 0..<64 {
        let alpha = Float(x) / 255
        for c in 0..<3 { stored[x, y, c] = (colour[c] * alpha * 255).rounded() / 255 }
        stored[x, y, 3] = alpha
      }
    }
    let image = stored.unmultiplied(step: 1 / 255)
    for x in 1..<64 {
      for c in 0..<3 {
        #expect((image[x, 2, c] * Float(x)).rounded() == (stored[x, 2, c] * 255).rounded())
        // Dividing alone is off by 0.5 / alpha: 127 for an alpha of 1, 32 for 4.
        if x >= 4 { #expect(abs(image[x, 2, c] - colour[c]) < 0.36 / Float(x), "\(x) \(c)") }
      }
    }
  }

  @Test func sameBytesEveryTime() throws {
    let folder = try TemporaryFolder()
    for suffix in PictureFormat.allExtensions {
      let path = folder.file("a.\(suffix)")
      try PictureFile(image: smooth, bitDepth: 8).write(to: path, bitDepth: 8)
      let first = try Data(contentsOf: URL(filePath: path))
      try PictureFile(image: smooth, bitDepth: 8).write(to: path, bitDepth: 8)
      #expect(try Data(contentsOf: URL(filePath: path)) == first)
    }
  }
}
