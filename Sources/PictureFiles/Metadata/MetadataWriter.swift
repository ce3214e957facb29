import CPictureCodecs

/// What PNG files say about colours: chunks as they stood in the file, kept as long as they fit the profile.
struct ChunkColour: Sendable, Equatable {
  var chunks: [FileBlock] = []
  /// The profile that was made of them, or that came with them.
  var profile: [UInt8]?
  /// Whether they say all that the profile says.
  var suffice = false

  /// Whether no profile can say what they say: PQ, HLG, video's range.
  var isHighRange: Bool {
    chunks.contains { $0.code == FileBlock.code("cICP") && ColourMeaning(codePoints: $0.data) == nil }
  }
}

/// The blocks that carry a picture's metadata in a file of one format.
struct MetadataWriter {
  /// Of TIFF one, a TIFF structure to which the picture is added.
  private(set) var blocks: [FileBlock] = []
  /// One line for the user for each thing that the format has no place for, without the path.
  var notices: [String] = []

  /// Bytes in a segment of JPEG.
  private static let segment = 65_533

  /// `width` and `height` are those of the picture that is written.
  init(_ picture: PictureFile, width: Int, height: Int, format: PictureFormat) {
    let metadata = picture.metadata
    let isScaled = width != metadata.width || height != metadata.height
    var exif = metadata.exif ?? ExifBlock()
    if metadata.exif != nil || format == .webp {
      exif.describe(
        width: width, height: height, resolution: picture.resolution, moved: metadata.isTurned || isScaled)
    }
    let isSimilar = width * metadata.height == height * metadata.width
    let xmp = metadata.xmp?.describing(width: width, height: height, turned: metadata.isTurned || !isSimilar)
    switch format {
    case .jpeg: addJPEG(exif, xmp, metadata.iptc)
    case .png: addPNG(exif, xmp, metadata.iptc)
    case .webp:
      if !exif.isEmpty { blocks.append(FileBlock("EXIF", exif.bytes)) }
      if let xmp { blocks.append(FileBlock("XMP ", xmp)) }
      if metadata.iptc != nil {
        notices.append("WebP has no place for IPTC records, they are left out; the others keep them")
      }
    case .tiff:
      if let xmp { exif.set(.init(tag: ExifTag.xmp, type: 1, count: xmp.count, bytes: xmp)) }
      if let iptc = metadata.iptc {
        // As all do it, against Adobe's own words: numbers of 32 bits, whose bytes are not in the file's order.
        let words = iptc + [UInt8](repeating: 0, count: (4 - iptc.count % 4) % 4)
        exif.set(.init(tag: ExifTag.iptc, type: 4, count: words.count / 4, bytes: words))
      }
      if !exif.isEmpty { blocks.append(FileBlock(code: 0, data: exif.bytes)) }
    }
    if metadata.format == format { blocks += metadata.texts }
  }

  /// PNG's chunks about colours, and the profile unless they say the same.
  mutating func addColours(of picture: PictureFile, profile: [UInt8]) {
    let colour = picture.chunkColour
    let isSame = colour.profile == picture.iccProfile
    var chunks = isSame ? colour.chunks : []
    if !profile.isEmpty, !(isSame && colour.suffice), let packed = Packing.deflated(profile) {
      chunks.append(FileBlock("iCCP", Array("ICC profile".utf8) + [0, 0] + packed))
    }
    blocks = chunks + blocks
  }

  private mutating func addJPEG(_ exif: ExifBlock, _ xmp: [UInt8]?, _ iptc: [UInt8]?) {
    func segment(_ marker: UInt32, _ mark: String, _ data: [UInt8]) -> FileBlock? {
      let all = Array(mark.utf8) + data
      return all.count <= Self.segment ? FileBlock(code: marker, data: all) : nil
    }
    if !exif.isEmpty {
      let mark = "Exif\0\0"
      if let whole = segment(0xe1, mark, exif.bytes) {
        blocks.append(whole)
      } else {
        var shorter = exif
        shorter.removeMakerNote()
        if let part = segment(0xe1, mark, shorter.bytes) {
          blocks.append(part)
          notices.append("JPEG's Exif block has no room for the maker's note, which is left out")
        } else {
          notices.append("JPEG has no room for its Exif block, which is left out")
        }
      }
    }
    if let xmp {
      if let whole = segment(0xe1, Mark.xmp, xmp) ?? segment(0xe1, Mark.xmp, Self.withoutPadding(xmp)) {
        blocks.append(whole)
      } else {
        notices.append("JPEG has no room for its XMP, which is left out")
      }
    }
    if let iptc {
      if let whole = segment(0xed, Mark.photoshop, IPTC.asResource(iptc)) {
        blocks.append(whole)
      } else {
        notices.append("JPEG has no room for its IPTC records, which are left out")
      }
    }
  }

  private mutating func addPNG(_ exif: ExifBlock, _ xmp: [UInt8]?, _ iptc: [UInt8]?) {
    if !exif.isEmpty { blocks.append(FileBlock("eXIf", exif.bytes)) }
    if let xmp { blocks.append(FileBlock("iTXt", Array(Mark.pngXMP.utf8) + [0, 0, 0, 0, 0] + xmp)) }
    if let iptc {
      // As ImageMagick and ExifTool have it: PNG itself has no place for it.
      let content = IPTC.asResource(iptc)
      var text = Array("Raw profile type iptc\0\niptc\n\(content.count)\n".utf8)
      let digits = Array("0123456789abcdef".utf8)
      for (i, byte) in content.enumerated() {
        text += [digits[Int(byte >> 4)], digits[Int(byte & 15)]]
        if i % 36 == 35 { text.append(10) }
      }
      blocks.append(FileBlock("tEXt", text + [10]))
    }
  }

  /// An XMP packet without the white space before its end, where programs may write in place.
  private static func withoutPadding(_ packet: [UInt8]) -> [UInt8] {
    let end = Array("<?xpacket end".utf8)
    guard packet.count > end.count,
      let at = (0...packet.count - end.count).last(where: { packet[$0...].starts(with: end) })
    else { return packet }
    let content = packet[..<at].lastIndex { $0 != 32 && !(9...13).contains($0) } ?? 0
    return Array(packet[...content] + packet[at...])
  }
}
