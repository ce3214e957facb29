/// A cursor over a stretch of a file. All arithmetic on offsets and lengths that a file claims happens here:
/// a reader never leaves its stretch and never overflows, no matter what the file says.
struct ByteReader {
  let file: WeightFile
  /// What this stretch is, for messages: `the zip directory`.
  let part: String
  /// Bounds in bytes from the start of the file; 0 <= start <= position <= end <= file.count.
  let start: Int
  let end: Int
  private(set) var position: Int

  /// A reader over the whole file.
  init(_ file: WeightFile, part: String) {
    self.init(file: file, part: part, start: 0, end: file.count)
  }

  private init(file: WeightFile, part: String, start: Int, end: Int) {
    self.file = file
    self.part = part
    self.start = start
    self.end = end
    position = start
  }

  var count: Int { end - start }
  var remaining: Int { end - position }
  /// Offset of the cursor from the start of the stretch.
  var offset: Int { position - start }

  /// The next byte without moving, nil at the end.
  var next: UInt8? {
    position < end ? file.withBytes(position..<position + 1) { $0[0] } : nil
  }

  mutating func byte() throws(CheckpointError) -> UInt8 { try integer(UInt8.self) }

  /// The next little-endian integer.
  mutating func integer<Value: FixedWidthInteger & BitwiseCopyable>(_: Value.Type) throws(CheckpointError) -> Value {
    let size = MemoryLayout<Value>.size
    guard size <= remaining else { throw overrun(size) }
    defer { position += size }
    return file.withBytes(position..<position + size) { Value(littleEndian: $0.loadUnaligned(as: Value.self)) }
  }

  /// The next `count` bytes as a reader of their own.
  mutating func take<Count: BinaryInteger>(_ count: Count, part: String? = nil) throws(CheckpointError) -> ByteReader {
    guard let size = Int(exactly: count), size >= 0, size <= remaining else { throw overrun(count) }
    defer { position += size }
    return ByteReader(file: file, part: part ?? self.part, start: position, end: position + size)
  }

  mutating func skip<Count: BinaryInteger>(_ count: Count) throws(CheckpointError) { _ = try take(count) }

  /// Moves on by one byte; at the end it stays.
  mutating func advance() {
    if position < end { position += 1 }
  }

  /// The next `count` bytes as text. Throws if they are not UTF-8.
  mutating func string<Count: BinaryInteger>(_ count: Count) throws(CheckpointError) -> String {
    let bytes = try take(count)
    guard let text = file.withBytes(bytes.start..<bytes.end, { String(validating: $0, as: UTF8.self) }) else {
      throw malformed("UTF-8 text at offset \(bytes.start)", found: "other bytes")
    }
    return text
  }

  /// The text up to the next line feed, which is consumed. Throws beyond `limit` bytes.
  mutating func line(limit: Int) throws(CheckpointError) -> String {
    let length = file.withBytes(position..<position + min(remaining, limit + 1)) { $0.firstIndex(of: 0x0A) }
    guard let length else {
      throw malformed("a line of at most \(limit) bytes at offset \(position)", found: "no end of line")
    }
    let text = try string(length)
    try skip(1)
    return text
  }

  /// The stretch of `count` bytes that begins `offset` bytes into this one.
  func range<Offset: BinaryInteger, Count: BinaryInteger>(
    at offset: Offset, count: Count, part: String
  ) throws(CheckpointError) -> ByteReader {
    guard let first = Int(exactly: offset), let size = Int(exactly: count), first >= 0, size >= 0,
      first <= self.count, size <= self.count - first
    else {
      throw .malformed(
        file: file.path, part: part, expected: "\(count) bytes at offset \(offset) of \(self.part)",
        found: "\(self.count) bytes in all")
    }
    return ByteReader(file: file, part: part, start: start + first, end: start + first + size)
  }

  /// Whether the bytes `offset` into the stretch are `bytes`.
  func has(_ bytes: [UInt8], at offset: Int = 0) -> Bool {
    guard offset >= 0, offset <= count, bytes.count <= count - offset else { return false }
    return file.withBytes(start + offset..<start + offset + bytes.count) { $0.elementsEqual(bytes) }
  }

  /// The error that says what was wanted at this place and what is there.
  func malformed(_ expected: String, found: String) -> CheckpointError {
    .malformed(file: file.path, part: part, expected: expected, found: found)
  }

  private func overrun<Count: BinaryInteger>(_ wanted: Count) -> CheckpointError {
    malformed("\(wanted) bytes at offset \(position)", found: "\(remaining)")
  }
}

/// Sizes of arrays that a file claims, nil where they are negative or exceed Int.
enum CheckedSize {
  /// The product of non-negative numbers; 1 for none.
  static func product(_ factors: [Int]) -> Int? {
    guard factors.allSatisfy({ $0 >= 0 }) else { return nil }
    // A zero may stand behind factors whose product alone would overflow.
    if factors.contains(0) { return 0 }
    var total = 1
    for factor in factors {
      let (product, overflow) = total.multipliedReportingOverflow(by: factor)
      guard !overflow else { return nil }
      total = product
    }
    return total
  }

  /// One more than the largest index a strided array touches; `offset` for an array without elements.
  static func extent(shape: [Int], strides: [Int], offset: Int) -> Int? {
    guard offset >= 0, shape.count == strides.count, strides.allSatisfy({ $0 >= 0 }),
      let count = product(shape)
    else { return nil }
    if count == 0 { return offset }
    var last = offset
    for (size, stride) in zip(shape, strides) {
      let (step, overflow) = (size - 1).multipliedReportingOverflow(by: stride)
      let (sum, overflow2) = last.addingReportingOverflow(step)
      guard !overflow, !overflow2 else { return nil }
      last = sum
    }
    let (extent, overflow) = last.addingReportingOverflow(1)
    return overflow ? nil : extent
  }

  /// Strides of a contiguous array, the last axis the fastest, nil if they exceed Int.
  static func rowMajorStrides(_ shape: [Int]) -> [Int]? {
    var strides = [Int](repeating: 1, count: shape.count)
    for axis in shape.indices.dropLast().reversed() {
      let (stride, overflow) = strides[axis + 1].multipliedReportingOverflow(by: shape[axis + 1])
      guard !overflow else { return nil }
      strides[axis] = stride
    }
    return strides
  }
}
