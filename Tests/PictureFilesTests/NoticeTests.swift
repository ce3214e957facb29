import CPictureCodecs
import Foundation
import ResShift
import Testing

@testable import PictureFiles

/// What reading leaves out, it says in one line.
@Suite struct NoticeTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func notices(_ file: [UInt8]) throws -> (lines: [String], picture: PictureFile) {
    try folder.write(file, to: "a.png")
    var lines: [String] = []
    let picture = try PictureFile.read(folder.file("a.png")) { lines.append($0) }
    #expect(lines.allSatisfy { $0.hasPrefix(folder.file("a.png") + ": ") && !$0.contains("\n") })
    return (lines, picture)
  }

  @Test(arguments: [
    ("extra0.tif", "a sample of each pixel"), ("two-extra.tif", "2 samples of each pixel"),
    ("unknown-then-alpha.tif", "a sample of each pixel"), ("pages.tif", "2 pages; only the first"),
    ("mpo.jpg", "2 pictures (MPO"), ("webp-trail.webp", "a byte after the end"), ("layers.tif", "layers are left out"),
    ("float-255.tif", "0.0 to 240.0; what is below 0 or above 1 is cut off; divide samples of 0...255 by 255 first"),
    ("float-hdr.tif", "from -0.25 to 4.0; what is below 0 or above 1 is cut off"),
    ("gray-float-odd.tif", "cut off"),
  ])
  func oneLine(name: String, words: String) throws {
    let (lines, picture) = try notices(try fixtureBytes(name))
    #expect(lines.count == 1 && lines[0].contains(words), "\(lines)")
    if name == "two-extra.tif" || name == "layers.tif" || name == "pages.tif" { #expect(picture.image == Small.rgb) }
    if name == "unknown-then-alpha.tif" { #expect(picture.image == Small.rgba) }
    if name == "extra0.tif" { #expect(picture.image.channels == 3) }
  }

  @Test(arguments: [
    "rgb-16.png", "gray.png", "palette-trns.png", "gray-trns.png", "icc.png", "orientation-6.jpg", "icc.webp",
    "icc.tif",
    "preview-first.tif", "gray-float.tif", "gray-half.tif", "rgba16-planar-tiles.tif", "alpha-associated.tif",
    "metadata.jpg", "gama1.png", "dcf-adobergb.jpg", "chromaticities.tif", "progressive.jpg",
  ])
  func nothingIsLeftOut(name: String) throws {
    #expect(try notices(try fixtureBytes(name)).lines == [])
  }

  @Test func animatedPNG() throws {
    let head = chunk("acTL", bigEndian(3) + bigEndian(0))
    let (lines, picture) = try notices(png(try fixtureBytes("gray.png"), adding: head))
    #expect(lines.count == 1 && lines[0].contains("animation of 3 frames") && picture.image == Small.gray)
  }

  @Test(arguments: ["gray.jpg", "icc.jpg", "progressive.jpg", "orientation-6.jpg", "metadata.jpg"])
  func missingEndOfJPEG(name: String) throws {
    let file = try fixtureBytes(name)
    let whole = try notices(file).picture.image
    for cut in 1...2 {
      let (lines, picture) = try notices(Array(file.dropLast(cut)))
      #expect(lines.count == 1 && lines[0].contains("lost its end") && picture.image == whole)
    }
  }

  /// A download that broke off in a file of full length, the rest of it zeros.
  @Test(arguments: ["gray.jpg", "icc.jpg", "progressive.jpg", "metadata.jpg"]) func zerosInsteadOfData(name: String)
    throws
  {
    let file = try fixtureBytes(name)
    let scan = try #require(file.indices.dropLast().last { file[$0] == 0xff && file[$0 + 1] == 0xda })
    let half = scan + 14 + (file.count - scan - 14) / 2
    for count in [file.count - half, file.count, 100_000] {
      let broken = Array(file[..<half]) + [UInt8](repeating: 0, count: count)
      #expect(try errorReading(broken, in: folder) != nil, "\(count)")
    }
  }

  /// A progressive file without its last scan, that is, without the last bits of its samples.
  @Test func missingScan() throws {
    let file = try fixtureBytes("progressive.jpg")
    let scans = file.indices.dropLast().filter { file[$0] == 0xff && file[$0 + 1] == 0xda }
    #expect(scans.count > 3)
    for scan in scans.dropFirst() {
      let error = try #require(try errorReading(Array(file[..<scan]), in: folder))
      #expect(error.description.contains("damaged"))
    }
  }

  @Test(arguments: ["gray.png", "rgb-16.png", "rgb-interlaced.png", "palette-trns.png"])
  func missingEndOfPNG(name: String) throws {
    let file = try fixtureBytes(name)
    let whole = try notices(file).picture.image
    for cut in [1, 4, 8, 9, 12] {
      let (lines, picture) = try notices(Array(file.dropLast(cut)))
      #expect(lines.count == 1 && lines[0].contains("lost its end") && picture.image == whole, "\(cut)")
    }
    #expect(try errorReading(Array(file.dropLast(13)), in: folder) != nil, "the pixels' checksum")
    // A text after the pixels, cut short.
    let text = Array(file.dropLast(12)) + chunk("tEXt", Array("Comment\0long".utf8)).dropLast(6)
    #expect(try notices(text).picture.image == whole)
  }

  @Test(arguments: ["gray.jpg", "gray.png", "icc.webp", "alpha.webp"]) func bytesAfterTheEnd(name: String) throws {
    let file = try fixtureBytes(name)
    let whole = try notices(file).picture.image
    for count in [1, 2, 1000] {
      let (lines, picture) = try notices(file + [UInt8](repeating: 0, count: count))
      #expect(lines.count == 1 && lines[0].contains(count == 1 ? "a byte after" : "\(count) bytes after"))
      #expect(picture.image == whole)
    }
  }

  @Test func damagedChunksBesideThePixels() throws {
    var text = chunk("tEXt", Array("Comment\0abc".utf8))
    text[text.count - 1] ^= 1
    let (lines, picture) = try notices(png(try fixtureBytes("gray.png"), adding: text))
    #expect(lines.count == 1 && lines[0].contains("tEXt") && picture.image == Small.gray)
  }

  /// Memory that ends after the buffer has grown is given back once, whatever the codec.
  @Test func runningOutOfMemoryWhileWriting() {
    var generator = SeededGenerator(state: 8)
    var samples = (0..<300 * 300 * 3).map { _ in UInt8.random(in: 0...255, using: &generator) }
    samples.withUnsafeMutableBytes { pixels in
      var picture = cpc_picture()
      picture.width = 300
      picture.height = 300
      picture.channels = 3
      picture.pixels = pixels.baseAddress
      for write in [
        { cpc_write_png($0, $1) }, { cpc_write_jpeg($0, 95, $1) }, { cpc_write_tiff($0, $1) },
        { cpc_write_webp($0, 95, $1) },
      ] as [(UnsafePointer<cpc_picture>, UnsafeMutablePointer<cpc_file>) -> cpc_status] {
        for limit in [1, 5000, 20_000, 60_000] {
          var file = cpc_file()
          file.limit = limit
          #expect(write(&picture, &file) == CPC_NO_MEMORY, "\(limit)")
          #expect(file.size <= limit)
          cpc_free_file(&file)
        }
        var file = cpc_file()
        file.limit = 1 << 20
        #expect(write(&picture, &file) == CPC_OK && file.size > 60_000)
        cpc_free_file(&file)
      }
    }
  }
}
