import Checkpoints
import Foundation
import TestSupport
import Testing

@Suite struct ZipArchiveTests {
  /// A small PyTorch zip, its bytes, and where its parts begin.
  private struct Sample {
    let scratch: Scratch
    var bytes: [UInt8]
    var directory: Int
    var trailer: Int

    init(zip64: Bool = false) throws {
      scratch = try Scratch()
      let path = try scratch.torch(weight: ["0": CheckpointsTests.bytes([1, 2])], zip64: zip64) {
        $0.tensor(shape: [2], key: "0")
      }
      let whole = try CheckpointsTests.bytes(of: path)
      bytes = whole
      trailer = whole.count - 22
      directory = try #require(whole.indices.first { whole[$0...].starts(with: [0x50, 0x4B, 1, 2]) })
    }

    mutating func put<Value: FixedWidthInteger>(_ value: Value, at offset: Int) {
      bytes.replaceSubrange(offset..<(offset + Value.bitWidth / 8), with: littleEndian(value))
    }

    /// The low `size` bytes of a number, 2 or 4.
    mutating func put(_ value: Int, size: Int, at offset: Int) {
      if size == 2 { put(UInt16(truncatingIfNeeded: value), at: offset) } else { put(UInt32(value), at: offset) }
    }

    func message() throws -> String { CheckpointsTests.message(try scratch.file("s.pth", bytes)) }
  }

  @Test func zip64() throws {
    let sample = try Sample(zip64: true)
    #expect(try sample.message() == "")
    #expect(try Checkpoint(path: sample.scratch.path("s.pth")).floats("w") == [1, 2])
  }

  @Test func comment() throws {
    var sample = try Sample()
    sample.put(UInt16(5), at: sample.trailer + 20)
    sample.bytes += Array("PK\u{5}\u{6}!".utf8)
    #expect(try sample.message() == "")
    sample.bytes += [0]
    #expect(try sample.message().contains("cut short"))
  }

  /// Numbers of the end record, with every value that might confuse: (offset in the record, bytes).
  @Test(arguments: [(4, 2), (6, 2), (8, 2), (10, 2), (12, 4), (16, 4), (20, 2)])
  func falseNumbersInTheEndRecord(_ offset: Int, _ size: Int) throws {
    let sample = try Sample()
    for value in [1, 3, 22, 0x7FFF, 0xFFFE, 0xFFFF, 0x7FFF_FFFF, 0x8000_0000, 0xFFFF_FFFE, 0xFFFF_FFFF] {
      var lie = sample
      lie.put(value, size: size, at: sample.trailer + offset)
      guard lie.bytes != sample.bytes else { continue }
      // A disk number of 65535 means that it does not apply.
      let harmless = offset < 8 && value & 0xFFFF == 0xFFFF
      #expect(try lie.message().isEmpty == harmless, "\(offset) \(value)")
    }
  }

  /// Numbers of the first entry: flags, method, sizes, lengths, offset.
  @Test(arguments: [(8, 2), (10, 2), (20, 4), (24, 4), (28, 2), (30, 2), (32, 2), (42, 4)])
  func falseNumbersInAnEntry(_ offset: Int, _ size: Int) throws {
    let sample = try Sample()
    for value in [1, 3, 8, 46, 0x7FFF, 0xFFFF, 0x7FFF_FFFF, 0x8000_0000, 0xFFFF_FFFE, 0xFFFF_FFFF] {
      var lie = sample
      lie.put(value, size: size, at: sample.directory + offset)
      guard lie.bytes != sample.bytes else { continue }
      // Of the flags only the one for encryption matters.
      let harmless = offset == 8 && value & 1 == 0
      #expect(try lie.message().isEmpty == harmless, "\(offset) \(value)")
    }
  }

  @Test func encryptedAndCompressed() throws {
    var sample = try Sample()
    sample.put(UInt16(0x801), at: sample.directory + 8)
    #expect(try sample.message().contains("encrypted"))
    sample = try Sample()
    sample.put(UInt16(8), at: sample.directory + 10)
    #expect(try sample.message().contains("compressed"))
  }

