import ResShift

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

  /// Others that stand for it: what old programs and browsers call JPEG files, and files of several pictures whose first is
  /// read.
  private var otherExtensions: [String] {
    switch self {
    case .jpeg: ["jpe", "jfif", "mpo"]
    case .png: ["apng"]
    case .tiff, .webp: []
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

  /// Every usual extension, "png jpg jpeg tif tiff webp".
  public static var allExtensions: [String] { allCases.flatMap(\.extensions) }

  /// The format that the extension of `path` (any case) stands for; nil if it stands for none.
  public init?(extensionOf path: String) {
    guard let suffix = FileExtension.of(path),
      let format = Self.allCases.first(where: { ($0.extensions + $0.otherExtensions).contains(suffix) })
    else { return nil }
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

/// Extensions of names.
public enum FileExtension {
  /// What follows the last dot of the name at the end of `path`, in lower case (ASCII); nil without one, and for a dot at
  /// the start.
  public static func of(_ path: String) -> String? {
    let name = path.utf8.suffix(from: path.lastSlash.map { path.utf8.index(after: $0) } ?? path.startIndex)
    guard let dot = name.lastIndex(of: UInt8(ascii: ".")), dot != name.startIndex else { return nil }
    let suffix = name[name.index(after: dot)...]
    return String(decoding: suffix.map { (0x41...0x5A).contains($0) ? $0 + 0x20 : $0 }, as: UTF8.self)
  }

  /// The name at the end of `path` without its extension.
  public static func stem(of path: String) -> String {
    let name = path.nameAfterSlash
    guard let dot = name.utf8.lastIndex(of: UInt8(ascii: ".")), dot != name.startIndex else { return name }
    return String(name[..<dot])
  }

  /// Whether files of that extension are pictures of a kind that is not read here.
  public static func isForeignPicture(_ path: String) -> Bool { of(path).map(foreign.contains) ?? false }

  private static let foreign: Set<String> = [
    "gif", "bmp", "heic", "heif", "hif", "avif", "jxl", "jp2", "j2k", "jpx", "jxr", "psd", "psb", "xcf", "kra", "ora",
    "tga", "pcx", "ppm", "pgm", "pbm", "pnm", "pam", "exr", "hdr", "qoi", "ico", "svg", "eps", "mng", "3fr",
    "arw", "cr2", "cr3", "crw", "dng", "erf", "iiq", "kdc", "mef", "mos", "mrw", "nef", "nrw", "orf", "pef", "raf",
    "raw", "rw2", "rwl", "sr2", "srf", "srw", "x3f",
  ]
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
