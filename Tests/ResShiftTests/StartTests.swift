import Checkpoints
import Foundation
import Layers
import ModelLibrary
import TensorCore
import TestSupport
import Testing

@testable import Models
@testable import ResShift

/// Models that begin with the picture of a start network.
struct StartTests {
  /// A folder with the recorded enlarging model, its files and the recorded start network; removed with this object.
  private final class Folder {
    let url = FileManager.default.temporaryDirectory.appending(path: "resshift-start-\(UUID().uuidString)")
    var descriptor: ModelDescriptor

    init() throws {
      descriptor = try ModelDescriptor(configuration: fixture("tiny-sr/config.json"))
      descriptor.files = ModelFiles(
        folder: url.path, unet: ModelFile(name: "unet.pth"), autoencoder: ModelFile(name: "autoencoder.pth"),
        start: ModelFile(name: "start.safetensors"))
      descriptor.start = StartConfiguration(channels: 32, blocks: 3)
      try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
      for file in ["tiny-sr/unet.pth", "tiny-sr/autoencoder.pth", "start/start.safetensors"] {
        let target = url.appending(path: URL(filePath: file).lastPathComponent)
        try FileManager.default.copyItem(atPath: fixture(file), toPath: target.path)
      }
    }

    deinit { try? FileManager.default.removeItem(at: url) }

    func path(_ name: String) -> String { url.appending(path: name).path }
  }

  /// z_y is the latent of the network's picture.
  @Test func diffusionBeginsWithThePictureOfTheNetwork() throws {
    let folder = try Folder()
    let networks = try Networks(folder.descriptor)
    let tensors = try RecordedTensors("start/case0.safetensors")
    // One of the two pictures, cut to whole windows.
    let lq = try tensors.picture("lq").cropped(y: 0, x: 0, height: 16, width: 16)
    let first = Tensor(Shape(1, 16, 16, 3), Array(lq.elements.prefix(16 * 16 * 3)))
    let network = try #require(networks.start)
    let path = RestorationPath(
      networks, folder.descriptor.architecture, TilePlan(height: 16, width: 16, side: .max, overlap: 0))
    let latent = try path.encode(first, try ProgressMeter(total: path.cost, nil))
    let expected = networks.autoencoder.encode(network(first)).scaled(
      by: Float(folder.descriptor.diffusion.scaleFactor))
    expectClose(latent, expected, nmse: 1e-12)
  }

  /// Tiles, in the middle and at all edges, are as if cut from the picture of the whole.
  @Test(arguments: ["compact-sr", "compact-sr-x2", "realsr-x2"])
  func tilesAreCutFromThePictureOfTheWhole(_ name: String) throws {
    var descriptor = try ModelDescriptor.architecture(named: name)
    descriptor.start = StartConfiguration(channels: 32, blocks: 4)
    // What is compared is y itself: pixels in squares.
    let side = descriptor.autoencoder.downsampling
    descriptor.autoencoder = .pixelUnshuffle(side)
    let networks = try Networks(descriptor, randomWeightsSeed: 4)
    var random = SeededRandom(41)
    let ratio = descriptor.inputPerLatent
    let lq = random.tensor(Shape(1, 64 * ratio, 80 * ratio, 3))
    func encoded(_ side: Int) throws -> Tensor {
      let plan = TilePlan(height: 64, width: 80, side: side, overlap: 8)
      let path = RestorationPath(networks, descriptor.architecture, plan)
      return try path.encode(lq, try ProgressMeter(total: path.cost, nil))
    }
    // Winograd's tiles lie otherwise, so that sums are rounded otherwise; one pixel that saw too little would be a
    // hundred million times that.
    let (tiled, whole) = (try encoded(32), try encoded(.max))
    expectClose(tiled, whole, nmse: 1e-11)
    #expect(largestDifference(tiled.elements, whole.elements) < 1e-3)
  }

