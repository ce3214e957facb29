/// The directories of a TIFF structure: a TIFF or BigTIFF file, or an Exif block without its "Exif\0\0". The bytes come
/// from anywhere: every access is checked.
struct TIFFStructure {
  /// One value, or list of values, of a directory.
  struct Entry {
    let tag: Int
    let type: Int
    /// Values, not bytes.
    let count: Int
    /// Where the values lie in `bytes`.
    let place: Range<Int>
  }

  let bytes: [UInt8]
  let littleEndian: Bool
  /// Offset of the first directory.
  let first: Int
  private let isBig: Bool

  /// Entries of a directory, and directories of a file, that are looked at.
  private static let most = 1000

  /// nil if the bytes do not begin like a TIFF structure.
  init?(_ bytes: [UInt8]) {
    guard bytes.count >= 8, bytes[0] == bytes[1], bytes[0] == 0x49 || bytes[0] == 0x4d else { return nil }
    self.bytes = bytes
    littleEndian = bytes[0] == 0x49
    let version = Int(bytes[littleEndian ? 2 : 3])
    guard version == 42 || version == 43, bytes[littleEndian ? 3 : 2] == 0 else { return nil }
    isBig = version == 43
    guard let offset = Self.number(bytes, isBig ? 8 : 4, isBig ? 8 : 4, littleEndian) else { return nil }
    first = offset
  }

  /// An unsigned number of `size` bytes; nil beyond the end and above `Int.max`.
  func number(_ offset: Int, _ size: Int) -> Int? { Self.number(bytes, offset, size, littleEndian) }

  private static func number(_ bytes: [UInt8], _ offset: Int, _ size: Int, _ littleEndian: Bool) -> Int? {
    guard offset >= 0, offset <= bytes.count - size else { return nil }
    var value: UInt64 = 0
    for i in 0..<size { value = value << 8 | UInt64(bytes[littleEndian ? offset + size - 1 - i : offset + i]) }
    return Int(exactly: value)
  }

  /// Bytes of one value of a type; nil for unknown types.
  static func size(ofType type: Int) -> Int? {
    switch type {
    case 1, 2, 6, 7: 1
    case 3, 8: 2
    case 4, 9, 11, 13: 4
    case 5, 10, 12, 16, 17, 18: 8
    default: nil
    }
  }

  /// The sound entries of the directory at `offset`, and the offset of the next one, 0 after the last; nil if there is
  /// no directory. `isWhole` tells whether nothing had to be left out.
  func directory(at offset: Int) -> (entries: [Entry], next: Int, isWhole: Bool)? {
    let (head, entrySize, inline) = isBig ? (8, 20, 8) : (2, 12, 4)
    guard offset > 0, let count = number(offset, head) else { return nil }
    var entries: [Entry] = []
    var isWhole = count <= Self.most
    let base = offset + head
    for i in 0..<min(count, Self.most) {
      let at = base + i * entrySize
      guard let tag = number(at, 2), let type = number(at + 2, 2), let count = number(at + 4, isBig ? 8 : 4),
        let field = number(at + entrySize - inline, inline)
      else {
        isWhole = false
        break
      }
      guard let size = Self.size(ofType: type), count <= bytes.count / size else {
        isWhole = false
        continue
      }
      let start = count * size <= inline ? at + entrySize - inline : field
      guard start <= bytes.count - count * size else {
        isWhole = false
        continue
      }
      entries.append(Entry(tag: tag, type: type, count: count, place: start..<start + count * size))
    }
    let next = count <= Self.most ? number(base + count * entrySize, isBig ? 8 : 4) ?? 0 : 0
    return (entries, next, isWhole)
  }

  /// The values of an entry of whole numbers; others are left out.
  func numbers(of entry: Entry) -> [Int] {
    guard let size = Self.size(ofType: entry.type), ![2, 5, 10, 11, 12].contains(entry.type) else { return [] }
    return (0..<entry.count).compactMap { number(entry.place.lowerBound + $0 * size, size) }
  }

  /// The values of an entry of unsigned fractions; empty for other types and if a fraction has no value.
  func fractions(of entry: Entry) -> [Double] {
    guard entry.type == 5 else { return [] }
    let values = (0..<entry.count).compactMap { i -> Double? in
      let at = entry.place.lowerBound + i * 8
      guard let above = number(at, 4), let below = number(at + 4, 4), below > 0 else { return nil }
      return Double(above) / Double(below)
    }
    return values.count == entry.count ? values : []
  }

  /// The pages of a file: its directories without previews and masks (NewSubfileType, TIFF 6.0 section 8).
  var pages: Int {
    var offset = first
    var seen: Set<Int> = []
    var pages = 0
    while seen.count < Self.most, seen.insert(offset).inserted, let (entries, next, _) = directory(at: offset) {
      let kind = entries.first { $0.tag == 254 }.flatMap { numbers(of: $0).first } ?? 0
      if kind & 0b101 == 0 { pages += 1 }
      offset = next
    }
    return pages
  }
}
