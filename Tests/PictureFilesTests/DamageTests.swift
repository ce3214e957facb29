import Foundation
import ResShift
import Testing

@testable import PictureFiles

@Suite struct DamageTests {
  /// Whole small files of all types, as this module and others write them.
  private static let whole = [
    "gray.jpg", "icc.jpg", "progressive.jpg", "orientation-6.jpg", "rgb-16.png", "rgb-interlaced.png",
    "palette-trns.png", "icc.png", "icc.webp", "alpha.webp", "rgb-lzw.tif", "icc.tif", "ycbcr-jpeg.tif",
    "gray-1bit-g4.tif", "rgba16-planar-tiles.tif", "gray-alpha-strips.tif", "orientation-5.tif",
  ]

  @Test(arguments: whole) func truncatedIsAnError(name: String) throws {
    let folder = try TemporaryFolder()
    let bytes = try fixtureBytes(name)
    let step = max(1, bytes.count / 400)
    // The end marker has nothing of the picture; it may be missing (NoticeTests).
    let end = bytes.count - (name.hasSuffix("png") ? 12 : name.hasSuffix("jpg") ? 2 : 0)
    for count in [0, 1, 3, 11] + stride(from: 12, to: end, by: step) + [end - 1] {
      let error = try #require(try errorReading(Array(bytes[..<count]), in: folder), "\(count) of \(bytes.count) bytes")
      #expect(error.exitStatus == 65)
      #expect(!error.description.contains("\n"))
    }
  }

  @Test(arguments: whole) func flippedBytesLoadOrThrow(name: String) throws {
    let folder = try TemporaryFolder()
    let bytes = try fixtureBytes(name)
    var generator = SeededGenerator(state: 2)
    for _ in 0..<400 {
      var broken = bytes
      for _ in 0..<Int.random(in: 1...3, using: &generator) {
        // Most of what can go wrong is in the headers.
        let limit = Bool.random(using: &generator) ? min(200, bytes.count) : bytes.count
        broken[Int.random(in: 0..<limit, using: &generator)] = UInt8.random(in: 0...255, using: &generator)
      }
      let error = try errorReading(broken, in: folder)
      #expect(error == nil || error?.exitStatus == 65 || error?.exitStatus == 71)
    }
    #expect(try folder.contents == ["broken.png"])
  }

  @Test func notPictures() throws {
    let folder = try TemporaryFolder()
    let cases: [(bytes: [UInt8], word: String)] = [
      ([], "empty"), (Array("Dear reader,\nthis is a text.\n".utf8), "no picture"), (Array("GIF89a".utf8), "GIF"),
      (Array("gimp xcf v011".utf8), "GIMP"), ([UInt8](repeating: 0, count: 5000), "no picture"),
    ]
    for (bytes, word) in cases {
      let error = try #require(try errorReading(bytes, in: folder))
      guard case .notAPicture(let path, _) = error else {
        Issue.record("\(error)")
        continue
      }
      #expect(path == folder.file("broken.png"))
      #expect(error.description.contains(word))
    }
  }

  @Test func contentDecidesNotTheName() throws {
    let folder = try TemporaryFolder()
    try folder.write(try fixtureBytes("gray.jpg"), to: "a.png")
    #expect(try PictureFile.read(folder.file("a.png")).image.channels == 1)
  }

