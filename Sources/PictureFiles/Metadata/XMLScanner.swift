/// The tags of an XML text, one after the other. What is not understood makes it stop and be unsound: document types
/// (which could define entities), and anything that does not close.
struct XMLScanner {
  struct Attribute {
    let name: ArraySlice<UInt8>
    /// Between the quotes.
    let value: ArraySlice<UInt8>
    let quote: UInt8
    /// With the white space before it.
    let whole: Range<Int>
  }

  struct Element {
    let tag: ArraySlice<UInt8>
    let attributes: [Attribute]
    /// From < to >.
    let text: ArraySlice<UInt8>
    let isEmpty: Bool
  }

  enum Piece {
    case start(Element)
    case end(tag: ArraySlice<UInt8>, text: ArraySlice<UInt8>)
    /// Text, comments, processing instructions, CDATA.
    case other(ArraySlice<UInt8>)
  }

  private let bytes: [UInt8]
  private var at = 0
  /// Whether all that has been read is well-formed.
  private(set) var isSound = true

  init(_ bytes: [UInt8]) { self.bytes = bytes }

  /// nil at the end, and where the text is not well-formed.
  mutating func next() -> Piece? {
    guard at < bytes.count else { return nil }
    let start = at
    guard bytes[at] == UInt8(ascii: "<") else {
      at = bytes[at...].firstIndex(of: UInt8(ascii: "<")) ?? bytes.count
      return .other(bytes[start..<at])
    }
    for (opening, closing) in [("<?", "?>"), ("<!--", "-->"), ("<![CDATA[", "]]>")] where begins(with: opening) {
      return pass(closing) ? .other(bytes[start..<at]) : unsound()
    }
    if begins(with: "<!") { return unsound() }
    if begins(with: "</") {
      guard pass(">") else { return unsound() }
      let tag = bytes[start + 2..<at - 1]
      return .end(tag: tag.prefix { !Self.isSpace($0) }, text: bytes[start..<at])
    }
    at += 1
    let tag = name()
    var attributes: [Attribute] = []
    while true {
      let before = at
      skipSpace()
      guard at < bytes.count, !tag.isEmpty, attributes.count < 10_000 else { return unsound() }
      if bytes[at] == UInt8(ascii: ">") {
        at += 1
        return .start(Element(tag: tag, attributes: attributes, text: bytes[start..<at], isEmpty: false))
      }
      if begins(with: "/>") {
        at += 2
        return .start(Element(tag: tag, attributes: attributes, text: bytes[start..<at], isEmpty: true))
      }
      guard before < at, let attribute = attribute(from: before) else { return unsound() }
      attributes.append(attribute)
    }
  }

  private mutating func attribute(from before: Int) -> Attribute? {
    let name = name()
    skipSpace()
    guard !name.isEmpty, at < bytes.count, bytes[at] == UInt8(ascii: "=") else { return nil }
    at += 1
    skipSpace()
    guard at < bytes.count, bytes[at] == UInt8(ascii: "\"") || bytes[at] == UInt8(ascii: "'") else { return nil }
    let quote = bytes[at]
    guard let end = bytes[(at + 1)...].firstIndex(of: quote) else { return nil }
    let value = bytes[at + 1..<end]
    at = end + 1
    return value.contains(UInt8(ascii: "<"))
      ? nil : Attribute(name: name, value: value, quote: quote, whole: before..<at)
  }

  private mutating func name() -> ArraySlice<UInt8> {
    let start = at
    while at < bytes.count, !Self.isSpace(bytes[at]), !"/>=\"'<".utf8.contains(bytes[at]) { at += 1 }
    return bytes[start..<at]
  }

  private mutating func skipSpace() { while at < bytes.count, Self.isSpace(bytes[at]) { at += 1 } }

  private static func isSpace(_ byte: UInt8) -> Bool { byte == 32 || (9...13).contains(byte) }

  private func begins(with text: String) -> Bool { bytes[at...].starts(with: text.utf8) }

  /// Goes behind the next `text`; false if there is none.
  private mutating func pass(_ text: String) -> Bool {
    let wanted = Array(text.utf8)
    while at + wanted.count <= bytes.count {
      if bytes[at] == wanted[0], begins(with: text) {
        at += wanted.count
        return true
      }
      at += 1
    }
    return false
  }

  private mutating func unsound() -> Piece? {
    isSound = false
    at = bytes.count
    return nil
  }
}
