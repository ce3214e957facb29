import Checkpoints
import Foundation
import TestSupport
import Testing

@Suite struct WideningTests {
  /// Every pattern of 16 bits, at an even and at an odd address, against the standard library's conversion.
  @Test(arguments: [("F16", ""), ("F16", " "), ("BF16", ""), ("BF16", " ")])
  func everyPattern(_ type: String, _ padding: String) throws {
    let scratch = try Scratch()
    let patterns = (0...UInt16.max).map { $0 }
    let path = try scratch.safetensors(
      "{\"w\":{\"dtype\":\"\(type)\",\"shape\":[65536],\"data_offsets\":[0,131072]}}" + padding,
      data: patterns.withUnsafeBytes { Array($0) })
    let values = try Checkpoint(path: path).floats("w")
    for (pattern, value) in zip(patterns, values) {
      let expected = type == "F16" ? Float(Float16(bitPattern: pattern)) : Float(bitPattern: UInt32(pattern) << 16)
      let equal = expected.isNaN ? value.isNaN && value.sign == expected.sign : value.bitPattern == expected.bitPattern
      // One #expect per pattern would take longer than all else here.
      if !equal { Issue.record("\(type) pattern \(pattern): \(value), expected \(expected)") }
    }
  }

  struct Layout: Sendable, CustomTestStringConvertible {
    var shape: [Int]
    var strides: [Int]
    var offset = 0
    var testDescription: String { "\(shape) \(strides) \(offset)" }
  }

  /// Views into a storage of 120 elements against plain index arithmetic, for every type.
  @Test(arguments: [
    Layout(shape: [4, 5, 6], strides: [30, 6, 1]),
    Layout(shape: [6, 5, 4], strides: [1, 6, 30]),  // permuted, as channels_last
    Layout(shape: [2, 3, 4, 5], strides: [60, 1, 15, 3]),  // memory_format=torch.channels_last
    Layout(shape: [5, 4], strides: [1, 5], offset: 100),  // transposed at the end
    Layout(shape: [3, 4], strides: [40, 10], offset: 9),  // every tenth
    Layout(shape: [3, 7], strides: [0, 1], offset: 2),  // expanded
    Layout(shape: [2, 3], strides: [0, 0], offset: 119),
    Layout(shape: [6, 3], strides: [1, 1], offset: 5),  // overlapping, as unfold gives
    Layout(shape: [1, 120, 1], strides: [7, 1, 9]),  // strides of axes of one element mean nothing
    Layout(shape: [4, 1, 5], strides: [5, 999, 1]),
    Layout(shape: [], strides: [], offset: 77),
    Layout(shape: [3, 0, 2], strides: [5, 1, 1]),
  ])
  func strides(_ layout: Layout) throws {
    let scratch = try Scratch()
    let numbers = (0..<120).map { Float($0) - 60 }
    let encodings: [(String, [UInt8])] = [
      ("FloatStorage", bytes(numbers)),
      ("HalfStorage", numbers.flatMap { littleEndian(Float16($0).bitPattern) }),
      ("BFloat16Storage", numbers.flatMap { littleEndian(bfloat16($0)) }),
    ]
    var expected: [Float] = []
    let count = layout.shape.reduce(1, *)
    for position in 0..<count {
      var rest = position
      var element = layout.offset
      for axis in layout.shape.indices.reversed() {
        element += rest % layout.shape[axis] * layout.strides[axis]
        rest /= layout.shape[axis]
      }
      expected.append(numbers[element])
    }
    for (storage, data) in encodings {
      let path = try scratch.torch(weight: ["0": data]) {
        $0.tensor(
          shape: layout.shape, strides: layout.strides, storage: storage, key: "0", offset: layout.offset,
          storageCount: 120)
      }
      let checkpoint = try Checkpoint(path: path)
      #expect(checkpoint.info("w")?.shape == layout.shape)
      #expect(try checkpoint.floats("w") == expected)
    }
  }
}
