import CPictureCodecs

extension PictureFormat {
  /// JPEG (ITU-T T.81), with Exif, XMP, IPTC and comments in its segments: 8 bits, no alpha.
  public static let jpeg = PictureFormat(
    name: "JPEG", extensions: ["jpg", "jpeg"], otherExtensions: ["jpe", "jfif", "mpo"], bitDepths: [8],
    longestSide: 65_500, hasSignature: { $0.starts(with: [0xff, 0xd8, 0xff]) },
    decode: { cpc_read_jpeg($0, $1, $2, $3) }, encode: { cpc_write_jpeg($0, $1, $2) },
    readMetadata: { $0.readJPEG(FileBlocks.ofJPEG($1)) }, addMetadata: { $0.addJPEG($1, $2, $3) },
    storable: { image, notice in
      guard image.hasAlpha else { return image }
      let (flat, changed) = image.onWhite()
      if changed { notice(.noTransparency) }
      return flat
    })
}

extension FileBlocks {
  /// The segments of a JPEG file up to its first scan.
  fileprivate static func ofJPEG(_ bytes: [UInt8]) -> [FileBlock] {
    var blocks: [FileBlock] = []
    var at = 2
    while at + 4 <= bytes.count, blocks.count < most {
      guard bytes[at] == 0xff else { break }
      let marker = bytes[at + 1]
      if marker == 0xff {
        at += 1
        continue
      }
      if marker == 0x01 || (0xd0...0xd8).contains(marker) {
        at += 2
        continue
      }
      let size = Int(bytes[at + 2]) << 8 | Int(bytes[at + 3])
      guard marker != 0xda, marker != 0xd9, size >= 2, at + 2 + size <= bytes.count else { break }
      if marker >= 0xe0 { blocks.append(FileBlock(code: UInt32(marker), data: Array(bytes[at + 4..<at + 2 + size]))) }
      at += 2 + size
    }
    return blocks
  }
}

extension MetadataReader {
  fileprivate mutating func readJPEG(_ blocks: [FileBlock]) {
    var photoshop: [UInt8] = []
    for block in blocks {
      func begins(_ text: String) -> Bool { block.data.starts(with: text.utf8) }
      func rest(_ text: String) -> [UInt8] { Array(block.data.dropFirst(text.utf8.count)) }
      switch block.code {
      case 0xe1 where begins("Exif\0"): if metadata.exif == nil { readExif(block.data) }
      case 0xe1 where begins(MetadataMark.xmp): if metadata.xmp == nil { readXMP(rest(MetadataMark.xmp)) }
      case 0xe2 where begins("MPF\0"): readMultiPicture(rest("MPF\0"))
      case 0xed where begins(MetadataMark.photoshop): photoshop += rest(MetadataMark.photoshop)
      case 0xfe: keepText(block)
      default: break
      }
    }
    if let records = IPTC.inResources(photoshop) { readIPTC(records) }
    if metadata.xmp?.has(XMPPacket.extensionNote) == true {
      notices.append(.secondXMPPart)
    }
  }

  fileprivate mutating func readMultiPicture(_ bytes: [UInt8]) {
    guard let structure = TIFFStructure(bytes), let index = structure.directory(at: structure.first) else { return }
    let number = index.entries.first { $0.tag == 0xb001 }.flatMap { structure.numbers(of: $0).first } ?? 0
    guard number > 1 else { return }
    hasFurtherPictures = true
    notices.append(.multiPicture(number))
  }
}

extension MetadataWriter {
  /// Bytes in a segment of JPEG.
  private static let segment = 65_533

  fileprivate mutating func addJPEG(_ exif: ExifBlock, _ xmp: [UInt8]?, _ iptc: [UInt8]?) {
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
          notices.append(.noRoomForMakerNote)
        } else {
          notices.append(.noRoomForExif)
        }
      }
    }
    if let xmp {
      if let whole = segment(0xe1, MetadataMark.xmp, xmp) ?? segment(0xe1, MetadataMark.xmp, Self.withoutPadding(xmp)) {
        blocks.append(whole)
      } else {
        notices.append(.noRoomForXMP)
      }
    }
    if let iptc {
      if let whole = segment(0xed, MetadataMark.photoshop, IPTC.asResource(iptc)) {
        blocks.append(whole)
      } else {
        notices.append(.noRoomForIPTC)
      }
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