  /// 64-bit numbers: in the record (count twice, size, offset), in the locator, in the first entry's extra field.
  @Test func falseNumbersInZip64() throws {
    let sample = try Sample(zip64: true)
    let record = sample.trailer - 20 - 56
    let field = sample.directory + 46 + "t/data.pkl".utf8.count + 4
    let places = [
      record + 24, record + 32, record + 40, record + 48, sample.trailer - 12, field, field + 8, field + 16,
    ]
    for place in places {
      for value in [1, 1 << 20, 1 << 32, UInt64(Int64.max), 1 << 63, UInt64.max - 40, UInt64.max] {
        var lie = sample
        lie.put(value, at: place)
        #expect(try lie.message() != "", "\(place - sample.trailer) \(value)")
      }
    }
    var lie = sample
    lie.put(UInt16(7), at: field - 4)
    #expect(try lie.message().contains("zip64 field"))
    lie = sample
    lie.put(UInt16(4), at: field - 2)
    #expect(try lie.message() != "")
  }

  @Test func zip64RecordThatContradictsTheShortOne() throws {
    var sample = try Sample(zip64: true)
    sample.put(UInt32(64), at: sample.trailer + 16)
    #expect(try sample.message().contains("agree"))
  }

  @Test func localHeaders() throws {
    var sample = try Sample()
    sample.bytes[0] = 0x51
    #expect(try sample.message().contains("not a checkpoint"))
    sample = try Sample()
    sample.bytes[30] = UInt8(ascii: "u")  // name of the first member
    #expect(try sample.message().contains("same name"))
    sample = try Sample()
    sample.put(UInt16.max, at: 28)  // length of its extra field
    #expect(try sample.message() != "")
  }

  @Test func overlappingAndRepeatedMembers() throws {
    let sample = try Sample()
    let second = sample.directory + 46 + "t/data.pkl".utf8.count
    var overlap = sample
    overlap.put(UInt32(200), at: sample.directory + 20)
    overlap.put(UInt32(200), at: sample.directory + 24)
    #expect(try overlap.message().contains("to end by offset"))

    var twice = sample
    let entry = Array(sample.bytes[sample.directory..<second])
    twice.bytes.insert(contentsOf: entry, at: sample.directory)
    twice.put(UInt16(3), at: twice.bytes.count - 14)
    twice.put(UInt16(3), at: twice.bytes.count - 12)
    twice.put(UInt32(sample.trailer - sample.directory + entry.count), at: twice.bytes.count - 10)
    #expect(try twice.message().contains("t/data.pkl twice"))
  }

  @Test func archivesThatAreNoCheckpoints() throws {
    let scratch = try Scratch()
    func archive(_ members: [String]) throws -> String {
      let zip = try ZipWriter(scratch.path("t.pth"))
      for name in members { try zip.add(name, PickleBuilder().finished) }
      try zip.finish()
      return message(scratch.path("t.pth"))
    }
    #expect(try archive([]).contains("without data.pkl"))
    #expect(try archive(["mimetype", "word/document.xml"]).contains("without data.pkl"))
    #expect(try archive(["data.pkl"]).contains("without data.pkl"))
    #expect(try archive(["a/b/data.pkl"]).contains("without data.pkl"))
    #expect(try archive(["a/data.pkl", "b/data.pkl"]).contains("several data.pkl"))
    #expect(try archive(["a/data.pkl", "a/constants.pkl"]).contains("TorchScript"))
  }

  @Test func bigEndian() throws {
    let scratch = try Scratch()
    for (order, expected) in [("little", ""), ("big", "big-endian"), ("", "-endian"), ("\u{1B}\u{1B}", "??-endian")] {
      let zip = try ZipWriter(scratch.path("t.pth"))
      let pickle = PickleBuilder()
      pickle.op("}").text("w").tensor(shape: [1], key: "0").op("s")
      try zip.add("t/data.pkl", pickle.finished)
      try zip.add("t/byteorder", Array(order.utf8))
      try zip.add("t/data/0", bytes([1]))
      try zip.finish()
      let text = message(scratch.path("t.pth"))
      #expect(expected.isEmpty ? text.isEmpty : text.contains(expected))
    }
  }
}
