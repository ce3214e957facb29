import Checkpoints
import Foundation
import TestSupport
import Testing

/// One recorded file: what an independent reader (Python's zipfile and pickle, NumPy) found in it.
struct Recorded: Sendable, CustomTestStringConvertible {
  var path: String
  /// Number of tensors, of floating-point ones, of elements of those, and the sum of their magnitudes.
  var tensors: Int
  var floating: Int
  var elements: Int
  var magnitude: Double
  /// Names that are first and last in order.
  var first: String
  var last: String
  /// A tensor with four axes: its shape and its element 7.
  var sample: String
  var shape: [Int]
  var seventh: Float
  var testDescription: String { path }
}

private let recorded: [Recorded] = [
  Recorded(
    path: "Tests/Fixtures/tiny-face/autoencoder.pth", tensors: 197, floating: 197, elements: 847227,
    magnitude: 36991.603937506676, first: "decoder.conv_in.bias", last: "quantize.embedding.weight",
    sample: "quant_conv.weight", shape: [8, 8, 1, 1], seventh: -0.1461181640625),
  Recorded(
    path: "Tests/Fixtures/tiny-face/unet.pth", tensors: 278, floating: 268, elements: 1_051_314,
    magnitude: 873711.4091882706, first: "feature_extractor.0.bias", last: "time_embed.2.weight",
    sample: "output_blocks.3.0.skip_connection.weight", shape: [32, 64, 1, 1], seventh: -0.234619140625),
  Recorded(
    path: "Tests/Fixtures/tiny-inpaint/autoencoder.pth", tensors: 153, floating: 153, elements: 729406,
    magnitude: 30903.411942005157, first: "decoder.conv_in.bias", last: "quantize.embedding.weight",
    sample: "quant_conv.weight", shape: [3, 3, 1, 1], seventh: -0.26708984375),
  Recorded(
    path: "Tests/Fixtures/tiny-inpaint/unet.pth", tensors: 312, floating: 302, elements: 995101,
    magnitude: 871696.2610966563, first: "feature_extractor.0.bias", last: "time_embed.2.weight",
    sample: "output_blocks.5.0.skip_connection.weight", shape: [32, 64, 1, 1], seventh: -0.144775390625),
  Recorded(
    path: "Tests/Fixtures/tiny-sr-15/autoencoder.pth", tensors: 153, floating: 153, elements: 729406,
    magnitude: 30920.68270469, first: "decoder.conv_in.bias", last: "quantize.embedding.weight",
    sample: "quant_conv.weight", shape: [3, 3, 1, 1], seventh: -0.2216796875),
  Recorded(
    path: "Tests/Fixtures/tiny-sr-15/unet.pth", tensors: 368, floating: 354, elements: 1_045_553,
    magnitude: 880540.9546536803, first: "input_blocks.0.0.bias", last: "time_embed.2.weight",
    sample: "output_blocks.5.0.skip_connection.weight", shape: [32, 64, 1, 1], seventh: -0.159912109375),
  Recorded(
    path: "Tests/Fixtures/tiny-sr/autoencoder.pth", tensors: 153, floating: 153, elements: 729406,
    magnitude: 30942.70168387466, first: "decoder.conv_in.bias", last: "quantize.embedding.weight",
    sample: "quant_conv.weight", shape: [3, 3, 1, 1], seventh: -0.6957961320877075),
  Recorded(
    path: "Tests/Fixtures/tiny-sr/unet.pth", tensors: 390, floating: 376, elements: 1_424_223,
    magnitude: 909877.4561395879, first: "input_blocks.0.0.bias", last: "time_embed.2.weight",
    sample: "output_blocks.6.0.skip_connection.weight", shape: [32, 64, 1, 1], seventh: -0.086835578083992),
  Recorded(
    path: "Tests/Fixtures/compact-inpaint/unet.safetensors", tensors: 366, floating: 366, elements: 7_551_678,
    magnitude: 150141.3549026847, first: "feature_extractor.0.bias", last: "time_embed.2.weight",
    sample: "output_blocks.8.0.skip_connection.weight", shape: [64, 128, 1, 1], seventh: -0.05548095703125),
  Recorded(
    path: "Tests/Fixtures/compact-sr-x4/unet.safetensors", tensors: 358, floating: 358, elements: 7_483_566,
    magnitude: 162145.91100925207, first: "input_blocks.0.0.bias", last: "time_embed.2.weight",
    sample: "output_blocks.8.0.skip_connection.weight", shape: [64, 128, 1, 1], seventh: 0.058197021484375),
  Recorded(
    path: "Tests/Fixtures/tiny-sr/case0.safetensors", tensors: 18, floating: 17, elements: 24064,
    magnitude: 13201.060773878184, first: "code_indices", last: "z_y", sample: "z_y", shape: [1, 3, 16, 16],
    seventh: 0.3968539237976074),
]

