import Checkpoints
import Foundation
import TestSupport
import Testing

@Suite struct HostileFileTests {
  @Test func noFile() throws {
    let scratch = try Scratch()
    #expect(failure(scratch.path("none.pth")) == .notFound(file: scratch.path("none.pth")))
    let inside = try scratch.file("a", [1]) + "/b.pth"
    #expect(failure(inside) == .notFound(file: inside))
    #expect(failure("") == .notFound(file: ""))
    // C would end the path at the zero byte and open another file.
    let cut = scratch.path("a") + "\0.pth"
    #expect(throws: CheckpointError.notFound(file: cut)) { try Checkpoint(path: cut) }
    try FileManager.default.createSymbolicLink(atPath: scratch.path("loop"), withDestinationPath: scratch.path("loop"))
    #expect(message(scratch.path("loop")).contains("cannot be read"))
  }

  @Test func foldersPipesAndDevices() throws {
    let scratch = try Scratch()
    #expect(message(scratch.folder).contains("it is a folder"))
    #expect(message("/dev/zero").contains("not a regular file"))
    #expect(mkfifo(scratch.path("pipe"), 0o600) == 0)
    #expect(message(scratch.path("pipe")).contains("not a regular file"))
  }

  @Test func emptyFile() throws {
    let scratch = try Scratch()
    #expect(failure(try scratch.file("e.pth", [])) == .empty(file: scratch.path("e.pth")))
  }

  @Test(arguments: [
    ("plain words, no weights", "but text"), ("{\"json\": true, \"shape\": [1]}", "but text"), ("PK", "but text"),
    ("1234567{\"__metadata__\":{}}", "but text"), ("<!DOCTYPE html><html></html>", "a web page"),
    ("version https://git-lfs.github.com/spec/v1\noid sha256:0\n", "Git LFS"),
    ("\u{1}\u{2}\u{3}", "of an unknown kind"),
    ("\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0", "of an unknown kind"),
  ])
  func otherFiles(_ text: String, _ expected: String) throws {
    let scratch = try Scratch()
    #expect(message(try scratch.file("t.pth", Array(text.utf8))).contains(expected))
  }

  /// Small files of every kind, for cutting and flipping.
  private func samples(_ scratch: Scratch) throws -> [String: [UInt8]] {
    let tensors = sampleTensors()
    var samples: [String: [UInt8]] = [:]
    func add(_ name: String) throws { samples[name] = try bytes(of: scratch.path("s")) }
    try writeSafetensors(scratch.path("s"), tensors: tensors, type: .float16)
    try add("safetensors")
    try writeTorchZip(scratch.path("s"), tensors: tensors, type: .bfloat16)
    try add("plain zip")
    try writeTorchZip(scratch.path("s"), tensors: tensors, wrapping: .stateDict)
    try add("zip with state_dict")
    let zip = try ZipWriter(scratch.path("s"), zip64: true)
    let pickle = PickleBuilder()
    pickle.op("}").text("w").global("torch._utils", "_rebuild_parameter").op("(")
    pickle.tensor(shape: [3, 4], strides: [1, 3], key: "0").op("NNtRs")
    try zip.add("t/data.pkl", pickle.finished)
    try zip.add("t/data/0", bytes((0..<12).map(Float.init)))
    try zip.finish()
    try add("zip64")
    return samples
  }

  @Test func everyPrefixOfSmallFiles() throws {
    let scratch = try Scratch()
    for (name, whole) in try samples(scratch) {
      #expect(failure(try scratch.file("t", whole)) == nil)
      for length in 0..<whole.count {
        #expect(failure(try scratch.file("t", whole.prefix(length))) != nil, "\(name) cut to \(length)")
      }
    }
  }

  @Test(arguments: [
    "Tests/Fixtures/tiny-face/unet.pth", "Tests/Fixtures/tiny-inpaint/unet.pth",
    "Tests/Fixtures/tiny-sr/autoencoder.pth", "Tests/Fixtures/tiny-sr/case0.safetensors",
    "Tests/Fixtures/compact-sr-x4/unet.safetensors",
  ])
  func truncatedFixtures(_ name: String) throws {
    let scratch = try Scratch()
    let whole = try bytes(of: packageRoot + "/" + name)
    for part in 0..<50 {
      let path = try scratch.file("t", whole.prefix(whole.count * part / 50))
      #expect(failure(path) != nil, "\(part)/50")
    }
    #expect(failure(try scratch.file("t", whole.dropLast())) != nil)
    #expect(failure(try scratch.file("t", whole.dropFirst())) != nil)
  }

  /// A file with damage loads or throws a `CheckpointError`; anything else ends the test run.
  @Test func flippedBytes() throws {
    let scratch = try Scratch()
    var random = SeededRandom(state: 2026)
    for (name, whole) in try samples(scratch).sorted(by: { $0.key < $1.key }) {
      var loaded = 0
      var refused = 0
      for _ in 0..<3000 {
        var damaged = whole
        for _ in 0..<Int.random(in: 1...3, using: &random) {
          damaged[Int.random(in: 0..<damaged.count, using: &random)] = UInt8.random(in: 0...255, using: &random)
        }
        if failure(try scratch.file("t", damaged)) == nil { loaded += 1 } else { refused += 1 }
      }
      // Padding and values may change unseen, structure may not: both must occur.
      #expect(loaded > 0 && refused > 0, "\(name): \(loaded) \(refused)")
    }
  }

  /// Numbers that are likely to overflow something, at every offset.
  @Test func extremeNumbersAtEveryOffset() throws {
    let scratch = try Scratch()
    let numbers: [[UInt8]] = [
      littleEndian(UInt64.max), littleEndian(UInt64(1) << 63), littleEndian(UInt64(Int64.max)),
      littleEndian(UInt32.max),
      littleEndian(UInt32(1) << 31), littleEndian(UInt16.max), Array("9223372036854775807".utf8), Array("-1".utf8),
    ]
    for (name, whole) in try samples(scratch) {
      var refused = 0
      for offset in whole.indices {
        // Two of them at each offset, so that each is tried at a quarter of the offsets.
        for number in [numbers[offset % 8], numbers[offset / 8 % 8]] {
          var damaged = whole
          for (index, byte) in number.enumerated() where offset + index < whole.count { damaged[offset + index] = byte }
          if failure(try scratch.file("t", damaged)) != nil { refused += 1 }
        }
      }
      #expect(refused > 0, "\(name)")
    }
  }

  /// Stretches of a file moved, repeated or removed.
  @Test func splicedFiles() throws {
    let scratch = try Scratch()
    var random = SeededRandom(state: 77)
    for (name, whole) in try samples(scratch).sorted(by: { $0.key < $1.key }) {
      var refused = 0
      for _ in 0..<1000 {
        let from = Int.random(in: 0..<whole.count, using: &random)
        let length = Int.random(in: 0...min(64, whole.count - from), using: &random)
        let to = Int.random(in: 0...whole.count, using: &random)
        var damaged = whole
        if Bool.random(using: &random) {
          damaged.insert(contentsOf: whole[from..<(from + length)], at: to)
        } else {
          damaged.removeSubrange(from..<(from + length))
        }
        if failure(try scratch.file("t", damaged)) != nil { refused += 1 }
      }
      #expect(refused > 0, "\(name)")
    }
  }
}
