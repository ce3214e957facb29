/// A colour profile: looked at only so far as to know where it may be written, and to say the same for gray and for RGB.
struct IccProfile {
  let bytes: [UInt8]
  /// "RGB " or "GRAY" for those that are of use here.
  private let space: String

  /// Bytes of the largest profile that is carried along; what fits into the markers of a JPEG file.
  static let mostBytes = 255 * 65_519

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

  /// What the profile is for, in words.
  var colours: String {
    switch space {
    case "GRAY": "gray"
    case "RGB ": "RGB"
    default: space.split(separator: " ").joined()
    }
  }

  /// The bytes of a profile that says of pictures with 1 or 3 colour channels what this one says of their grays: the
  /// profile itself where it fits; nil if it cannot be said (tables, different curves for red, green and blue).
  func fitted(colourChannels: Int) -> [UInt8]? {
    if fits(colourChannels: colourChannels) { return bytes }
    switch space {
    case "GRAY":
      guard tag("A2B0") == nil, let curve = curve("kTRC") else { return nil }
      return ProfileWriter.rgb(.sRGB, [.stored(curve)], name: "RGB of a gray profile")
    case "RGB ":
      guard tag("A2B0") == nil, let red = curve("rTRC"), curve("gTRC") == red, curve("bTRC") == red else { return nil }
      return ProfileWriter.gray(.stored(red), name: "Gray of an RGB profile")
    default: return nil
    }
  }

  /// A curve as it stands in the profile; nil unless it is one.
  private func curve(_ name: String) -> [UInt8]? {
    guard let data = tag(name), data.count >= 12 else { return nil }
    let isCurve = data.starts(with: "curv".utf8)
    return isCurve || data.starts(with: "para".utf8) ? Array(data) : nil
  }

  private func tag(_ name: String) -> ArraySlice<UInt8>? {
    func long(_ at: Int) -> Int { bytes[at..<at + 4].reduce(0) { $0 << 8 | Int($1) } }
    guard bytes.count >= 132 else { return nil }
    for i in 0..<min(long(128), 200) where 132 + 12 * i + 12 <= bytes.count {
      let at = 132 + 12 * i
      guard bytes[at..<at + 4].elementsEqual(name.utf8) else { continue }
      let (start, size) = (long(at + 4), long(at + 8))
      return start <= bytes.count && size <= bytes.count - start ? bytes[start..<start + size] : nil
    }
    return nil
  }
}
