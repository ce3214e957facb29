/// The directory of a zip file whose members are stored, not compressed, as torch.save writes them.
///
/// Format: PKWARE APPNOTE 6.3, sections 4.3 (structure) and 4.5.3 (zip64). Checksums are not compared: PyTorch can be
/// told to write none, and every length is checked anyway.
struct ZipArchive {
  /// The bytes of each member by name.
  let members: [String: ByteReader]

  private static let maximumMembers = 1 << 20

  /// Reads the directory of `file`. Throws if it does not describe whole, stored, separate members.
  init(_ file: WeightFile) throws(CheckpointError) {
    let whole = ByteReader(file, part: "the zip directory")
    var (directory, count) = try Self.directory(of: whole)
    let start = directory.start
    var members: [String: ByteReader] = [:]
    var stretches: [(start: Int, end: Int, name: String)] = []
    while directory.remaining > 0, stretches.count < count {
      let entry = try Self.entry(&directory)
      let (header, data) = try Self.locate(entry, whole)
      guard members.updateValue(data, forKey: entry.name) == nil else {
        throw directory.malformed("every name once", found: "\(entry.name) twice")
      }
      stretches.append((header, data.end, entry.name))
    }
    guard stretches.count == count, directory.remaining == 0 else {
      throw directory.malformed(
        "\(count) members", found: "\(stretches.count) and \(directory.remaining) more bytes")
    }
    stretches.sort { ($0.start, $0.end) < ($1.start, $1.end) }
    for (index, stretch) in stretches.enumerated() {
      let limit = index + 1 < stretches.count ? stretches[index + 1].start : start
      guard stretch.end <= limit else {
        throw directory.malformed("\(stretch.name) to end by offset \(limit)", found: "offset \(stretch.end)")
      }
    }
    self.members = members
  }

  // MARK: The directory as a whole

  private struct Summary {
    var count: UInt64
    var size: UInt64
    var offset: UInt64
  }

  /// The stretch of the directory and the number of its entries.
  private static func directory(of whole: ByteReader) throws(CheckpointError) -> (ByteReader, count: Int) {
    let trailer = try trailerOffset(whole)
    var summary = try self.summary(whole, at: trailer)
    var limit = trailer
    // A locator, where there is one, stands right before the trailer.
    if trailer >= 20, whole.has(Signature.zip64Locator, at: trailer - 20) {
      (summary, limit) = try zip64Summary(whole, trailer: trailer, short: summary)
    }
    guard summary.count <= UInt64(maximumMembers) else {
      throw whole.malformed("at most \(maximumMembers) members", found: "\(summary.count)")
    }
    let directory = try whole.range(at: summary.offset, count: summary.size, part: whole.part)
    guard directory.end <= limit else {
      throw whole.malformed("its end by offset \(limit)", found: "offset \(directory.end)")
    }
    return (directory, Int(summary.count))
  }

  /// Where the end-of-directory record stands: it is the last thing but for a comment of up to 65535 bytes.
  private static func trailerOffset(_ whole: ByteReader) throws(CheckpointError) -> Int {
    var offset = whole.count - 22
    let lowest = max(0, offset - 0xFFFF)
    while offset >= lowest {
      if whole.has(Signature.trailer, at: offset) {
        var comment = try whole.range(at: offset + 20, count: 2, part: whole.part)
        if Int(try comment.integer(UInt16.self)) == whole.count - offset - 22 { return offset }
      }
      offset -= 1
    }
    throw .truncated(
      file: whole.file.path, part: whole.part, expected: "its record at the end of the file",
      found: "\(whole.count) bytes without one")
  }

  private static func summary(_ whole: ByteReader, at offset: Int) throws(CheckpointError) -> Summary {
    var record = try whole.range(at: offset + 4, count: 18, part: whole.part)
    let disks = [try record.integer(UInt16.self), try record.integer(UInt16.self)]
    let counts = [try record.integer(UInt16.self), try record.integer(UInt16.self)]
    let size = try record.integer(UInt32.self)
    let start = try record.integer(UInt32.self)
    guard disks.allSatisfy({ $0 == 0 || $0 == UInt16.max }), counts[0] == counts[1] else {
      throw .unsupported(
        file: whole.file.path, part: whole.part, expected: "one volume", found: "several volumes")
    }
    return Summary(count: UInt64(counts[0]), size: UInt64(size), offset: UInt64(start))
  }

