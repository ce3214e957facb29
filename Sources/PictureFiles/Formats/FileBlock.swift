/// A piece of a picture file that is no pixels: a chunk of PNG or WebP, a segment of JPEG.
struct FileBlock: Sendable, Equatable {
  /// The four letters of a chunk's name, or the second byte of a segment's marker.
  let code: UInt32
  var data: [UInt8]

  init(code: UInt32, data: [UInt8]) {
    self.code = code
    self.data = data
  }

  init(_ name: StaticString, _ data: [UInt8]) { self.init(code: Self.code(name), data: data) }

  static func code(_ name: StaticString) -> UInt32 {
    name.withUTF8Buffer { $0.reduce(0) { $0 << 8 | UInt32($1) } }
  }
}

/// The bytes of a file without its pixels, taken apart within bounds; each format's file adds how. What does not fit its
/// container is left out: the codecs say what is wrong with a file.
enum FileBlocks {
  /// Pieces of a file that are looked at.
  static let most = 10_000
}

extension [StaticString] {
  func contains(_ code: UInt32) -> Bool { contains { FileBlock.code($0) == code } }
}
