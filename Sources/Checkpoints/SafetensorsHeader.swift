/// What the header says about one tensor; nothing is checked against anything else yet.
struct SafetensorsRecord {
  var name: String
  var type: String
  var shape: [Int]
  /// Bounds of the bytes, counted from the end of the header.
  var begin: Int
  var end: Int
}

/// A parser of the JSON that a safetensors header may be, and of nothing more, so that it needs no recursion:
///
///     header   = { (name : record | "__metadata__" : { (string : string),* }),* } space*
///     record   = { "dtype" : string, "shape" : [integer,*], "data_offsets" : [integer, integer] }   in any order
///     integer  = 0 | [1-9][0-9]*
struct SafetensorsHeader {
  private var bytes: ByteReader

  init(_ bytes: ByteReader) { self.bytes = bytes }

  /// All records, in order. Throws at the first byte that the grammar does not allow, and at a name used twice.
  mutating func records() throws(CheckpointError) -> [SafetensorsRecord] {
    var records: [SafetensorsRecord] = []
    var names: Set<String> = []
    var more = try open("{", close: "}")
    while more {
      let name = try string()
      try expect(":")
      guard names.insert(name).inserted else {
        throw bytes.malformed("every name once", found: "\(name) twice")
      }
      if name == "__metadata__" {
        try skipMetadata()
      } else {
        records.append(try record(name))
      }
      more = try another(close: "}")
    }
    skipSpace()
    guard bytes.remaining == 0 else { throw unexpected("the end") }
    return records
  }

  private mutating func record(_ name: String) throws(CheckpointError) -> SafetensorsRecord {
    var type: String?
    var shape: [Int]?
    var offsets: [Int]?
    var more = try open("{", close: "}")
    while more {
      let key = try string()
      try expect(":")
      switch key {
      case "dtype" where type == nil: type = try string()
      case "shape" where shape == nil: shape = try integers(limit: StoredTensor.maximumRank)
      case "data_offsets" where offsets == nil: offsets = try integers(limit: 2)
      default:
        throw .malformedTensor(
          file: bytes.file.path, tensor: name, expected: "dtype, shape and data_offsets once each", found: key)
      }
      more = try another(close: "}")
    }
    guard let type, let shape, let offsets, offsets.count == 2 else {
      throw .malformedTensor(
        file: bytes.file.path, tensor: name, expected: "dtype, shape and two data_offsets", found: "fewer")
    }
    return SafetensorsRecord(name: name, type: type, shape: shape, begin: offsets[0], end: offsets[1])
  }

  private mutating func skipMetadata() throws(CheckpointError) {
    var more = try open("{", close: "}")
    while more {
      _ = try string()
      try expect(":")
      _ = try string()
      more = try another(close: "}")
    }
  }

  private mutating func integers(limit: Int) throws(CheckpointError) -> [Int] {
    var values: [Int] = []
    var more = try open("[", close: "]")
    while more {
      guard values.count < limit else { throw bytes.malformed("at most \(limit) numbers", found: "more") }
      values.append(try integer())
      more = try another(close: "]")
    }
    return values
  }

  private mutating func integer() throws(CheckpointError) -> Int {
    skipSpace()
    var value = 0
    var digits = 0
    while let digit = bytes.next.flatMap(Self.digit) {
      try bytes.skip(1)
      let (ten, overflow) = value.multipliedReportingOverflow(by: 10)
      let (sum, overflow2) = ten.addingReportingOverflow(digit)
      guard !overflow, !overflow2 else { throw bytes.malformed("a number below 2^63", found: "more digits") }
      guard digits == 0 || value > 0 else { throw bytes.malformed("a number without leading zeros", found: "one with") }
      value = sum
      digits += 1
    }
    guard digits > 0 else { throw unexpected("a whole number from 0 up") }
    return value
  }

  private static func digit(_ byte: UInt8) -> Int? {
    (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) ? Int(byte - UInt8(ascii: "0")) : nil
  }