  @Test func absurdSizesAreRefusedBeforeMemoryIsTaken() throws {
    let folder = try TemporaryFolder()
    // IHDR of 2^31 - 1 squared, and of 2^31 squared, which PNG cannot have.
    for (first, isTooLarge) in [(UInt8(0x7f), true), (0x80, false)] {
      let side: [UInt8] = first == 0x7f ? [0x7f, 0xff, 0xff, 0xff] : [0x80, 0, 0, 0]
      let signature: [UInt8] = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]
      let bytes = signature + chunk("IHDR", side + side + [8, 6, 0, 0, 0]) + chunk("IDAT", [])
      let error = try #require(try errorReading(bytes, in: folder))
      if isTooLarge {
        #expect(error.description.contains("2147483647 x 2147483647 pixels are too many"))
      } else {
        #expect(error.description.contains("is damaged"))
      }
    }
    // The largest JPEG, and a TIFF of 100,000 squared.
    var jpeg = try fixtureBytes("gray.jpg")
    let frame = try #require(jpeg.indices.first { jpeg[$0] == 0xff && jpeg[$0 + 1] == 0xc0 })
    jpeg.replaceSubrange(frame + 5..<frame + 9, with: [0xff, 0xdc, 0xff, 0xdc])
    #expect(try #require(try errorReading(jpeg, in: folder)).description.contains("65500 x 65500 pixels are too many"))
    var tiff = try fixtureBytes("gray-white.tif")
    setLong(&tiff, tags: 256...257, to: [0xa0, 0x86, 1, 0])
    let error = try #require(try errorReading(tiff, in: folder))
    #expect(error.description.contains("100000 x 100000 pixels are too many"))
  }

  @Test func filesThatUnpackWithoutEndAreRefused() throws {
    let folder = try TemporaryFolder()
    // Tiles of 2^20 squared for a small picture.
    var tiff = try fixtureBytes("rgb-tiles.tif")
    setLong(&tiff, tags: 322...323, to: [0, 0, 0x10, 0])
    #expect(try #require(try errorReading(tiff, in: folder)).description.contains("is damaged"))
    // The first scan of a progressive JPEG, up to the next table or scan, again and again.
    let jpeg = try fixtureBytes("progressive.jpg")
    func marker(_ codes: Set<UInt8>, from start: Int) -> Int? {
      (start..<jpeg.count - 1).first { jpeg[$0] == 0xff && codes.contains(jpeg[$0 + 1]) }
    }
    let scan = try #require(marker([0xda], from: 0))
    let next = try #require(marker([0xc4, 0xda], from: scan + 2))
    let endless = jpeg.dropLast(2) + repeatElement(jpeg[scan..<next], count: 300).joined() + [0xff, 0xd9]
    #expect(try #require(try errorReading(Array(endless), in: folder)).description.contains("without end"))
  }

  @Test func missingFolderAndPermission() throws {
    let folder = try TemporaryFolder()
    for path in [folder.file("none.png"), folder.file("none/none.png"), folder.file("file/none.png"), ""] {
      try folder.write([1], to: "file")
      let error = #expect(throws: PictureFileError.self) { try PictureFile.read(path) }
      #expect(error == .notFound(path: path, reason: .missing))
      #expect(error?.description == "\(path): there is no such file")
      #expect(error?.exitStatus == 66)
    }
    let error = #expect(throws: PictureFileError.self) { try PictureFile.read(folder.path) }
    #expect(error == .notAPicture(path: folder.path, reason: .folder))
    #expect(error?.description == "\(folder.path): this is a folder, not a picture")
    if geteuid() != 0 {
      chmod(folder.file("file"), 0)
      #expect(throws: PictureFileError.self) { try PictureFile.read(folder.file("file")) }
    }
  }

  @Test func exifBlocksAreReadWithinBounds() throws {
    var written = ExifBlock()
    written.describe(width: 1, height: 1, resolution: .init(x: 300, y: 72.5), moved: false)
    let block = written.bytes
    #expect(Exif(block).resolution == .init(x: 300, y: 72.5))
    for count in block.indices { _ = Exif(Array(block[..<count])) }
    var generator = SeededGenerator(state: 3)
    for _ in 0..<2000 {
      var broken = block
      for _ in 0..<4 {
        broken[Int.random(in: broken.indices, using: &generator)] = UInt8.random(in: 0...255, using: &generator)
      }
      #expect((1...8).contains(Exif(broken).orientation))
    }
  }

  /// Gives entries of a little-endian TIFF's first directory one value of 32 bits.
  private func setLong(_ tiff: inout [UInt8], tags: ClosedRange<Int>, to value: [UInt8]) {
    let directory = Int(tiff[4]) | Int(tiff[5]) << 8
    let count = Int(tiff[directory]) | Int(tiff[directory + 1]) << 8
    for at in (0..<count).map({ directory + 2 + $0 * 12 }) where tags.contains(Int(tiff[at]) | Int(tiff[at + 1]) << 8) {
      tiff.replaceSubrange(at + 2..<at + 12, with: [4, 0, 1, 0, 0, 0] + value)
    }
  }
}
