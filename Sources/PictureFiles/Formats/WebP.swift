import CPictureCodecs

extension PictureFormat {
  /// WebP (RFC 9649), lossy, with Exif and XMP in its chunks: 8 bits, no gray.
  public static let webp = PictureFormat(
    name: "WebP", extensions: ["webp"], otherExtensions: [], bitDepths: [8], longestSide: 16_383,
    hasSignature: { $0.starts(with: "RIFF".utf8) && $0.dropFirst(8).elementsEqual("WEBP".utf8) },
    end: { FileBlocks.endOfWebP($0) },
    decode: { cpc_read_webp($0, $1, $2, $3) }, encode: { cpc_write_webp($0, $1, $2) }, takesRows: false,
    takesDescriptor: false,
    readMetadata: { $0.readWebP(FileBlocks.ofWebP($1)) }, addMetadata: { $0.addWebP($1, $2, $3) }, needsExif: true,
    storable: { image, _ in
      let rgb = image.colourChannels == 1 ? image.grayAsRGB() : image
      return rgb.hasAlpha ? rgb.withHiddenColoursLikeSeen() : rgb
    })
}

extension FileBlocks {
  /// Where the file ends by its head (RIFF: a size of all that follows the first eight bytes, even); nil if that makes no
  /// sense.
  fileprivate static func endOfWebP(_ bytes: [UInt8]) -> Int? {
    guard bytes.count > 12 else { return nil }
    let size = (0..<4).reduce(0) { $0 | Int(bytes[4 + $1]) << (8 * $1) }
    let end = 8 + size + size & 1
    return end >= 12 ? end : nil
  }

  /// The chunks of a WebP file but for its pixels.
  fileprivate static func ofWebP(_ bytes: [UInt8]) -> [FileBlock] {
    var blocks: [FileBlock] = []
    var at = 12
    while at + 8 <= bytes.count, blocks.count < most {
      let size = (0..<4).reduce(0) { $0 | Int(bytes[at + 4 + $1]) << (8 * $1) }
      guard size <= bytes.count - at - 8 else { break }
      let code = bytes[at..<at + 4].reduce(0) { $0 << 8 | UInt32($1) }
      if ["EXIF", "XMP "].contains(code) {
        blocks.append(FileBlock(code: code, data: Array(bytes[at + 8..<at + 8 + size])))
      }
      at += 8 + size + size & 1
    }
    return blocks
  }
}

extension MetadataReader {
  fileprivate mutating func readWebP(_ blocks: [FileBlock]) {
    for block in blocks {
      if block.code == FileBlock.code("EXIF") { readExif(block.data) } else { readXMP(block.data) }
    }
  }
}

extension MetadataWriter {
  fileprivate mutating func addWebP(_ exif: ExifBlock, _ xmp: [UInt8]?, _ iptc: [UInt8]?) {
    if !exif.isEmpty { blocks.append(FileBlock("EXIF", exif.bytes)) }
    if let xmp { blocks.append(FileBlock("XMP ", xmp)) }
    if iptc != nil { notices.append(.noPlaceForIPTC) }
  }
}