  /// The 64-bit record that the locator before the trailer points to; where `short` has a number of its own it must agree.
  private static func zip64Summary(
    _ whole: ByteReader, trailer: Int, short: Summary
  ) throws(CheckpointError) -> (Summary, limit: Int) {
    var locator = try whole.range(at: trailer - 20, count: 20, part: whole.part)
    try locator.skip(8)
    let offset = try locator.integer(UInt64.self)
    var record = try whole.range(at: offset, count: 56, part: whole.part)
    guard record.has(Signature.zip64Trailer) else {
      throw whole.malformed("a zip64 record at offset \(offset)", found: "other bytes")
    }
    try record.skip(24)
    let counts = [try record.integer(UInt64.self), try record.integer(UInt64.self)]
    let long = Summary(
      count: counts[0], size: try record.integer(UInt64.self), offset: try record.integer(UInt64.self))
    let agree =
      counts[0] == counts[1]
      && (short.count == 0xFFFF || short.count == long.count)
      && (short.size == 0xFFFF_FFFF || short.size == long.size)
      && (short.offset == 0xFFFF_FFFF || short.offset == long.offset)
    guard agree, record.start <= trailer - 20 else {
      throw whole.malformed("the zip64 record to agree with the short one", found: "other numbers")
    }
    return (long, record.start)
  }

  // MARK: One member

  private struct Entry {
    var name: String
    var size: UInt64
    var headerOffset: UInt64
  }

  private static func entry(_ cursor: inout ByteReader) throws(CheckpointError) -> Entry {
    let signature = try cursor.take(4)
    guard signature.has(Signature.entry) else {
      throw cursor.malformed("an entry at offset \(signature.start)", found: "other bytes")
    }
    try cursor.skip(4)
    let flags = try cursor.integer(UInt16.self)
    let method = try cursor.integer(UInt16.self)
    try cursor.skip(8)  // time, date, checksum
    var packed = UInt64(try cursor.integer(UInt32.self))
    var size = UInt64(try cursor.integer(UInt32.self))
    let nameLength = try cursor.integer(UInt16.self)
    let extraLength = try cursor.integer(UInt16.self)
    let commentLength = try cursor.integer(UInt16.self)
    try cursor.skip(8)  // disk, attributes
    var headerOffset = UInt64(try cursor.integer(UInt32.self))
    let name = try cursor.string(nameLength)
    var extra = try cursor.take(extraLength)
    try cursor.skip(commentLength)

    // Numbers that do not fit stand in an extra field of kind 1, in this order.
    if [packed, size, headerOffset].contains(0xFFFF_FFFF) {
      var long = try zip64Field(&extra, name)
      if size == 0xFFFF_FFFF { size = try long.integer(UInt64.self) }
      if packed == 0xFFFF_FFFF { packed = try long.integer(UInt64.self) }
      if headerOffset == 0xFFFF_FFFF { headerOffset = try long.integer(UInt64.self) }
    }
    guard flags & 1 == 0 else {
      throw .unsupported(file: cursor.file.path, part: name, expected: "plain data", found: "encrypted data")
    }
    guard method == 0 else {
      throw .unsupported(file: cursor.file.path, part: name, expected: "stored data", found: "compressed data")
    }
    guard packed == size else { throw cursor.malformed("\(size) bytes for \(name)", found: "\(packed)") }
    return Entry(name: name, size: size, headerOffset: headerOffset)
  }

  private static func zip64Field(_ extra: inout ByteReader, _ name: String) throws(CheckpointError) -> ByteReader {
    while extra.remaining > 0 {
      let kind = try extra.integer(UInt16.self)
      let field = try extra.take(try extra.integer(UInt16.self))
      if kind == 1 { return field }
    }
    throw extra.malformed("a zip64 field for \(name)", found: "none")
  }

  /// Follows an entry to its local header: the offset of that header and the data behind it.
  private static func locate(_ entry: Entry, _ whole: ByteReader) throws(CheckpointError) -> (Int, ByteReader) {
    let header = try whole.range(at: entry.headerOffset, count: 30, part: entry.name)
    guard header.has(Signature.header) else {
      throw header.malformed("a local header at offset \(header.start)", found: "other bytes")
    }
    var lengths = try header.range(at: 26, count: 4, part: entry.name)
    let nameLength = try lengths.integer(UInt16.self)
    let extraLength = try lengths.integer(UInt16.self)
    var rest = try whole.range(at: header.end, count: whole.end - header.end, part: entry.name)
    let name = try rest.string(nameLength)
    guard name == entry.name else { throw header.malformed("the same name in its local header", found: name) }
    try rest.skip(extraLength)
    return (header.start, try rest.take(entry.size))
  }

  private enum Signature {
    static let header: [UInt8] = [0x50, 0x4B, 3, 4]
    static let entry: [UInt8] = [0x50, 0x4B, 1, 2]
    static let trailer: [UInt8] = [0x50, 0x4B, 5, 6]
    static let zip64Trailer: [UInt8] = [0x50, 0x4B, 6, 6]
    static let zip64Locator: [UInt8] = [0x50, 0x4B, 6, 7]
  }
}
