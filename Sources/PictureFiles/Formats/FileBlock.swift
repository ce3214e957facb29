import CPictureCodecs

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

/// The bytes of a file without its pixels, taken apart within bounds. What does not fit its container is left out: the
/// codecs say what is wrong with a file.
enum FileBlocks {
  /// Pieces of a file that are looked at.
  private static let most = 10_000

  /// The segments of a JPEG file up to its first scan.
  static func ofJPEG(_ bytes: [UInt8]) -> [FileBlock] {
    var blocks: [FileBlock] = []
    var at = 2
    while at + 4 <= bytes.count, blocks.count < most {
      guard bytes[at] == 0xff else { break }
      let marker = bytes[at + 1]
      if marker == 0xff {
        at += 1
        continue
      }
      if marker == 0x01 || (0xd0...0xd8).contains(marker) {
        at += 2
        continue
      }
      let size = Int(bytes[at + 2]) << 8 | Int(bytes[at + 3])
      guard marker != 0xda, marker != 0xd9, size >= 2, at + 2 + size <= bytes.count else { break }
      if marker >= 0xe0 { blocks.append(FileBlock(code: UInt32(marker), data: Array(bytes[at + 4..<at + 2 + size]))) }
      at += 2 + size
    }
    return blocks
  }

  /// The chunks of a PNG file but for its pixels; those whose checksum is wrong have their names in `damaged`.
  static func ofPNG(_ bytes: [UInt8]) -> (blocks: [FileBlock], damaged: [String]) {
    var blocks: [FileBlock] = []
    var damaged: [String] = []
    var at = 8
    var isAfterPixels = false
    while at + 12 <= bytes.count, blocks.count < most {
      func long(_ at: Int) -> UInt32 { bytes[at..<at + 4].reduce(0) { $0 << 8 | UInt32($1) } }
      let size = Int(long(at))
      guard size <= bytes.count - at - 12 else { break }
      let code = long(at + 4)
      if code == FileBlock.code("IEND") { break }
      isAfterPixels = isAfterPixels || code == FileBlock.code("IDAT")
      // Animation's frames are pixels, too, and its head has no meaning after the first pixels.
      let isPixels = ["IDAT", "fdAT"].contains(code) || isAfterPixels && code == FileBlock.code("acTL")
      if !isPixels {
        let sum = bytes.withUnsafeBufferPointer { buffer in
          buffer.baseAddress.map { cpc_crc32($0 + at + 4, size + 4) } ?? 0
        }
        if sum == long(at + 8 + size) {
          blocks.append(FileBlock(code: code, data: Array(bytes[at + 8..<at + 8 + size])))
        } else {
          damaged.append(String(decoding: bytes[at + 4..<at + 8], as: UTF8.self))
        }
      }
      at += 12 + size
    }
    return (blocks, damaged)
  }

  /// The chunks of a WebP file but for its pixels.
  static func ofWebP(_ bytes: [UInt8]) -> [FileBlock] {
    var blocks: [FileBlock] = []
    var at = 12
    while at + 8 <= bytes.count, blocks.count < most {
      let size = (0..<4).reduce(0) { $0 | Int(bytes[at + 4 + $1]) << (8 * $1) }
      guard size <= bytes.count - at - 8 else { break }
      let code = bytes[at..<at + 4].reduce(0) { $0 << 8 | UInt32($1) }
      if ["EXIF", "XMP "].contains(code) {
        blocks.append(FileBlock(code: code, data: Array(bytes[at + 8..<at + 8 + size])))
      }
      at += 8 + size + size & 1
    }
    return blocks
  }
}

extension [StaticString] {
  func contains(_ code: UInt32) -> Bool { contains { FileBlock.code($0) == code } }
}
