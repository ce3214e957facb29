import Testing

@testable import FilePaths

@Suite struct PathBytesTests {
  /// Every name comes back as the bytes that it was, whatever they are.
  @Test func everyNameIsRestored() {
    var names: [[UInt8]] = [[], Array("plain.png".utf8), Array("cafe\u{301}.png".utf8), Array("caf\u{e9}.png".utf8)]
    names.append(Array("\u{10FFE9}\u{10FFFF}.png".utf8))  // Genuine scalars of those that stand for bytes.
    names.append(Array("caf".utf8) + [0xE9] + Array(".png".utf8))
    names.append([0xF4, 0x8F, 0xBF])  // The beginning of such a scalar.
    names.append([0xED, 0xA0, 0x80, 0xC0, 0x80, 0xFF])
    for first in UInt8.min...UInt8.max {
      for second: UInt8 in [0x2F, 0x80, 0xC3, 0xE9, 0xFF] { names.append([first, second]) }
    }
    for name in names { #expect(String(pathBytes: name).pathBytes == name) }
    #expect(String(pathBytes: Array("caf\u{e9}".utf8)) == "caf\u{e9}")
    #expect(!String(pathBytes: Array("caf\u{e9}".utf8)).hasEscapedBytes)
  }

  @Test func slashesAreBytes() {
    let path = "a/\u{301}b/\u{FE0F}c.png"
    #expect(path.nameAfterSlash.pathBytes == Array("\u{FE0F}c.png".utf8))
    #expect("a/".endsInSlash && !"a/\u{301}".endsInSlash)
    #expect("a".appendingName("\u{301}b").pathBytes == Array("a/\u{301}b".utf8))
  }

  @Test func readable() {
    #expect(String(pathBytes: [0x61, 0xE9]).readablePath == "a\\xE9")
    #expect("a/\u{301}b.png: \u{FE0F}.png".readablePath == "a/\\u{301}b.png: \\u{FE0F}.png")
    #expect("\u{202E}gnp".readablePath == "\\u{202E}gnp")
    #expect("cafe\u{301} ❤\u{FE0F} “x”.png".readablePath == "cafe\u{301} ❤\u{FE0F} “x”.png")
  }
}
