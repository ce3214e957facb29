import FilePaths
import ResShift

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
