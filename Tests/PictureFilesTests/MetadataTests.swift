import Foundation
import ResShift
import Testing

@testable import PictureFiles

/// `metadata.jpg`: 24 x 16 pixels, stored turned (orientation 6), with Exif (big-endian; a maker's note at byte 400 of
/// the block that points to its own byte 12; a thumbnail), XMP, IPTC among Photoshop's resources (with a thumbnail and a
/// preview), and a comment.
@Suite struct MetadataTests {
  private let folder: TemporaryFolder
  private let picture: PictureFile

  init() throws {
    folder = try TemporaryFolder()
    picture = try PictureFile.read(fixture("metadata.jpg"))
  }

  /// The Exif block of a file that was written.
  private func block(_ file: [UInt8], _ suffix: String) throws -> [UInt8] {
    switch suffix {
    case "jpg": Array(file[(try #require(file.place(of: "Exif\0\0")) + 6)...])
    case "png": try #require(chunks(file)["eXIf"])
    case "webp": Array(file[(try #require(file.place(of: "EXIF")) + 8)...])
    default: file
    }
  }

  @Test(arguments: ["jpg", "png", "tif", "webp"]) func survive(suffix: String) throws {
    var doubled = picture
    doubled.image = PixelImage(width: 48, height: 32, channels: 3)
    var notices: [String] = []
    let path = folder.file("a.\(suffix)")
    try doubled.write(to: path, bitDepth: 8) { notices.append($0) }
    #expect(notices.count == (suffix == "webp" ? 1 : 0), "only WebP has no IPTC: \(notices)")
    let file = try bytes(path)

    let block = try block(file, suffix)
    let structure = try #require(TIFFStructure(block))
    let exif = try #require(ExifBlock(structure))
    func text(_ tag: Int, _ fields: [ExifBlock.Field]) -> String? {
      fields.first { $0.tag == tag }.map { String(decoding: $0.bytes, as: UTF8.self) }
    }
    func number(_ tag: Int) -> Int? { exif.exif.first { $0.tag == tag }?.bytes.reduce(0) { $0 << 8 | Int($1) } }
    #expect(text(0x010f, exif.main) == "Maker\0" && text(0x013b, exif.main) == "A. Uth\0")
    #expect(text(0x0132, exif.main) == "2019:05:01 10:00:00\0" && text(0x8298, exif.main) == "(c) A\0")
    #expect(text(0x9003, exif.exif) == "2019:05:01 10:00:00\0" && number(0x8827) == 200)
    #expect(
      exif.gps.first { $0.tag == 2 }?.bytes == bigEndian(47) + bigEndian(1) + bigEndian(0) + bigEndian(1) + bigEndian(0)
        + bigEndian(1))
    #expect(number(0xa002) == 48 && number(0xa003) == 32)
    #expect(number(0x9214) == nil, "a place in the picture is another one now")
    #expect(Exif(structure).orientation == 1 && Exif(structure).resolution == .init(x: 150, y: 300))
    let first = try #require(structure.directory(at: structure.first))
    #expect(first.next == 0, "no thumbnail")
    // The maker's note is where it was, so what it points to is there.
    #expect(String(decoding: block[400..<408], as: UTF8.self) == "TESTMAKE")
    let pointer = block[408..<412].reduce(0) { $0 << 8 | Int($1) }
    #expect(String(decoding: block[pointer..<pointer + 14], as: UTF8.self) == "points to this")

    for kept in [
      "A. Uth\u{f6}r</rdf:li>", "xmp:Rating=\"4\"", "t:Make='Maker'", "exif:PixelXDimension=\"48\"",
      "<exif:PixelYDimension>32</exif:PixelYDimension>", "<?xpacket end",
    ] {
      #expect(file.contains(kept), "\(kept)")
    }
    for gone in ["Orientation=", "Orientation>", "Thumbnails", "xmpGImg", "a thumbnail", "preview", "JFIF"]
    where gone != "JFIF" || suffix != "jpg" {
      #expect(!file.contains(gone), "\(gone)")
    }
    let read = try PictureFile.read(path)
    #expect(read.metadata.iptc == (suffix == "webp" ? nil : picture.metadata.iptc))
    #expect(read.metadata.xmp != nil && read.image.width == 48)
    #expect(read.metadata.texts == (suffix == "jpg" ? [FileBlock(code: 0xfe, data: Array("a comment".utf8))] : []))
    #expect(read.metadata.exif?.exif.first { $0.tag == ExifTag.makerNote }?.place == 400)
  }

  @Test(arguments: ["jpg", "png", "tif", "webp"]) func emptyMetadataLeaveOutAll(suffix: String) throws {
    var bare = picture
    bare.metadata = PictureMetadata()
    let path = folder.file("a.\(suffix)")
    try bare.write(to: path, bitDepth: 8)
    let file = try bytes(path)
    for gone in ["Maker", "Uth", "2019", "a comment", "xpacket", "8BIM", "Raw profile", "47"] {
      #expect(!file.contains(gone) || gone == "47")
    }
    let read = try PictureFile.read(path)
    #expect(read.metadata.xmp == nil && read.metadata.iptc == nil && read.metadata.exif?.exif.isEmpty ?? true)
    #expect(read.resolution == .init(x: 150, y: 300))
  }

  /// From every type into every other and back: nothing is lost on the way but IPTC in WebP.
  @Test(arguments: ["png", "tif", "webp"]) func chain(suffix: String) throws {
    try picture.write(to: folder.file("a.\(suffix)"), bitDepth: 8)
    let middle = try PictureFile.read(folder.file("a.\(suffix)"))
    try middle.write(to: folder.file("b.jpg"), bitDepth: 8)
    let end = try PictureFile.read(folder.file("b.jpg"))
    try picture.write(to: folder.file("c.jpg"), bitDepth: 8)
    let direct = try PictureFile.read(folder.file("c.jpg"))
    #expect(end.metadata.exif == direct.metadata.exif)
    #expect(end.metadata.xmp == direct.metadata.xmp)
    #expect(end.metadata.iptc == (suffix == "webp" ? nil : direct.metadata.iptc))
  }

  /// The pixels stay what they are with a block of the other byte order before them.
  @Test(arguments: [8, 16]) func pixelsOfTIFF(bitDepth: Int) throws {
    var generator = SeededGenerator(state: 9)
    var file = picture
    let samples = (0..<200 * 150 * 3).map { _ in Float(UInt16.random(in: 0...65535, using: &generator)) / 65535 }
    file.image = PixelImage(width: 200, height: 150, channels: 3, samples: samples)
    try file.write(to: folder.file("a.tif"), bitDepth: 16)
    let read = try PictureFile.read(folder.file("a.tif"))
    #expect(read.image == file.image && read.metadata.exif != nil)
    #expect(try bytes(folder.file("a.tif")).starts(with: "MM".utf8))
  }

  @Test func sameBytesEveryTime() throws {
    for suffix in ["jpg", "png", "tif", "webp"] {
      let path = folder.file("a.\(suffix)")
      try picture.write(to: path, bitDepth: 8)
      let first = try bytes(path)
      try PictureFile.read(fixture("metadata.jpg")).write(to: path, bitDepth: 8)
      #expect(try bytes(path) == first)
    }
  }

  /// Any bytes where metadata are: the picture is read or refused, and what was read can be written in every type.
  @Test func damagedMetadataNeverCostThePicture() throws {
    let types: [PictureFormat] = [.jpeg, .png, .tiff, .webp]
    func encoded(_ picture: PictureFile, _ format: PictureFormat, _ notice: ((String) -> Void)? = nil) throws -> [UInt8]
    {
      let file = try Encoder(format: format, path: "a", bitDepth: 8).encode(picture, notice: notice)
      defer { file.free() }
      return [UInt8](file.bytes)
    }
    var generator = SeededGenerator(state: 6)
    var survivors = 0
    for (i, format) in types.enumerated() {
      let file = try encoded(picture, format)
      for round in 0..<1000 {
        var broken = file
        for _ in 0..<Int.random(in: 1...6, using: &generator) {
          let at = Int.random(in: 12..<file.count, using: &generator)
          broken[at] = UInt8.random(in: 0...255, using: &generator)
        }
        var notices: [String] = []
        let decoder = Decoder(format: format, path: "a")
        guard let read = try? decoder.decode(broken, notice: { notices.append($0) }) else { continue }
        survivors += 1
        let target = types[(i + round) % 4]
        let again = try encoded(read, target) { notices.append($0) }
        #expect(notices.count < 12 && notices.allSatisfy { !$0.contains("\n") })
        #expect(try Decoder(format: target, path: "a").decode(again).image.width == read.image.width)
      }
    }
    #expect(survivors > 400, "most bytes are metadata")
  }

  @Test func damagedBlocksAreSpokenOf() throws {
    let plain = try fixtureBytes("gray.jpg")
    func reading(_ block: [UInt8]) throws -> [String] {
      try folder.write(Array(plain[..<2]) + block + Array(plain[2...]), to: "a.jpg")
      var notices: [String] = []
      let read = try PictureFile.read(folder.file("a.jpg")) { notices.append($0) }
      #expect(read.image.channels == 1 && read.metadata.isEmpty)
      return notices
    }
    let exif = try reading(segment(0xe1, Array("Exif\0\0nonsense".utf8)))
    #expect(exif.count == 1 && exif[0].contains("Exif block is damaged"))
    let xmp = try reading(segment(0xe1, Array("http://ns.adobe.com/xap/1.0/\0<a><b></a>".utf8)))
    #expect(xmp.count == 1 && xmp[0].contains("XMP is damaged"))
    let iptc: [UInt8] = Array("Photoshop 3.0\0".utf8) + IPTC.asResource([0x1c, 2, 80, 0, 200, 65])
    let records = try reading(segment(0xed, iptc))
    #expect(records.count == 1 && records[0].contains("IPTC records are damaged"))
  }

  @Test func whatJPEGHasNoRoomFor() throws {
    func writing(_ change: (inout PictureMetadata) -> Void) throws -> (notices: [String], read: PictureFile) {
      var file = picture
      change(&file.metadata)
      var notices: [String] = []
      try file.write(to: folder.file("a.jpg"), bitDepth: 8) { notices.append($0) }
      return (notices, try PictureFile.read(folder.file("a.jpg")))
    }
    func packet(_ text: Int, padding: Int) -> XMPPacket? {
      let text = String(repeating: "x", count: text)
      let space = String(repeating: " \n", count: padding / 2)
      return XMPPacket(Array("<a>\(text)</a>\(space)<?xpacket end=\"w\"?>".utf8))
    }
    let padded = try writing { $0.xmp = packet(40_000, padding: 100_000) }
    #expect(padded.notices.isEmpty && padded.read.metadata.xmp == packet(40_000, padding: 0))
    let long = try writing { $0.xmp = packet(70_000, padding: 0) }
    #expect(long.notices.count == 1 && long.notices[0].contains("XMP") && long.read.metadata.xmp == nil)
    let note = try writing { metadata in
      metadata.exif?.removeMakerNote()
      let bytes = Array("FUJIFILM".utf8) + [UInt8](repeating: 7, count: 70_000)
      metadata.exif?.exif.append(.init(tag: ExifTag.makerNote, type: 7, count: bytes.count, bytes: bytes))
    }
    #expect(note.notices.count == 1 && note.notices[0].contains("maker's note"))
    #expect(note.read.metadata.exif?.main == (try writing { _ in }).read.metadata.exif?.main)
  }

  /// Texts of PNG, and metadata as older programs put them there.
  @Test func textsOfPNG() throws {
    let plain = try fixtureBytes("gray.png")
    let exif = try #require(picture.metadata.exif).bytes
    let hex = (Array("Exif\0\0".utf8) + exif).map { String($0 >> 4, radix: 16) + String($0 & 15, radix: 16) }.joined()
    let raw = Array("\nexif\n    \(exif.count + 6)\n\(hex)\n".utf8)
    let packed = try #require(Packing.deflated(raw))
    let author = Array("Author\0A. Uth".utf8)
    let file = png(
      plain, adding: chunk("zTXt", Array("Raw profile type exif\0\0".utf8) + packed), chunk("tEXt", author),
      chunk("tEXt", Array("Thumb::URI\0file:///home/me/a.png".utf8)))
    try folder.write(file, to: "a.png")
    let read = try PictureFile.read(folder.file("a.png"))
    #expect(read.metadata.exif?.gps == picture.metadata.exif?.gps)
    #expect(read.metadata.texts == [FileBlock("tEXt", author)])
    #expect(read.image == Small.gray, "not turned: other readers do not, either")
    try read.write(to: folder.file("b.png"), bitDepth: 8)
    #expect(chunks(try bytes(folder.file("b.png")))["tEXt"] == author)
    // A text that unpacks to very much is not unpacked.
    let bomb = try #require(Packing.deflated([UInt8](repeating: 48, count: 40 << 20)))
    try folder.write(png(plain, adding: chunk("zTXt", Array("Raw profile type exif\0\0".utf8) + bomb)), to: "a.png")
    #expect(try PictureFile.read(folder.file("a.png")).metadata.isEmpty)
  }

  /// How the old file was laid out is nobody's description of the picture.
  @Test func descriptionsOfTheOldFile() throws {
    #expect(try bytes(fixture("extra0.tif")).contains("{\"shape\": [56, 72, 4]}"))
    try PictureFile.read(fixture("extra0.tif")).write(to: folder.file("a.tif"), bitDepth: 8)
    #expect(try !bytes(folder.file("a.tif")).contains("shape"))
  }

  @Test func xmpThatIsNone() {
    for text in [
      "<a>", "</a>", "<a></b>", "<a", "<a b>", "<a b='1>", "<a b=1/>", "<!DOCTYPE a [<!ENTITY b 'c'>]><a/>",
      "<a><!-- </a>",
      "<a b='<'/>", String(repeating: "<a>", count: 300) + String(repeating: "</a>", count: 300),
    ] {
      #expect(XMPPacket(Array(text.utf8)) == nil, "\(text)")
    }
    #expect(XMPPacket([0x3c, 0x61, 0x3e, 0xff, 0x3c, 0x2f, 0x61, 0x3e]) == nil, "not UTF-8")
    #expect(XMPPacket([]) != nil)
  }

  /// Properties are found by their namespace, whatever its prefix, and only those.
  @Test func xmpIsEditedByName() throws {
    let text = """
      <r:RDF xmlns:r="x" xmlns:T="http://ns.adobe.com/tiff/1.0/" xmlns:o="http://example.com/"><r:D o:Orientation="6"
        T:Orientation = '8'/><r:D xmlns:T="http://example.com/" T:Orientation="3"><![CDATA[<T:Orientation>]]></r:D>\
      <Orientation xmlns="http://ns.adobe.com/tiff/1.0/"><x><y/></x></Orientation><!-- T:Orientation --></r:RDF>
      """
    let packet = try #require(XMPPacket(Array(text.utf8)))
    let expected = """
      <r:RDF xmlns:r="x" xmlns:T="http://ns.adobe.com/tiff/1.0/" xmlns:o="http://example.com/"><r:D o:Orientation="6"/>\
      <r:D xmlns:T="http://example.com/" T:Orientation="3"><![CDATA[<T:Orientation>]]></r:D><!-- T:Orientation --></r:RDF>
      """
    #expect(String(decoding: packet.describing(width: 3, height: 4, turned: false), as: UTF8.self) == expected)
    let regions = Array("<a xmlns:m='http://www.metadataworkinggroup.com/schemas/regions/'><m:Regions/></a>".utf8)
    let faces = try #require(XMPPacket(regions))
    #expect(faces.describing(width: 3, height: 4, turned: false) == regions)
    #expect(!faces.describing(width: 3, height: 4, turned: true).contains("m:Regions"))
  }
}
