/// What a file holds besides its pixels, and what of it is not read.
struct MetadataReader {
  /// Without sizes.
  var metadata = PictureMetadata()
  /// What the numbers stand for, if no profile says so; `name` for the notice.
  var meaning: ColourMeaning?
  /// From PNG, where the codec does not read it.
  var profile: [UInt8]?
  /// PNG's own words about colours, for PNG files.
  var colourChunks: [FileBlock] = []
  /// Whether these say all: sRGB, and the gamma of 1/2.2 that readers take for it or for exactly that.
  var chunksSuffice = false
  /// Orientation and resolution of an Exif block.
  var exif = Exif([])
  /// What is not read.
  var notices: [PictureNotice] = []

  /// Bytes of comments that are kept.
  private static let mostText = 1 << 20
  private var hasTooMuchText = false
  /// Bytes that texts of this file may still be unpacked to.
  var room = 2 * XMPPacket.mostBytes

  init(_ bytes: [UInt8], format: PictureFormat) {
    metadata.format = format
    format.readMetadata(&self, bytes)
    if let kept = metadata.exif, kept.losesMakerNote {
      metadata.exif?.removeMakerNote()
      notices.append(.makerNoteTooFar)
    }
  }

  mutating func readExif(_ bytes: [UInt8]) {
    if let structure = TIFFStructure(Exif.withoutPrefix(bytes)) {
      exif = Exif(structure)
      readExif(structure)
    } else {
      notices.append(.exifDamaged)
    }
  }

  mutating func readExif(_ structure: TIFFStructure) {
    guard metadata.exif == nil else { return }
    guard let block = ExifBlock(structure) else {
      notices.append(.exifDamaged)
      return
    }
    if block.isDamaged { notices.append(.exifDamagedInParts) }
    if !block.isEmpty { metadata.exif = block }
    meaning = meaning ?? ColourMeaning(structure)
  }

  mutating func readXMP(_ bytes: [UInt8]) {
    guard metadata.xmp == nil else { return }
    metadata.xmp = XMPPacket(Array(bytes.prefix { $0 != 0 }))
    if metadata.xmp == nil { notices.append(.xmpDamaged) }
  }

  mutating func readIPTC(_ bytes: [UInt8]) {
    guard metadata.iptc == nil else { return }
    metadata.iptc = IPTC.records(bytes)
    if metadata.iptc == nil { notices.append(.iptcDamaged) }
  }

  /// Whether bytes after the end have been spoken of already.
  var hasFurtherPictures = false

  mutating func keepText(_ block: FileBlock) {
    let kept = metadata.texts.reduce(0) { $0 + $1.data.count }
    if kept + block.data.count <= Self.mostText {
      metadata.texts.append(block)
    } else if !hasTooMuchText {
      hasTooMuchText = true
      notices.append(.commentsTooLong(mebibytes: Self.mostText >> 20))
    }
  }
}
