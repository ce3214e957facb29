import ResShift

/// A colour profile: looked at only so far as to know where it may be written.
struct IccProfile {
  let bytes: [UInt8]
  /// "RGB " or "GRAY" for those that are of use here.
  private let space: String

  /// Bytes of the largest profile that is carried along; what fits into the markers of a JPEG file.
  private static let mostBytes = 255 * 65_519

  /// nil if the bytes are no whole profile (ICC.1, section 7.2: size at 0, colour space at 16, "acsp" at 36).
  init?(_ bytes: [UInt8]) {
    guard bytes.count >= 128, bytes.count <= Self.mostBytes else { return nil }
    guard bytes[36..<40].elementsEqual("acsp".utf8) else { return nil }
    guard bytes[0..<4].reduce(0, { $0 << 8 | Int($1) }) <= bytes.count else { return nil }
    self.bytes = bytes
    space = String(decoding: bytes[16..<20], as: UTF8.self)
  }

  /// Whether the profile describes colours such as those of a file with 1 (gray) or 3 (RGB) colour channels.
  func fits(colourChannels: Int) -> Bool { space == (colourChannels == 1 ? "GRAY" : "RGB ") }
}
