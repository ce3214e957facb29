/// The types of picture file that are read and written.
public enum PictureFormat: String, Sendable, CaseIterable {
  case png = "PNG"
  case jpeg = "JPEG"
  case tiff = "TIFF"
  case webp = "WebP"

  /// File name extensions without the dot, lower case, the usual one first.
  public var extensions: [String] {
    switch self {
    case .png: ["png"]
    case .jpeg: ["jpg", "jpeg"]
    case .tiff: ["tif", "tiff"]
    case .webp: ["webp"]
    }
  }

  /// Bits per sample that a file can hold.
  public var bitDepths: [Int] {
    switch self {
    case .png, .tiff: [8, 16]
    case .jpeg, .webp: [8]
    }
  }

  /// Pixels that a side can have; the formats' own limits.
  public var longestSide: Int {
    switch self {
    case .png, .tiff: 0x7fff_ffff
    case .jpeg: 65_500
    case .webp: 16_383
    }
  }

  /// Every known extension, "png jpg jpeg tif tiff webp".
  public static var allExtensions: [String] { allCases.flatMap(\.extensions) }

  /// The format that the extension of `path` (any case) stands for; nil if it stands for none.
  public init?(extensionOf path: String) {
    let name = path.split(separator: "/", omittingEmptySubsequences: false).last ?? ""
    guard let dot = name.lastIndex(of: "."), dot != name.startIndex else { return nil }
    let suffix = name[name.index(after: dot)...].lowercased()
    guard let format = Self.allCases.first(where: { $0.extensions.contains(suffix) }) else { return nil }
    self = format
  }

  /// The format whose signature `bytes` begin with; nil if it is none of these.
  init?(signatureOf bytes: some Collection<UInt8>) {
    let start = Array(bytes.prefix(12))
    if start.starts(with: [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]) {
      self = .png
    } else if start.starts(with: [0xff, 0xd8, 0xff]) {
      self = .jpeg
    } else if [[0x49, 0x49, 42, 0], [0x4d, 0x4d, 0, 42], [0x49, 0x49, 43, 0], [0x4d, 0x4d, 0, 43]].contains(
      start.prefix(4).map(Int.init))
    {
      self = .tiff
    } else if start.starts(with: "RIFF".utf8) && start.dropFirst(8).elementsEqual("WEBP".utf8) {
      self = .webp
    } else {
      return nil
    }
  }
}

/// What else users hand in, so that the message can say what it is. A signature is an offset and the text found there.
enum ForeignFormat {
  private static let signatures: [(offset: Int, text: String, name: String)] = [
    (0, "GIF8", "a GIF picture"), (0, "BM", "a BMP picture"), (0, "8BPS", "a Photoshop picture"),
    (0, "gimp xcf", "a GIMP picture"), (0, "%PDF", "a PDF document"), (4, "ftypavif", "an AVIF picture"),
    (4, "ftyphei", "a HEIC picture"), (4, "ftypmif1", "a HEIC picture"),
  ]

  /// What a file that begins with `bytes` is, for a message; nil if that is not known.
  static func name(of bytes: some Collection<UInt8>) -> String? {
    signatures.first { bytes.dropFirst($0.offset).starts(with: $0.text.utf8) }?.name
  }
}
