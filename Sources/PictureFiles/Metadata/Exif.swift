/// The two facts of an Exif block that concern pixels.
struct Exif: Equatable {
  /// 1...8 as in the Exif standard; 1 is upright.
  var orientation = 1
  var resolution: PictureResolution?

  private static let prefix = Array("Exif".utf8) + [0, 0]

  /// Reads a block (a TIFF header and its first directory), with or without "Exif\0\0" before it.
  /// What is missing or makes no sense keeps its default.
  init(_ block: [UInt8]) {
    if let structure = TIFFStructure(Self.withoutPrefix(block)) { read(structure) }
  }

  init(_ structure: TIFFStructure) { read(structure) }

  private mutating func read(_ structure: TIFFStructure) {
    guard let (entries, _, _) = structure.directory(at: structure.first) else { return }
    func entry(_ tag: Int) -> TIFFStructure.Entry? { entries.first { $0.tag == tag } }
    if let value = entry(ExifTag.orientation).flatMap({ structure.numbers(of: $0).first }), (1...8).contains(value) {
      orientation = value
    }
    let unit = entry(ExifTag.resolutionUnit).flatMap { structure.numbers(of: $0).first } ?? 2
    if let x = entry(ExifTag.xResolution).flatMap({ structure.fractions(of: $0).first }),
      let y = entry(ExifTag.yResolution).flatMap({ structure.fractions(of: $0).first }), unit == 2 || unit == 3
    {
      resolution = PictureResolution(x: x, y: y, perInch: unit == 2 ? 1 : 2.54)
    }
  }

  static func withoutPrefix(_ block: [UInt8]) -> [UInt8] {
    block.starts(with: prefix) ? Array(block.dropFirst(prefix.count)) : block
  }
}

/// Tags of Exif 2.32 and TIFF 6.0 that have a meaning here.
enum ExifTag {
  static let orientation = 0x0112
  static let xResolution = 0x011a
  static let yResolution = 0x011b
  static let resolutionUnit = 0x0128
  static let transferFunction = 0x012d
  static let whitePoint = 0x013e
  static let primaries = 0x013f
  static let xmp = 0x02bc
  static let iptc = 0x83bb
  static let photoshop = 0x8649
  static let exifDirectory = 0x8769
  static let gpsDirectory = 0x8825
  static let photoshopLayers = 0x935c
  static let makerNote = 0x927c
  static let subjectArea = 0x9214
  static let colourSpace = 0xa001
  static let pixelWidth = 0xa002
  static let pixelHeight = 0xa003
  static let interopDirectory = 0xa005
  static let subjectLocation = 0xa214
  static let padding = 0xea1c
  static let interopIndex = 0x0001
}
