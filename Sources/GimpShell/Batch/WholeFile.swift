import FilePaths
import Glibc
import ResShift

/// Whether files of types that only GIMP reads are there to their ends. GIMP's loaders take half a GIF or BMP file for
/// a picture and fill the rest.
enum WholeFile {
  /// False for a file that ends too early; true for all others and for types that are not known here.
  static func isWhole(_ path: String) -> Bool {
    guard let file = path.withPathBytes({ fopen($0, "rb") }) else { return true }
    defer { fclose(file) }
    guard let start = bytes(26, of: file) else { return true }
    if start.starts(with: "GIF87a".utf8) || start.starts(with: "GIF89a".utf8) { return isWholeGIF(file, start) }
    if start.starts(with: "BM".utf8) { return isWholeBMP(file, start) }
    return true
  }

  /// The next `count` bytes; nil where the file ends before.
  private static func bytes(_ count: Int, of file: UnsafeMutablePointer<FILE>) -> [UInt8]? {
    var bytes = [UInt8](repeating: 0, count: count)
    return fread(&bytes, 1, count, file) == count ? bytes : nil
  }

  /// The size that the header tells, where it tells one.
  private static func isWholeBMP(_ file: UnsafeMutablePointer<FILE>, _ start: [UInt8]) -> Bool {
    let size = (2..<6).reversed().reduce(0) { $0 << 8 | Int(start[$1]) }
    guard fseek(file, 0, SEEK_END) == 0 else { return true }
    return size <= ftell(file)
  }

  /// Blocks (GIF89a, section 12 on) up to the trailer; without that the last picture must at least be complete.
  private static func isWholeGIF(_ file: UnsafeMutablePointer<FILE>, _ start: [UInt8]) -> Bool {
    func skip(_ count: Int) -> Bool { fseek(file, count, SEEK_CUR) == 0 }
    func colours(_ flags: UInt8) -> Int { flags & 0x80 == 0 ? 0 : 3 << (Int(flags & 7) + 1) }
    /// Sub-blocks up to the empty one.
    func skipData() -> Bool {
      while let length = bytes(1, of: file)?.first {
        if length == 0 { return true }
        guard bytes(Int(length), of: file) != nil else { return false }
      }
      return false
    }
    guard fseek(file, 13 + colours(start[10]), SEEK_SET) == 0 else { return false }
    var hasPicture = false
    while let kind = bytes(1, of: file)?.first {
      switch kind {
      case 0x3B: return hasPicture
      case 0x21: guard skip(1), skipData() else { return false }
      case 0x2C:
        guard let descriptor = bytes(9, of: file), skip(colours(descriptor[8]) + 1), skipData() else { return false }
        hasPicture = true
      default: return hasPicture
      }
    }
    return hasPicture
  }
}
