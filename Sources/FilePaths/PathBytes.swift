import Glibc

/// Names of files are bytes; a `String` holds Unicode. Here is the way between them, which loses nothing.
///
/// What is UTF-8 stays as it is. Every other byte becomes one scalar at the end of the private use area, as does each
/// byte of a genuine one of these scalars. So any name can travel as text; at the system's door `withPathBytes` makes
/// it bytes again. Text of paths is cut and compared by its UTF-8 only: in `Character`s a mark after a slash hides the
/// slash, and two names that differ in bytes may count as equal.
extension String {
  /// Scalars for the bytes 0x80...0xFF.
  private static let escapes: ClosedRange<UInt32> = 0x10_FF80...0x10_FFFF

  /// A name or path as the system gives it.
  package init(pathBytes bytes: some Sequence<UInt8>) {
    self.init()
    var decoder = UTF8.ForwardParser()
    let bytes = Array(bytes)
    var iterator = bytes.makeIterator()
    var position = 0
    func escape(_ part: ArraySlice<UInt8>, into text: inout String) {
      for byte in part {
        if let scalar = Unicode.Scalar(0x10_FF00 + UInt32(byte)) { text.unicodeScalars.append(scalar) }
      }
    }
    while true {
      switch decoder.parseScalar(from: &iterator) {
      case .valid(let encoded):
        let end = position + encoded.count
        let scalar = UTF8.decode(encoded)
        if Self.escapes.contains(scalar.value) {
          escape(bytes[position..<end], into: &self)
        } else {
          unicodeScalars.append(scalar)
        }
        position = end
      case .error(let length):
        escape(bytes[position..<position + length], into: &self)
        position += length
      case .emptyInput: return
      }
    }
  }

  /// The bytes that the system knows the path by, without a zero at the end.
  package var pathBytes: [UInt8] {
    guard hasEscapedBytes else { return Array(utf8) }
    return unicodeScalars.flatMap { scalar -> [UInt8] in
      Self.escapes.contains(scalar.value) ? [UInt8(scalar.value & 0xFF)] : Array(String(scalar).utf8)
    }
  }

  /// Whether the path is not UTF-8.
  package var hasEscapedBytes: Bool { unicodeScalars.contains { Self.escapes.contains($0.value) } }

  /// Calls `body` with the path as C functions want it.
  package func withPathBytes<Result>(_ body: (UnsafePointer<CChar>) throws -> Result) rethrows -> Result {
    guard hasEscapedBytes else { return try withCString(body) }
    return try (pathBytes + [0]).map(CChar.init(bitPattern:)).withUnsafeBufferPointer { bytes in
      guard let start = bytes.baseAddress else { return try "".withCString(body) }
      return try body(start)
    }
  }

  /// Where the last slash stands.
  package var lastSlash: Index? { utf8.lastIndex(of: UInt8(ascii: "/")) }

  /// What follows the last slash.
  package var nameAfterSlash: String { lastSlash.map { String(self[utf8.index(after: $0)...]) } ?? self }

  /// Whether the text ends in a slash, whatever that is followed by as a character.
  package var endsInSlash: Bool { utf8.last == UInt8(ascii: "/") }

  /// Path and name joined by one slash.
  package func appendingName(_ name: String) -> String { endsInSlash ? self + name : self + "/" + name }

  /// Readable: other bytes as \xE9, and as \u{301} what cannot be seen, changes the direction of the text, or would
  /// join the character before its name.
  package var readablePath: String {
    var result = ""
    var isStart = true
    for scalar in unicodeScalars {
      let properties = scalar.properties
      if Self.escapes.contains(scalar.value) {
        result += "\\x" + String(scalar.value & 0xFF, radix: 16, uppercase: true)
      } else if isStart && properties.isGraphemeExtend || Self.hides(scalar) {
        result += "\\u{" + String(scalar.value, radix: 16, uppercase: true) + "}"
      } else {
        result.unicodeScalars.append(scalar)
      }
      isStart = scalar == "/" || scalar == " "
    }
    return result
  }

  /// Directions, and what has no width of its own: not joiners and variants, which belong to what stands before them.
  private static func hides(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.value {
    case 0x200C, 0x200D, 0xFE00...0xFE0F, 0xE0100...0xE01EF, 0xE0020...0xE007F: false
    default: scalar.properties.generalCategory == .format
    }
  }
}
