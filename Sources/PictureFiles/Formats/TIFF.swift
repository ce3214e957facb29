import CPictureCodecs

extension PictureFormat {
  /// TIFF 6.0 and BigTIFF, with Exif, XMP and IPTC in its tags: 8 and 16 bits, everything else as it is.
  public static let tiff = PictureFormat(
    name: "TIFF", extensions: ["tif", "tiff"], otherExtensions: [], bitDepths: [8, 16], longestSide: 0x7fff_ffff,
    hasSignature: { start in
      [[0x49, 0x49, 42, 0], [0x4d, 0x4d, 0, 42], [0x49, 0x49, 43, 0], [0x4d, 0x4d, 0, 43]]
        .contains { start.starts(with: $0) }
    },
    decode: { cpc_read_tiff($0, $1, $2, $3) }, encode: { picture, _, file in cpc_write_tiff(picture, file) },
    takesDescriptor: false,
    readMetadata: { $0.readTIFF($1) }, addMetadata: { $0.addTIFF($1, $2, $3) })
}

extension MetadataReader {
  fileprivate mutating func readTIFF(_ bytes: [UInt8]) {
    guard let structure = TIFFStructure(bytes) else { return }
    let pages = structure.pages
    if pages > 1 { notices.append(.pages(pages)) }
    guard let first = structure.directory(at: structure.first) else { return }
    func value(_ tag: Int) -> [UInt8]? {
      first.entries.first { $0.tag == tag }.map { Array(structure.bytes[$0.place]) }
    }
    if first.entries.contains(where: { $0.tag == ExifTag.photoshopLayers }) {
      notices.append(.layers)
    }
    if let packet = value(ExifTag.xmp) { readXMP(packet) }
    if let records = value(ExifTag.iptc) ?? value(ExifTag.photoshop).flatMap(IPTC.inResources) { readIPTC(records) }
    readExif(structure)
  }
}

extension MetadataWriter {
  /// One block, a TIFF structure to which the codec adds the picture.
  fileprivate mutating func addTIFF(_ exif: ExifBlock, _ xmp: [UInt8]?, _ iptc: [UInt8]?) {
    var exif = exif
    if let xmp { exif.set(.init(tag: ExifTag.xmp, type: 1, count: xmp.count, bytes: xmp)) }
    if let iptc {
      // As all do it, against Adobe's own words: numbers of 32 bits, whose bytes are not in the file's order.
      let words = iptc + [UInt8](repeating: 0, count: (4 - iptc.count % 4) % 4)
      exif.set(.init(tag: ExifTag.iptc, type: 4, count: words.count / 4, bytes: words))
    }
    if !exif.isEmpty { blocks.append(FileBlock(code: 0, data: exif.bytes)) }
  }
}
