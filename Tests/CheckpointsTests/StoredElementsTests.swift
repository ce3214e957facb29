import Foundation
import TestSupport
import Testing

@testable import Checkpoints

/// Tensors used where they lie in the file.
@Suite struct StoredElementsTests {
  private let numbers = (0..<6).map { Float($0) - 2.5 }

  private func copied(_ elements: StoredElements, _ count: Int) -> [Float] {
    [Float](unsafeUninitializedCapacity: count) { buffer, filled in
      if let start = buffer.baseAddress { elements.copy(to: start) }
      filled = count
    }
  }

  private func inPlace(_ elements: StoredElements, _ count: Int) -> [Float]? {
    withExtendedLifetime(elements) { elements.inPlace.map { Array(UnsafeBufferPointer(start: $0, count: count)) } }
  }

  /// A safetensors file whose data begins `shift` bytes behind a multiple of 8.
  private func shifted(_ scratch: Scratch, _ shift: Int) throws -> Checkpoint {
    let header = "{\"w\":{\"dtype\":\"F32\",\"shape\":[2,3],\"data_offsets\":[0,24]}}"
    let padding = (8 - header.utf8.count % 8) % 8 + shift
    return try Checkpoint(
      path: scratch.safetensors(header + String(repeating: " ", count: padding), data: bytes(numbers)))
  }

  @Test(arguments: 0..<8)
  func onlyAlignedDataIsUsedInPlace(_ shift: Int) throws {
    let scratch = try Scratch()
    let elements = try shifted(scratch, shift).elements("w", count: 6)
    #expect(inPlace(elements, 6) == (shift % 4 == 0 ? numbers : nil))
    #expect(copied(elements, 6) == numbers)
  }

  @Test func onlyRowMajorFloatsAreUsedInPlace() throws {
    let scratch = try Scratch()
    func check(_ shape: [Int], _ strides: [Int]?, offset: Int = 0, _ expected: [Float], inPlace isInPlace: Bool) throws
    {
      let path = try scratch.torch(weight: ["0": bytes(numbers)]) {
        $0.tensor(shape: shape, strides: strides, key: "0", offset: offset, storageCount: 6)
      }
      let elements = try Checkpoint(path: path).elements("w", count: expected.count)
      #expect(inPlace(elements, expected.count) == (isInPlace ? expected : nil), "\(shape) \(strides ?? [])")
      #expect(copied(elements, expected.count) == expected)
    }
    try check([2, 3], nil, numbers, inPlace: true)
    try check([2, 2], nil, offset: 2, Array(numbers[2...]), inPlace: true)
    try check([], nil, offset: 5, [numbers[5]], inPlace: true)
    try check([1, 2, 1, 3], [99, 3, 7, 1], numbers, inPlace: true)
    try check([3, 2], [1, 3], [0, 3, 1, 4, 2, 5].map { numbers[$0] }, inPlace: false)
    try check([3], [2], [0, 2, 4].map { numbers[$0] }, inPlace: false)
    try check([2, 2], [0, 1], [0, 1, 0, 1].map { numbers[$0] }, inPlace: false)
    try check([0, 3], nil, [], inPlace: false)
  }

  @Test(arguments: [ElementType.float16, .bfloat16])
  func shorterTypesAreWidenedIntoACopy(_ type: ElementType) throws {
    let scratch = try Scratch()
    try writeTorchZip(scratch.path("t.pth"), tensors: [("w", [6], numbers)], type: type)
    let elements = try Checkpoint(path: scratch.path("t.pth")).elements("w", count: 6)
    #expect(elements.inPlace == nil)
    #expect(copied(elements, 6) == numbers)
  }

