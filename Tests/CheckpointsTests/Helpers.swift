import Checkpoints
import Foundation
import TestSupport
import Testing

/// A folder for one test's files, removed with it.
final class Scratch {
  let folder: String

  init() throws {
    folder = NSTemporaryDirectory() + "checkpoints-" + UUID().uuidString
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(atPath: folder) }

  func path(_ name: String) -> String { folder + "/" + name }

  /// Writes `bytes` and gives the path.
  func file(_ name: String, _ bytes: some Sequence<UInt8>) throws -> String {
    // Neither truncated nor through Data.write: both wait for the disk, and there are thousands of files.
    unlink(path(name))
    let file = try #require(fopen(path(name), "wb"))
    let data = Array(bytes)
    #expect(fwrite(data, 1, data.count, file) == data.count)
    #expect(fclose(file) == 0)
    return path(name)
  }

  /// A safetensors file of this header, whatever it says; `length` is what the first eight bytes claim.
  func safetensors(_ header: String, length: UInt64? = nil, data: [UInt8] = []) throws -> String {
    try file("t.safetensors", littleEndian(length ?? UInt64(header.utf8.count)) + Array(header.utf8) + data)
  }

  /// A PyTorch zip of this pickle and these storages.
  func torch(_ pickle: [UInt8], storages: [String: [UInt8]] = [:], zip64: Bool = false) throws -> String {
    let zip = try ZipWriter(path("t.pth"), zip64: zip64)
    try zip.add("t/data.pkl", pickle)
    for (key, bytes) in storages.sorted(by: { $0.key < $1.key }) { try zip.add("t/data/\(key)", bytes) }
    try zip.finish()
    return path("t.pth")
  }

  /// A PyTorch zip of `{"w": ...}`; the closure appends the value.
  func torch(
    weight storages: [String: [UInt8]], zip64: Bool = false, _ value: (PickleBuilder) -> Void
  ) throws -> String {
    let pickle = PickleBuilder()
    pickle.op("}").text("w")
    value(pickle)
    return try torch(pickle.op("s").finished, storages: storages, zip64: zip64)
  }
}

/// The root of the package.
let packageRoot = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
  .deletingLastPathComponent().path

func fixture(_ name: String) -> String { packageRoot + "/Tests/Fixtures/" + name }

func bytes(of path: String) throws -> [UInt8] { [UInt8](try Data(contentsOf: URL(fileURLWithPath: path))) }

func bytes(_ values: [Float]) -> [UInt8] { values.withUnsafeBytes { Array($0) } }

extension Checkpoint {
  func floats(_ name: String) throws -> [Float] {
    try [Float](unsafeUninitializedCapacity: info(name)?.count ?? 0) { buffer, count in
      try read(name, into: UnsafeMutableBufferPointer(rebasing: buffer[..<(info(name)?.count ?? 0)]))
      count = info(name)?.count ?? 0
    }
  }

  /// All tensors of floating-point type that can be read.
  func allFloats() throws -> [String: [Float]] {
    var values: [String: [Float]] = [:]
    for tensor in tensors where [.float32, .float16, .bfloat16].contains(tensor.elementType) {
      values[tensor.name] = try floats(tensor.name)
    }
    return values
  }
}

/// Opens the file and reads all it has. The error, if any, must be a `CheckpointError` with a message for one line.
@discardableResult
func failure(_ path: String, sourceLocation: SourceLocation = #_sourceLocation) -> CheckpointError? {
  do {
    _ = try Checkpoint(path: path).allFloats()
    return nil
  } catch let error as CheckpointError {
    let text = error.description
    #expect(text.hasPrefix(path) && !text.contains("\n") && text.count < 1500, sourceLocation: sourceLocation)
    #expect(error.file == path, sourceLocation: sourceLocation)
    return error
  } catch {
    Issue.record("\(error)", sourceLocation: sourceLocation)
    return nil
  }
}

/// The message for the user, empty if the file loads.
func message(_ path: String, sourceLocation: SourceLocation = #_sourceLocation) -> String {
  failure(path, sourceLocation: sourceLocation)?.description ?? ""
}

/// SplitMix64 (Steele, Lea, Flood 2014).
struct SeededRandom: RandomNumberGenerator {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ z >> 30) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ z >> 27) &* 0x94D0_49BB_1331_11EB
    return z ^ z >> 31
  }
}

/// Tensors of several ranks with seeded values, a subnormal and the extremes of float16 among them.
func sampleTensors() -> [NamedTensor] {
  var random = SeededRandom(state: 5)
  let shapes: [NamedShape] = [
    ("a.weight", [4, 3, 3, 3]), ("a.bias", [4]), ("b.weight", [5, 7]), ("c", []), ("d", [0, 3]),
  ]
  return shapes.map { name, shape in
    var values = (0..<shape.reduce(1, *)).map { _ in Float.random(in: -2...2, using: &random) }
    if name == "a.bias" { values = [-0.0, 65504, 3e-7, -1.0 / 3] }
    return (name, shape, values)
  }
}
