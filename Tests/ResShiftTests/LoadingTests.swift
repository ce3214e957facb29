import Checkpoints
import Foundation
import Layers
import ModelLibrary
import TensorCore
import TestSupport
import Testing

@testable import ResShift

/// Weights that stay in their files until they are used.
struct LoadingTests {
  /// A folder for one test's model files, removed with it.
  private final class Folder {
    let url = FileManager.default.temporaryDirectory.appending(path: "resshift-loading-\(UUID().uuidString)")

    init() throws { try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true) }
    deinit { try? FileManager.default.removeItem(at: url) }

    func path(_ name: String) -> String { url.appending(path: name).path }
  }

  private static func descriptor(_ folder: String, _ unet: String, _ autoencoder: String) throws -> ModelDescriptor {
    var descriptor = try ModelDescriptor(configuration: fixture("tiny-sr/config.json"))
    descriptor.files = ModelFiles(
      folder: folder, unet: ModelFile(name: unet), autoencoder: ModelFile(name: autoencoder))
    return descriptor
  }

  /// The recorded networks' weights, without the buffers.
  private static func weights(_ file: String) throws -> [NamedTensor] {
    let checkpoint = try Checkpoint(path: fixture("tiny-sr/\(file).pth"))
    return try checkpoint.tensors.filter { $0.elementType == .float32 }.map { info in
      var values = [Float](repeating: 0, count: info.count)
      try values.withUnsafeMutableBufferPointer { try checkpoint.read(info.name, into: $0) }
      return (info.name, info.shape, values)
    }
  }

  private static func restored(
    _ restorer: Restorer, threads: Int = 2, _ precision: PrecisionChoice = .float32
  ) throws -> [UInt32] {
    var random = SeededRandom(50)
    let samples = random.tensor(Shape(1, 20, 17, 3), 0...1).elements
    var options = RestoreOptions()
    (options.threads, options.precision) = (threads, precision)
    let picture = PixelImage(width: 17, height: 20, channels: 3, samples: samples)
    return try restorer.upscale(picture, options).samples.map(\.bitPattern)
  }

  /// One model in both precisions, by turns: each as if it were alone, from files that have lost their names since they were opened.
  @Test func bothPrecisionsFromTheSameFiles() throws {
    guard Precision.possible.contains(.bf16) else { return }
    let folder = try Folder()
    for file in ["unet", "autoencoder"] {
      try FileManager.default.copyItem(atPath: fixture("tiny-sr/\(file).pth"), toPath: folder.path("\(file).pth"))
    }
    let restorer = try Restorer(Self.descriptor(folder.url.path, "unet.pth", "autoencoder.pth"))
    let halves = try Restorer(Self.descriptor(folder.url.path, "unet.pth", "autoencoder.pth"), .bf16)
    for file in ["unet", "autoencoder"] { try FileManager.default.removeItem(atPath: folder.path("\(file).pth")) }
    let (half, single) = (try Self.restored(restorer, .bf16), try Self.restored(restorer, .float32))
    #expect(half != single)
    #expect(try Self.restored(halves, .bf16) == half && Self.restored(halves, .float32) == single)
    #expect(try Self.restored(restorer, threads: 5, .bf16) == half, "for any number of threads")
    #expect(try Self.restored(restorer, .automatic) == single, "models with a codebook")
  }

  /// Used in place, copied since unaligned, read by one thread or two: the same bits.
  @Test func alignedCopiedAndSharedWeightsGiveTheSameResult() throws {
    let folder = try Folder()
    for file in ["unet", "autoencoder"] {
      let path = folder.path("\(file).safetensors")
      try writeSafetensors(path, tensors: try Self.weights(file))
      // One more space behind the header, and every tensor lies at an odd address.
      let aligned = try Data(contentsOf: URL(filePath: path))
      let length = aligned.prefix(8).withUnsafeBytes { $0.loadUnaligned(as: UInt64.self) }
      let odd =
        Data(littleEndian(length + 1)) + aligned[8..<8 + Int(length)] + Data(" ".utf8) + aligned[(8 + Int(length))...]
      try odd.write(to: URL(filePath: folder.path("\(file)-odd.safetensors")))
    }
    let recorded = try Restorer(Self.descriptor(fixture("tiny-sr"), "unet.pth", "autoencoder.pth"))
    let expected = try Self.restored(recorded)
    #expect(Set(expected).count > 1000, "a picture, not a constant")
    #expect(try Self.restored(recorded) == expected, "on weights that are ready")
    for ending in [".safetensors", "-odd.safetensors"] {
      for threads in [1, 2] {
        let restorer = try Restorer(Self.descriptor(folder.url.path, "unet" + ending, "autoencoder" + ending))
        #expect(try Self.restored(restorer, threads: threads) == expected, "\(ending), \(threads) threads")
      }
    }
  }

  @Test(arguments: [ElementType.float16, .bfloat16])
  func shorterTypesAreWidenedExactly(_ type: ElementType) throws {
    let folder = try Folder()
    for file in ["unet", "autoencoder"] {
      let tensors = try Self.weights(file)
      try writeTorchZip(folder.path("\(file)-short.pth"), tensors: tensors, type: type)
      let rounded = tensors.map { tensor in
        let values = tensor.values.map {
          type == .float16 ? Float(Float16($0)) : Float(bitPattern: UInt32(bfloat16($0)) << 16)
        }
        return NamedTensor(tensor.name, tensor.shape, values)
      }
      try writeTorchZip(folder.path("\(file)-long.pth"), tensors: rounded)
    }
    let short = try Restorer(Self.descriptor(folder.url.path, "unet-short.pth", "autoencoder-short.pth"))
    let long = try Restorer(Self.descriptor(folder.url.path, "unet-long.pth", "autoencoder-long.pth"))
    #expect(try Self.restored(short) == Self.restored(long))
  }

  @Test func writingToAWeightLeavesTheFileAlone() throws {
    let folder = try Folder()
    let path = folder.path("t.pth")
    try writeTorchZip(path, tensors: [("w", [2, 3], [1, 2, 3, 4, 5, 6])])
    let before = try Data(contentsOf: URL(filePath: path))
    let checkpoint = try Checkpoint(path: path)
    let weight = try CheckpointWeights(checkpoint).tensor("w", shape: [2, 3])
    let elements = try checkpoint.elements("w", count: 6)
    #expect(weight.read { $0 } == elements.inPlace, "read in the file itself")
    var changed = weight
    changed.modify { $0[0] = 9 }
    #expect(changed.elements == [9, 2, 3, 4, 5, 6] && weight.elements == [1, 2, 3, 4, 5, 6])
    #expect(try Data(contentsOf: URL(filePath: path)) == before)
    try checkpoint.checkUnchanged()
  }

  @Test func filesMayBeRemovedOrReplacedOnceTheModelIsLoaded() throws {
    let folder = try Folder()
    for file in ["unet.pth", "autoencoder.pth"] {
      try FileManager.default.copyItem(atPath: fixture("tiny-sr/\(file)"), toPath: folder.path(file))
    }
    let descriptor = try Self.descriptor(folder.url.path, "unet.pth", "autoencoder.pth")
    let expected = try Self.restored(Restorer(descriptor))
    let restorer = try Restorer(descriptor)
    #expect(rename(folder.path("autoencoder.pth"), folder.path("unet.pth")) == 0)
    #expect(try Self.restored(restorer) == expected)
  }

  @Test func writingToAUsedFileIsAnError() throws {
    let folder = try Folder()
    for file in ["unet.pth", "autoencoder.pth"] {
      try FileManager.default.copyItem(atPath: fixture("tiny-sr/\(file)"), toPath: folder.path(file))
    }
    let restorer = try Restorer(Self.descriptor(folder.url.path, "unet.pth", "autoencoder.pth"))
    _ = try Self.restored(restorer)
    let path = folder.path("autoencoder.pth")
    let file = try FileHandle(forUpdating: URL(filePath: path))
    try file.seek(toOffset: 1_000_000)
    try file.write(contentsOf: Data([1, 2, 3, 4]))
    try file.close()
    // The clock of file systems ticks every few milliseconds; a test may be faster.
    try FileManager.default.setAttributes([.modificationDate: Date(timeIntervalSince1970: 1)], ofItemAtPath: path)
    #expect(throws: CheckpointError.changed(file: path)) { try Self.restored(restorer) }
  }

  /// Tiles are chosen before most weights are in memory, so what they will take is counted.
  @Test func pendingWeightsCountAgainstTheMemory() throws {
    let networks = try Networks(ModelDescriptor.architecture(named: "compact-sr"), randomWeightsSeed: 3)
    let descriptor = try ModelDescriptor.architecture(named: "compact-sr")
    let pending = networks.pending.bytes
    // All weights as they are, or four times as large where Winograd's algorithm is used.
    #expect((4 * descriptor.parameterCount...16 * descriptor.parameterCount).contains(pending))
    let estimate = MemoryEstimate(architecture: descriptor.architecture, threads: 1)
    let resident = try #require(SystemMemory.resident)
    var options = RestoreOptions()
    options.memoryLimit =
      resident + 150_000_000 + estimate.picture(height: 512, width: 512) + estimate.tile(height: 192, width: 192)
    func side(_ pending: Int) throws -> Int {
      try TileChoice(architecture: descriptor.architecture, options: options, pendingWeights: pending)
        .plan(height: 512, width: 512).tileHeight
    }
    #expect(try side(0) >= 192)
    #expect(try side(200_000_000) < 192)

    networks.pending.prepareAll()
    #expect(networks.pending.bytes == 0)
  }
}