  @Test func whatCannotBeReadIsRefusedAtOnce() throws {
    let checkpoint = try Checkpoint(path: fixture("tiny-sr/unet.pth"))
    let buffer = try #require(checkpoint.tensors.first { $0.elementType == .int64 })
    #expect(throws: CheckpointError.missingTensor(file: checkpoint.path, tensor: "no", expectedShape: [7])) {
      try checkpoint.elements("no", count: 7)
    }
    #expect(
      throws: CheckpointError.wrongElementType(
        file: checkpoint.path, tensor: buffer.name, expected: "float32, float16 or bfloat16", found: "int64")
    ) { try checkpoint.elements(buffer.name, count: buffer.count) }
    #expect(
      throws: CheckpointError.wrongShape(
        file: checkpoint.path, tensor: "time_embed.0.bias", expected: [1], found: [128])
    ) { try checkpoint.elements("time_embed.0.bias", count: 1) }
  }

  /// The elements outlive the checkpoint, the file's name and another file under that name; their pages can go and come.
  @Test func elementsKeepTheirFile() throws {
    let scratch = try Scratch()
    // Several pages, so that letting go of one tensor takes pages away from nobody else.
    let (first, second) = ((0..<5000).map { Float($0) }, (0..<5000).map { Float(-$0) })
    func write(_ path: String, _ a: [Float], _ b: [Float]) throws {
      try writeTorchZip(path, tensors: [("a", [5000], a), ("b", [5000], b)])
    }
    try write(scratch.path("t.pth"), first, second)
    var checkpoint: Checkpoint? = try Checkpoint(path: scratch.path("t.pth"))
    var a = try checkpoint?.elements("a", count: 5000)
    let b = try #require(try checkpoint?.elements("b", count: 5000))
    #expect(a.map { inPlace($0, 5000) } == first)
    checkpoint = nil
    a = nil
    try write(scratch.path("new.pth"), second, first)
    #expect(rename(scratch.path("new.pth"), scratch.path("t.pth")) == 0)
    #expect(inPlace(b, 5000) == second)
    unlink(scratch.path("t.pth"))
    #expect(inPlace(b, 5000) == second && copied(b, 5000) == second)
  }

  @Test func writingToTheFileIsNoticedReplacingItIsNot() throws {
    let scratch = try Scratch()
    let path = scratch.path("t.pth")
    try writeTorchZip(path, tensors: [("w", [6], numbers)])
    let checkpoint = try Checkpoint(path: path)
    try checkpoint.checkUnchanged()
    try writeTorchZip(scratch.path("new.pth"), tensors: [("w", [7], numbers + [1])])
    #expect(rename(scratch.path("new.pth"), path) == 0)
    try checkpoint.checkUnchanged()

    let second = try Checkpoint(path: path)
    let file = try #require(fopen(path, "r+b"))
    #expect(fwrite([1, 2, 3] as [UInt8], 1, 3, file) == 3)
    #expect(fclose(file) == 0)
    // The clock of file systems ticks every few milliseconds; a test may be faster.
    #expect(utimensat(AT_FDCWD, path, [timespec(tv_sec: 1, tv_nsec: 0), timespec(tv_sec: 1, tv_nsec: 0)], 0) == 0)
    #expect(throws: CheckpointError.changed(file: path)) { try second.checkUnchanged() }
    #expect(CheckpointError.changed(file: path).description.contains("was changed"))

    let third = try Checkpoint(path: fixture("tiny-sr/unet.pth"))
    try third.checkUnchanged()
  }

  @Test func aShorterFileIsNoticed() throws {
    let scratch = try Scratch()
    let path = scratch.path("t.pth")
    try writeTorchZip(path, tensors: [("w", [6], numbers)])
    let checkpoint = try Checkpoint(path: path)
    #expect(truncate(path, 100) == 0)
    #expect(throws: CheckpointError.changed(file: path)) { try checkpoint.checkUnchanged() }
  }

  // MARK: Read instead of mapped

  @Test(arguments: ["tiny-sr/unet.pth", "tiny-sr/autoencoder.pth", "tiny-sr/case0.safetensors"])
  func whatIsReadIsWhatIsMapped(_ name: String) throws {
    let mapped = try Checkpoint(path: fixture(name), isMapped: true)
    let read = try Checkpoint(path: fixture(name), isMapped: false)
    #expect(mapped.tensors.map(\.name) == read.tensors.map(\.name))
    #expect(try mapped.allFloats() == read.allFloats())
    for tensor in read.tensors where [.float32, .float16, .bfloat16].contains(tensor.elementType) {
      let elements = try read.elements(tensor.name, count: tensor.count)
      #expect(elements.inPlace == nil)
      #expect(try copied(elements, tensor.count) == mapped.floats(tensor.name))
    }
    try read.checkUnchanged()
  }

  /// Larger than what is read at once around the bytes of a header; rows with gaps, and halves.
  @Test func largeTensorsAreRead() throws {
    let scratch = try Scratch()
    let path = scratch.path("t.pth")
    let many = (0..<70_000).map { Float($0 % 2048) }
    try writeTorchZip(path, tensors: [("w", [70_000], many), ("v", [6], numbers)])
    let checkpoint = try Checkpoint(path: path, isMapped: false)
    #expect(try checkpoint.floats("w") == many)
    #expect(try copied(checkpoint.elements("w", count: 70_000), 70_000) == many)
    #expect(try checkpoint.floats("v") == numbers)
  }

  /// A mapped file would end the process here.
  @Test func aReadFileThatIsCutShortIsNoticed() throws {
    let scratch = try Scratch()
    let path = scratch.path("t.pth")
    let many = (0..<70_000).map { Float($0) }
    try writeTorchZip(path, tensors: [("w", [70_000], many)])
    let checkpoint = try Checkpoint(path: path, isMapped: false)
    let elements = try checkpoint.elements("w", count: 70_000)
    #expect(truncate(path, 100_000) == 0)
    let values = copied(elements, 70_000)
    #expect(Array(values[..<20_000]) == Array(many[..<20_000]))
    #expect(values[30_000...].allSatisfy { $0 == 0 })
    #expect(throws: CheckpointError.changed(file: path)) { try checkpoint.checkUnchanged() }
    // Its size alone does not say that it is whole again.
    #expect(truncate(path, off_t(try bytes(of: path).count)) == 0)
    #expect(throws: CheckpointError.changed(file: path)) { try checkpoint.checkUnchanged() }
  }

  /// What a handler of SIGBUS says steers no terminal.
  @Test func pathsOfMappedFilesAreFitForATerminal() throws {
    let scratch = try Scratch()
    let path = scratch.path("a\u{1B}[31mb\n.pth")
    try FileManager.default.copyItem(atPath: fixture("tiny-sr/unet.pth"), toPath: path)
    let checkpoint = try Checkpoint(path: path, isMapped: true)
    let tensor = try #require(checkpoint.tensors.first { $0.elementType == .float32 && $0.count > 0 })
    let elements = try checkpoint.elements(tensor.name, count: tensor.count)
    let address = try #require(elements.inPlace)
    let shown = String(cString: try #require(MappedFiles.path(at: UInt(bitPattern: address))))
    #expect(shown == scratch.path("a?[31mb?.pth"))
  }
}
