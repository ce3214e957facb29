/// An XMP packet, edited as text: what describes the stored pixels is brought up to date or taken out, everything else
/// stays byte for byte.
struct XMPPacket: Sendable, Equatable {
  let bytes: [UInt8]

  /// The largest packet that is looked at.
  static let mostBytes = 1 << 24

  /// nil unless the bytes are UTF-8 and the elements close in their order.
  init?(_ bytes: [UInt8]) {
    guard bytes.count <= Self.mostBytes, String(validating: bytes, as: UTF8.self) != nil else { return nil }
    self.bytes = bytes
    guard edited({ _ in .keep }) != nil else { return nil }
  }

  /// The packet of an upright picture of that size; `turned` tells that rectangles in it are no longer where they were.
  func describing(width: Int, height: Int, turned: Bool) -> [UInt8] {
    edited { Self.fate(of: $0, width: width, height: height, turned: turned) } ?? []
  }

  /// The property that tells of a second part, which only JPEG has.
  static let extensionNote = Name(space: "http://ns.adobe.com/xmp/note/", local: "HasExtendedXMP")

  /// Whether there is such a property.
  func has(_ name: Name) -> Bool {
    var found = false
    _ = edited {
      found = found || $0 == name
      return .keep
    }
    return found
  }

  struct Name: Equatable {
    let space: String
    let local: String
  }

  private enum Fate {
    case keep, drop
    case set(String)
  }

  private static let tiff = "http://ns.adobe.com/tiff/1.0/"
  private static let exif = "http://ns.adobe.com/exif/1.0/"
  /// What the stored form of the pixels was.
  private static let stored: Set<String> = [
    "Orientation", "Compression", "BitsPerSample", "PhotometricInterpretation", "SamplesPerPixel",
    "PlanarConfiguration", "YCbCrSubSampling", "YCbCrPositioning", "XResolution", "YResolution", "ResolutionUnit",
  ]
  /// About pictures and films that come after the first one, and depth maps: they are not written.
  private static let companions: Set<String> = [
    "http://ns.adobe.com/hdr-gain-map/1.0/", "http://ns.apple.com/HDRGainMap/1.0/",
    "http://ns.google.com/photos/1.0/container/", "http://ns.google.com/photos/1.0/container/item/",
    "http://ns.google.com/photos/1.0/depthmap/", "http://ns.google.com/photos/1.0/image/",
    "http://ns.google.com/photos/1.0/audio/", "http://ns.google.com/photos/dd/1.0/device/",
    "http://ns.adobe.com/xmp/note/",
  ]
  private static let camera = "http://ns.google.com/photos/1.0/camera/"
  /// Rectangles in the picture.
  private static let regions: Set<String> = [
    "http://www.metadataworkinggroup.com/schemas/regions/", "http://ns.microsoft.com/photo/1.2/",
  ]

  private static func fate(of name: Name, width: Int, height: Int, turned: Bool) -> Fate {
    switch (name.space, name.local) {
    case (tiff, "ImageWidth"), (exif, "PixelXDimension"): .set("\(width)")
    case (tiff, "ImageLength"), (exif, "PixelYDimension"): .set("\(height)")
    case (tiff, let local) where stored.contains(local): .drop
    case ("http://ns.adobe.com/xap/1.0/", "Thumbnails"): .drop
    case (camera, let local) where local.hasPrefix("MotionPhoto") || local.hasPrefix("MicroVideo"): .drop
    case (let space, _) where companions.contains(space) || turned && regions.contains(space): .drop
    default: .keep
    }
  }

  /// An element that is open.
  private struct Open {
    let tag: ArraySlice<UInt8>
    /// Prefixes in force.
    var spaces: [String: String]
    /// Whether its content, and its end, go into the result.
    var hasContent: Bool
    var hasEnd: Bool
  }

  /// The packet with the elements and attributes treated as `fate` says; nil if it is not well-formed.
  private func edited(_ fate: (Name) -> Fate) -> [UInt8]? {
    var scanner = XMLScanner(bytes)
    var result: [UInt8] = []
    result.reserveCapacity(bytes.count)
    var open: [Open] = []
    while let piece = scanner.next() {
      let isWritten = open.last?.hasContent ?? true
      switch piece {
      case .other(let text): if isWritten { result += text }
      case .end(let tag, let text):
        guard let last = open.popLast(), last.tag == tag else { return nil }
        if last.hasEnd { result += text }
      case .start(let element):
        guard open.count < 200 else { return nil }
        var this = Open(
          tag: element.tag, spaces: open.last?.spaces ?? [:], hasContent: isWritten, hasEnd: isWritten)
        for attribute in element.attributes {
          let (prefix, local) = Self.parts(of: attribute.name)
          let value = { String(decoding: attribute.value, as: UTF8.self) }
          if prefix == "xmlns" { this.spaces[local] = value() }
          if prefix.isEmpty, local == "xmlns" { this.spaces[""] = value() }
        }
        if isWritten {
          let (prefix, local) = Self.parts(of: element.tag)
          switch fate(Name(space: this.spaces[prefix] ?? "", local: local)) {
          case .keep: result += attributes(of: element, this.spaces, fate)
          case .drop: (this.hasContent, this.hasEnd) = (false, false)
          case .set(let text):
            this.hasContent = false
            result += element.text.dropLast(element.isEmpty ? 2 : 1)
            result += Array(">\(text)".utf8)
            if element.isEmpty { result += Array("</".utf8) + element.tag + [UInt8(ascii: ">")] }
          }
        }
        if !element.isEmpty { open.append(this) }
      }
    }
    return scanner.isSound && open.isEmpty ? result : nil
  }

  /// The text of a start tag, its attributes treated as `fate` says.
  private func attributes(of element: XMLScanner.Element, _ spaces: [String: String], _ fate: (Name) -> Fate) -> [UInt8]
  {
    var result: [UInt8] = []
    var from = element.text.startIndex
    for attribute in element.attributes {
      let (prefix, local) = Self.parts(of: attribute.name)
      switch fate(Name(space: prefix.isEmpty ? "" : spaces[prefix] ?? "", local: local)) {
      case .keep: continue
      case .drop: result += bytes[from..<attribute.whole.lowerBound]
      case .set(let text):
        result += bytes[from..<attribute.value.startIndex]
        result += Array(text.utf8) + [attribute.quote]
      }
      from = attribute.whole.upperBound
    }
    return result + bytes[from..<element.text.endIndex]
  }

  /// "a:b" as ("a", "b"), "b" as ("", "b").
  private static func parts(of name: ArraySlice<UInt8>) -> (prefix: String, local: String) {
    guard let colon = name.firstIndex(of: UInt8(ascii: ":")) else { return ("", String(decoding: name, as: UTF8.self)) }
    return (
      String(decoding: name[..<colon], as: UTF8.self), String(decoding: name[(colon + 1)...], as: UTF8.self)
    )
  }
}