  // MARK: Strings

  private mutating func string() throws(CheckpointError) -> String {
    try expect("\"")
    var text: [UInt8] = []
    while true {
      let byte = try bytes.byte()
      switch byte {
      case UInt8(ascii: "\""):
        guard let valid = String(validating: text, as: UTF8.self) else {
          throw bytes.malformed("UTF-8 text", found: "other bytes before offset \(bytes.position)")
        }
        return valid
      case UInt8(ascii: "\\"): text += Array(String(try escape()).utf8)
      case 0..<0x20: throw bytes.malformed("text without control characters", found: "byte \(byte)")
      default: text.append(byte)
      }
    }
  }

  private mutating func escape() throws(CheckpointError) -> Character {
    let byte = try bytes.byte()
    switch byte {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): return Character(Unicode.Scalar(byte))
    case UInt8(ascii: "b"): return "\u{8}"
    case UInt8(ascii: "f"): return "\u{C}"
    case UInt8(ascii: "n"): return "\n"
    case UInt8(ascii: "r"): return "\r"
    case UInt8(ascii: "t"): return "\t"
    case UInt8(ascii: "u"): return Character(try codePoint())
    default: throw bytes.malformed("an escape sequence of JSON", found: "byte \(byte) after \\")
    }
  }

  /// The four digits after `\u`, and the second half of a surrogate pair where there is one.
  private mutating func codePoint() throws(CheckpointError) -> Unicode.Scalar {
    let first = try codeUnit()
    var value = first
    if (0xD800..<0xDC00).contains(first), bytes.next == UInt8(ascii: "\\") {
      try bytes.skip(1)
      guard try bytes.byte() == UInt8(ascii: "u") else { throw unexpected("the second half of a pair") }
      let second = try codeUnit()
      guard (0xDC00..<0xE000).contains(second) else { throw unexpected("the second half of a pair") }
      value = 0x10000 + (first - 0xD800) << 10 + (second - 0xDC00)
    }
    guard let scalar = Unicode.Scalar(value) else { throw bytes.malformed("a Unicode character", found: "\(value)") }
    return scalar
  }

  private mutating func codeUnit() throws(CheckpointError) -> UInt32 {
    var value: UInt32 = 0
    for _ in 0..<4 {
      let byte = try bytes.byte()
      guard let digit = Character(Unicode.Scalar(byte)).hexDigitValue, byte < 0x80 else {
        throw bytes.malformed("a hexadecimal digit", found: "byte \(byte)")
      }
      value = value << 4 | UInt32(digit)
    }
    return value
  }

  // MARK: Punctuation

  /// Consumes the opening character; false if the closing one follows at once, which is consumed too.
  private mutating func open(_ first: Unicode.Scalar, close: Unicode.Scalar) throws(CheckpointError) -> Bool {
    try expect(first)
    skipSpace()
    guard bytes.next == UInt8(ascii: close) else { return true }
    try bytes.skip(1)
    return false
  }

  /// After an element: true behind a comma, false behind the closing character.
  private mutating func another(close: Unicode.Scalar) throws(CheckpointError) -> Bool {
    skipSpace()
    if bytes.next == UInt8(ascii: ",") {
      try bytes.skip(1)
      return true
    }
    try expect(close)
    return false
  }

  private mutating func expect(_ character: Unicode.Scalar) throws(CheckpointError) {
    skipSpace()
    guard bytes.next == UInt8(ascii: character) else { throw unexpected("\(character)") }
    try bytes.skip(1)
  }

  private mutating func skipSpace() {
    while let byte = bytes.next, byte == 0x20 || byte == 0x09 || byte == 0x0A || byte == 0x0D {
      bytes.advance()
    }
  }

  private func unexpected(_ expected: String) -> CheckpointError {
    let found = bytes.next.map { "byte \($0)" } ?? "the end"
    return bytes.malformed("\(expected) at offset \(bytes.position)", found: found)
  }
}
