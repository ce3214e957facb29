/// An Exif block taken apart, so that it can be written again for other pixels and into other files.
///
/// What the maker of a camera notes in a form of his own often points to places counted from the block's beginning. Such
/// a note keeps its place in the new block; everything else is laid out around it.
struct ExifBlock: Sendable, Equatable {
  struct Field: Sendable, Equatable {
    let tag: Int
    let type: Int
    let count: Int
    /// In the block's byte order.
    let bytes: [UInt8]
    /// Offset in the block that it came from; of the maker's note only.
    var place: Int?
  }

  var littleEndian = true
  /// The first directory (camera, author, date), Exif's (exposure, lens, dates), GPS's and Interoperability's.
  var main: [Field] = []
  var exif: [Field] = []
  var gps: [Field] = []
  var interop: [Field] = []
  /// Whether something was left out since its place is not in the block.
  private(set) var isDamaged = false

  /// Values of a block in bytes: no sound block has more (JPEG's hold 64 KiB).
  private static let mostBytes = 1 << 22
  /// The last offset at which a maker's note can keep its place.
  private static let lastPlace = 65_000

  /// Tags of the first directory that tell about the picture, not about how it is stored: document, description, maker,
  /// model, page, software, date, artist, host, rating, copyright, Windows' title to subject, TIFF/EP's exposure.
  private static let mainTags: Set<Int> = [
    0x010d, 0x010e, 0x010f, 0x0110, 0x011d, 0x0131, 0x0132, 0x013b, 0x013c, 0x4746, 0x4749, 0x800d, 0x8298, 0x829a,
    0x829d, 0x8827, 0x9003, 0x9211, 0x920a, 0x9c9b, 0x9c9c, 0x9c9d, 0x9c9e, 0x9c9f,
  ]

  init() {}

  /// The block of a structure, which may be a whole TIFF file; nil if its first directory is none. Thumbnails, which are
  /// in the second directory, are not taken.
  init?(_ structure: TIFFStructure) {
    guard let first = structure.directory(at: structure.first) else { return nil }
    littleEndian = structure.littleEndian
    var room = Self.mostBytes
    func fields(_ directory: (entries: [TIFFStructure.Entry], next: Int, isWhole: Bool)?) -> [Field] {
      guard let directory else {
        isDamaged = true
        return []
      }
      if !directory.isWhole { isDamaged = true }
      var fields: [Int: Field] = [:]
      for entry in directory.entries where entry.type <= 13 && fields[entry.tag] == nil {
        guard entry.place.count <= room else {
          isDamaged = true
          continue
        }
        room -= entry.place.count
        fields[entry.tag] = Field(
          tag: entry.tag, type: entry.type, count: entry.count, bytes: Array(structure.bytes[entry.place]),
          place: entry.tag == ExifTag.makerNote ? entry.place.lowerBound : nil)
      }
      return fields.values.sorted { $0.tag < $1.tag }
    }
    func inner(_ tag: Int, _ entries: [TIFFStructure.Entry]) -> [Field] {
      guard let entry = entries.first(where: { $0.tag == tag }) else { return [] }
      return fields(structure.numbers(of: entry).first.flatMap { structure.directory(at: $0) })
    }
    let exifFields = inner(ExifTag.exifDirectory, first.entries)
    let interopPlace = exifFields.first { $0.tag == ExifTag.interopDirectory }
    exif = exifFields.filter { $0.tag != ExifTag.interopDirectory && $0.tag != ExifTag.padding }
    gps = inner(ExifTag.gpsDirectory, first.entries)
    if let interopPlace, let offset = TIFFStructure.number(interopPlace.bytes, littleEndian) {
      interop = fields(structure.directory(at: offset))
    }
    // A file's first directory has much that is large (the pixels) and is not wanted.
    main = fields((first.entries.filter { Self.mainTags.contains($0.tag) }, 0, true))
    main.removeAll { $0.tag == 0x010e && Self.isAboutStorage($0.bytes) }
  }

  /// A description in which programs of science note for themselves how the file is laid out (tifffile, ImageJ, OME).
  private static func isAboutStorage(_ description: [UInt8]) -> Bool {
    let text = String(decoding: description.prefix(1000), as: UTF8.self)
    return text.hasPrefix("{\"shape\":") || text.hasPrefix("ImageJ=")
      || text.hasPrefix("<?xml") && text.contains("<OME")
  }

  var isEmpty: Bool { main.isEmpty && exif.isEmpty && gps.isEmpty && interop.isEmpty }

  /// Whether the maker's note cannot be written again with its pointers right.
  var losesMakerNote: Bool {
    guard let note = exif.first(where: { $0.tag == ExifTag.makerNote }) else { return false }
    return !Self.isMovable(note) && keptPlace == nil
  }

