/// The two facts of an Exif block that concern pixels. Every access is checked: the bytes come from anywhere.
struct Exif: Equatable {
  /// 1...8 as in the Exif standard; 1 is upright.
  var orientation = 1
  var resolution: PictureResolution?

  private static let prefix = Array("Exif".utf8) + [0, 0]
  private enum Tag {
    static let orientation = 0x0112
    static let xResolution = 0x011a
    static let yResolution = 0x011b
    static let resolutionUnit = 0x0128
  }

  init(resolution: PictureResolution? = nil) {
    self.resolution = resolution
  }

  /// Reads a block (a TIFF header and its first directory), with or without "Exif\0\0" before it.
  /// What is missing or makes no sense keeps its default.
  init(_ block: [UInt8]) {
    let reader = Reader(block.starts(with: Self.prefix) ? Array(block.dropFirst(6)) : block)
    guard let reader, let directory = reader.long(4), let count = reader.short(directory) else { return }
    var x: Double?
    var y: Double?
    var unit = 2
    for entry in 0..<count {
      let at = directory + 2 + entry * 12
      guard let tag = reader.short(at) else { break }
      switch tag {
      case Tag.orientation:
        if let value = reader.short(at + 8), (1...8).contains(value) { orientation = value }
      case Tag.xResolution: x = reader.rational(at + 8)
      case Tag.yResolution: y = reader.rational(at + 8)
      case Tag.resolutionUnit: unit = reader.short(at + 8) ?? unit
      default: break
      }
    }
    if let x, let y, unit == 2 || unit == 3 {
      resolution = PictureResolution(x: x, y: y, perInch: unit == 2 ? 1 : 2.54)
    }
  }

  /// A block that holds the resolution and nothing else; empty without one. Little-endian, no "Exif\0\0".
  var block: [UInt8] {
    guard let resolution else { return [] }
    func short(_ value: Int) -> [UInt8] { [UInt8(value & 255), UInt8(value >> 8 & 255)] }
    func long(_ value: Int) -> [UInt8] { short(value & 0xffff) + short(value >> 16) }
    func rational(_ value: Double) -> [UInt8] { long(Int(min(value, 1e5) * 10_000 + 0.5)) + long(10_000) }
    let directory = 8
    let values = directory + 2 + 3 * 12 + 4
    var bytes = Array("II".utf8) + short(42) + long(directory) + short(3)
    bytes += short(Tag.xResolution) + short(5) + long(1) + long(values)
    bytes += short(Tag.yResolution) + short(5) + long(1) + long(values + 8)
    bytes += short(Tag.resolutionUnit) + short(3) + long(1) + short(2) + short(0)
    bytes += long(0)
    return bytes + rational(resolution.x) + rational(resolution.y)
  }
}

/// Numbers of a TIFF block in its own byte order; nil beyond its end.
private struct Reader {
  let bytes: [UInt8]
  let littleEndian: Bool

  init?(_ bytes: [UInt8]) {
    if bytes.starts(with: "II".utf8) {
      littleEndian = true
    } else if bytes.starts(with: "MM".utf8) {
      littleEndian = false
    } else {
      return nil
    }
    self.bytes = bytes
  }

  func short(_ offset: Int) -> Int? {
    guard offset >= 0, offset + 2 <= bytes.count else { return nil }
    let low = Int(bytes[littleEndian ? offset : offset + 1])
    let high = Int(bytes[littleEndian ? offset + 1 : offset])
    return high << 8 | low
  }

  func long(_ offset: Int) -> Int? {
    guard let first = short(offset), let second = short(offset + 2) else { return nil }
    return littleEndian ? second << 16 | first : first << 16 | second
  }

  /// The fraction that the offset stored at `offset` leads to; nil if it is no positive number.
  func rational(_ offset: Int) -> Double? {
    guard let at = long(offset), let above = long(at), let below = long(at + 4) else { return nil }
    guard above > 0, below > 0 else { return nil }
    return Double(above) / Double(below)
  }
}