  /// Progress ends at 1, however the work is spread.
  @Test func progressCountsTheNetwork() throws {
    let folder = try Folder()
    let restorer = try Restorer(folder.descriptor)
    let seen = Fractions()
    var options = RestoreOptions()
    options.progress = { seen.add($0) }
    options.tile = .pixels(16)
    let picture = PixelImage(40, 24, channels: 3) { x, y in [Float(x) / 40, Float(y) / 24, Float(x % 7) / 7] }
    let result = try restorer.upscale(picture, options)
    #expect((result.width, result.height) == (160, 96))
    #expect(seen.all == seen.all.sorted() && abs((seen.all.last ?? 0) - 1) < 1e-9)
    // Another start, another picture.
    var plain = folder.descriptor
    (plain.start, plain.files.start) = (nil, nil)
    #expect(try Restorer(plain).upscale(picture, options).samples != result.samples)
    // It is shown more than the tile, within the picture.
    let architecture = folder.descriptor.architecture
    let plan = TilePlan(height: 24, width: 40, side: 16, overlap: 4)
    let works = plan.tiles.map { architecture.startWork(for: $0, of: plan).operations }
    #expect(Set(works).count > 1 && works.allSatisfy { $0 > 0 })
    let whole = TilePlan(height: 24, width: 40, side: .max, overlap: 0)
    #expect(works.reduce(0, +) > architecture.startWork(for: whole.tiles[0], of: whole).operations)
  }

  @Test func itsWorkIsThatOfEncoding() throws {
    let folder = try Folder()
    var plain = folder.descriptor
    (plain.start, plain.files.start) = (nil, nil)
    let (with, without) = (
      try Benchmark.run(Restorer(folder.descriptor), size: 32, threads: 1),
      try Benchmark.run(Restorer(plain), size: 32, threads: 1)
    )
    let convolutions = 9 * (3 * 32 + 3 * 32 * 32 + 32 * 48)
    let more = with.stages[0].gflop - without.stages[0].gflop
    #expect(abs(more - Double(2 * convolutions * 32 * 32) / 1e9) < 1e-9)
    #expect(abs(with.directGflop - without.directGflop - more) < 1e-9)
  }

  /// The start network may be what needs most: many channels of a small UNet.
  @Test func itsPlanesCountAsMemory() throws {
    var architecture = try ModelDescriptor.architecture(named: "compact-sr").architecture
    let without = MemoryEstimate(architecture: architecture, threads: 1).tile(height: 64, width: 64)
    architecture.start = StartConfiguration(channels: 32, blocks: 4)
    #expect(MemoryEstimate(architecture: architecture, threads: 1).tile(height: 64, width: 64) == without)
    architecture.start = StartConfiguration(channels: 1024, blocks: 4)
    let large = MemoryEstimate(architecture: architecture, threads: 1).tile(height: 64, width: 64)
    #expect(large >= 4 * 2 * 1024 * 76 * 76)
  }

  @Test func filesThatAreMissingOrOdd() throws {
    let folder = try Folder()
    let path = folder.path("start.safetensors")
    var other = folder.descriptor
    other.start = StartConfiguration(channels: 32, blocks: 4)
    #expect(
      throws: CheckpointError.missingTensor(file: path, tensor: "blocks.3.weight", expectedShape: [32, 32, 3, 3])
    ) { try Restorer(other) }
    other.start = StartConfiguration(channels: 48, blocks: 3)
    #expect(
      throws: CheckpointError.wrongShape(
        file: path, tensor: "head.weight", expected: [48, 3, 3, 3], found: [32, 3, 3, 3])
    ) { try Restorer(other) }
    (other.start, other.files.start) = (folder.descriptor.start, nil)
    #expect(throws: RestoreError.noStartFile(model: other.name)) { try Restorer(other) }
    try FileManager.default.removeItem(atPath: path)
    #expect(folder.descriptor.missingFiles == ["start.safetensors"])
    #expect(throws: ModelError.incomplete(model: folder.descriptor.name, folder.descriptor.installAdvice)) {
      try Restorer(folder.descriptor)
    }
  }
}

/// Fractions from a working thread.
private final class Fractions: @unchecked Sendable {
  private(set) var all: [Double] = []
  func add(_ fraction: Double) { all.append(fraction) }
}