  /// Where the maker's note has to lie.
  private var keptPlace: Range<Int>? {
    guard let note = exif.first(where: { $0.tag == ExifTag.makerNote }), !Self.isMovable(note) else { return nil }
    guard let place = note.place, place >= 8, place <= Self.lastPlace - note.bytes.count else { return nil }
    return place..<place + note.bytes.count
  }

  /// Notes that count from their own beginning, or that are too short to point anywhere.
  private static func isMovable(_ note: Field) -> Bool {
    let known = ["Nikon\0\u{2}", "FUJIFILM", "OLYMPUS\0", "OM SYSTEM", "Apple iOS", "PENTAX \0", "RICOH\0"]
    return note.bytes.count <= 4 || known.contains { note.bytes.starts(with: $0.utf8) }
  }

  mutating func removeMakerNote() { exif.removeAll { $0.tag == ExifTag.makerNote } }

  /// Makes the block one of an upright picture of that size; `moved` tells that pixels are elsewhere than they were.
  mutating func describe(width: Int, height: Int, resolution: PictureResolution?, moved: Bool) {
    exif = exif.compactMap { field in
      switch field.tag {
      case ExifTag.pixelWidth: return long(field.tag, width)
      case ExifTag.pixelHeight: return long(field.tag, height)
      case ExifTag.subjectArea, ExifTag.subjectLocation: return moved ? nil : field
      default: return field
      }
    }
    guard let resolution else { return }
    set(fraction(ExifTag.xResolution, resolution.x))
    set(fraction(ExifTag.yResolution, resolution.y))
    set(Field(tag: ExifTag.resolutionUnit, type: 3, count: 1, bytes: number(2, 2)))
  }

  /// Adds a field to the first directory, or replaces it.
  mutating func set(_ field: Field) {
    main.removeAll { $0.tag == field.tag }
    main.append(field)
  }

  /// The block, a TIFF header first, without "Exif\0\0"; the same bytes for the same fields.
  var bytes: [UInt8] {
    let note = keptPlace
    var end = 8
    // Even places, none inside the note's.
    func take(_ count: Int) -> Int {
      end += end & 1
      if let note, end < note.upperBound, end + count > note.lowerBound { end = note.upperBound + note.upperBound & 1 }
      defer { end += count }
      return end
    }
    var pieces: [(at: Int, bytes: [UInt8])] = []
    func write(_ fields: [Field]) -> Int {
      let at = take(2 + 12 * fields.count + 4)
      var directory = number(fields.count, 2)
      for field in fields.sorted(by: { $0.tag < $1.tag }) {
        directory += number(field.tag, 2) + number(field.type, 2) + number(field.count, 4)
        if field.bytes.count <= 4 {
          directory += field.bytes + [UInt8](repeating: 0, count: 4 - field.bytes.count)
        } else {
          let isNote = field.tag == ExifTag.makerNote
          let place = (isNote ? note?.lowerBound : nil) ?? take(field.bytes.count)
          directory += number(place, 4)
          pieces.append((place, field.bytes))
        }
      }
      pieces.append((at, directory + number(0, 4)))
      return at
    }
    var exif = exif.filter { $0.tag != ExifTag.makerNote || Self.isMovable($0) || note != nil }
    var main = main
    if !interop.isEmpty { exif.append(long(ExifTag.interopDirectory, write(interop))) }
    if !exif.isEmpty { main.append(long(ExifTag.exifDirectory, write(exif))) }
    if !gps.isEmpty { main.append(long(ExifTag.gpsDirectory, write(gps))) }
    let header = (littleEndian ? [0x49, 0x49] : [0x4d, 0x4d]) + number(42, 2) + number(write(main), 4)
    pieces.append((0, header))
    var result = [UInt8](repeating: 0, count: max(end, note?.upperBound ?? 0))
    for piece in pieces { result.replaceSubrange(piece.at..<piece.at + piece.bytes.count, with: piece.bytes) }
    return result
  }

  private func long(_ tag: Int, _ value: Int) -> Field { Field(tag: tag, type: 4, count: 1, bytes: number(value, 4)) }

  private func fraction(_ tag: Int, _ value: Double) -> Field {
    let above = Int(min(value, 1e5) * 10_000 + 0.5)
    let whole = above % 10_000 == 0
    return Field(
      tag: tag, type: 5, count: 1, bytes: number(whole ? above / 10_000 : above, 4) + number(whole ? 1 : 10_000, 4))
  }

  private func number(_ value: Int, _ size: Int) -> [UInt8] {
    let bytes = (0..<size).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
    return littleEndian ? bytes : bytes.reversed()
  }
}

extension TIFFStructure {
  /// The number that the first four bytes are; nil if there are fewer.
  static func number(_ bytes: [UInt8], _ littleEndian: Bool) -> Int? {
    guard bytes.count >= 4 else { return nil }
    return (0..<4).reduce(0) { $0 << 8 | Int(bytes[littleEndian ? 3 - $1 : $1]) }
  }
}