@Suite struct FlavourTests {
  @Test(arguments: recorded) func recordedFile(_ expected: Recorded) throws {
    let checkpoint = try Checkpoint(path: packageRoot + "/" + expected.path)
    let values = try checkpoint.allFloats()
    #expect(checkpoint.tensors.count == expected.tensors)
    #expect(checkpoint.tensors.map(\.name) == checkpoint.tensors.map(\.name).sorted())
    #expect(checkpoint.tensors.first?.name == expected.first)
    #expect(checkpoint.tensors.last?.name == expected.last)
    #expect(values.count == expected.floating)
    #expect(values.values.reduce(0) { $0 + $1.count } == expected.elements)
    // Sums of 10^6 doubles in another order: 10^6 * 2^-53 = 1e-10 at the very worst.
    let magnitude = values.values.reduce(0) { $0 + $1.reduce(0) { $0 + Double(abs($1)) } }
    #expect(abs(magnitude - expected.magnitude) <= 1e-10 * expected.magnitude)
    #expect(checkpoint.info(expected.sample)?.shape == expected.shape)
    #expect(values[expected.sample]?[7] == expected.seventh)
  }

  @Test func buffersAreListedButNotReadAsFloats() throws {
    let checkpoint = try Checkpoint(path: fixture("tiny-sr/unet.pth"))
    let buffer = try #require(checkpoint.tensors.first { $0.name.hasSuffix("relative_position_index") })
    #expect(buffer.elementType == .int64)
    #expect(
      throws: CheckpointError.wrongElementType(
        file: checkpoint.path, tensor: buffer.name, expected: "float32, float16 or bfloat16", found: "int64")
    ) { try checkpoint.floats(buffer.name) }
  }

  @Test func integersAreReadAsIntegers() throws {
    let checkpoint = try Checkpoint(path: fixture("tiny-sr/case0.safetensors"))
    var codes = [Int32](repeating: -1, count: try #require(checkpoint.info("code_indices")).count)
    try codes.withUnsafeMutableBufferPointer { try checkpoint.read("code_indices", into: $0) }
    #expect(codes.allSatisfy { (0..<64).contains($0) })
    #expect(Set(codes).count > 1)
    #expect(
      throws: CheckpointError.wrongElementType(
        file: checkpoint.path, tensor: "z_y", expected: "int32", found: "float32")
    ) {
      var values = [Int32](repeating: 0, count: 768)
      try values.withUnsafeMutableBufferPointer { try checkpoint.read("z_y", into: $0) }
    }
  }

  /// Real weights written again in every container, type and wrapping come back as the rounded numbers, bit by bit.
  @Test(arguments: [ElementType.float32, .float16, .bfloat16])
  func rewritten(_ type: ElementType) throws {
    let scratch = try Scratch()
    let source = try Checkpoint(path: fixture("tiny-sr/autoencoder.pth"))
    let tensors = try source.tensors.map { NamedTensor($0.name, $0.shape, try source.floats($0.name)) }
    var paths: [String] = []
    func add(_ name: String) -> String {
      paths.append(scratch.path(name))
      return scratch.path(name)
    }
    try writeSafetensors(add("plain.safetensors"), tensors: tensors, type: type)
    try writeTorchZip(add("plain.pth"), tensors: tensors, type: type)
    try writeTorchZip(add("dict.pth"), tensors: tensors, type: type, wrapping: .stateDict)
    for prefix in ["module.", "_orig_mod.", "module._orig_mod.", "_orig_mod.module."] {
      try writeTorchZip(add(prefix + "pth"), tensors: tensors, type: type, wrapping: .prefix(prefix))
      try writeSafetensors(
        add(prefix + "safetensors"), tensors: tensors.map { (prefix + $0.name, $0.shape, $0.values) }, type: type)
    }
    for path in paths {
      let checkpoint = try Checkpoint(path: path)
      #expect(checkpoint.path == path)
      #expect(checkpoint.tensors.map(\.name) == source.tensors.map(\.name), "\(path)")
      #expect(checkpoint.tensors.map(\.shape) == source.tensors.map(\.shape), "\(path)")
      #expect(checkpoint.tensors.allSatisfy { $0.elementType == type }, "\(path)")
      for tensor in tensors {
        let expected = tensor.values.map { rounded($0, to: type).bitPattern }
        #expect(try checkpoint.floats(tensor.name).map(\.bitPattern) == expected, "\(path) \(tensor.name)")
      }
    }
  }

  private func rounded(_ value: Float, to type: ElementType) -> Float {
    switch type {
    case .float16: Float(Float16(value))
    case .bfloat16: Float(bitPattern: UInt32(bfloat16(value)) << 16)
    default: value
    }
  }

  @Test func tensorsWithoutElementsAndWithoutAxes() throws {
    let scratch = try Scratch()
    try writeSafetensors(scratch.path("t.safetensors"), tensors: sampleTensors())
    try writeTorchZip(scratch.path("t.pth"), tensors: sampleTensors())
    for name in ["t.safetensors", "t.pth"] {
      let checkpoint = try Checkpoint(path: scratch.path(name))
      #expect(checkpoint.tensors.map(\.count) == [4, 108, 35, 1, 0])
      for tensor in sampleTensors() { #expect(try checkpoint.floats(tensor.name) == tensor.values) }
    }
  }

  @Test func missingTensorsAndWrongCounts() throws {
    let checkpoint = try Checkpoint(path: fixture("tiny-sr/autoencoder.pth"))
    var values = [Float](repeating: 0, count: 7)
    #expect(checkpoint.info("nothing") == nil)
    values.withUnsafeMutableBufferPointer { buffer in
      #expect(throws: CheckpointError.missingTensor(file: checkpoint.path, tensor: "nothing", expectedShape: [7])) {
        try checkpoint.read("nothing", into: buffer)
      }
      #expect(
        throws: CheckpointError.wrongShape(
          file: checkpoint.path, tensor: "quant_conv.weight", expected: [7], found: [3, 3, 1, 1])
      ) { try checkpoint.read("quant_conv.weight", into: buffer) }
    }
  }

  @Test func sameNameWithAndWithoutPrefix() throws {
    let scratch = try Scratch()
    try writeSafetensors(scratch.path("t.safetensors"), tensors: [("w", [1], [1]), ("module.w", [1], [2])])
    #expect(message(scratch.path("t.safetensors")).contains("w twice"))
  }

  @Test func aPrefixAloneStays() throws {
    let scratch = try Scratch()
    try writeSafetensors(scratch.path("t.safetensors"), tensors: [("module.", [1], [1]), ("amodule.w", [1], [2])])
    #expect(try Checkpoint(path: scratch.path("t.safetensors")).tensors.map(\.name) == ["amodule.w", "module."])
  }

  @Test func fileIsReadableWhileOthersReadIt() async throws {
    let checkpoint = try Checkpoint(path: fixture("tiny-sr/autoencoder.pth"))
    let expected = try checkpoint.floats("quantize.embedding.weight")
    try await withThrowingTaskGroup(of: [Float].self) { group in
      for _ in 0..<4 { group.addTask { try checkpoint.floats("quantize.embedding.weight") } }
      for try await values in group { #expect(values == expected) }
    }
  }
}
