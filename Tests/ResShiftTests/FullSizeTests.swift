import Foundation
import Layers
import ModelLibrary
import TensorCore
import TestSupport
import Testing

@testable import ResShift

/// The published sizes, from files with the names, shapes and container of the published ones.
@Suite(.serialized)
struct FullSizeTests {
  private struct Case: Sendable, CustomTestStringConvertible {
    let architecture: String
    let width: Int
    let height: Int
    let factor: Int
    var testDescription: String { "\(architecture), \(width) x \(height)" }
  }

  private static let cases = [
    Case(architecture: "realsr", width: 64, height: 64, factor: 4),
    Case(architecture: "inpaint", width: 256, height: 256, factor: 1),
    Case(architecture: "faceir", width: 512, height: 512, factor: 1),
  ]

  @Test(arguments: cases)
  private func loadsAndRuns(_ size: Case) throws {
    let folder = FileManager.default.temporaryDirectory.appending(path: "resshift-full-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let file = try Data(contentsOf: URL(filePath: fixture("official-keys/\(size.architecture).json")))
    let official = try JSONDecoder().decode([String: [String: [Int]]].self, from: file)
    var descriptor = try ModelDescriptor.architecture(named: size.architecture)
    descriptor.folder = folder.path
    descriptor.files.unet.name = "unet.pth"
    descriptor.files.autoencoder = ModelFile(name: "autoencoder.pth")
    for (network, name) in [("unet", "unet.pth"), ("autoencoder", "autoencoder.pth")] {
      let tensors = try #require(official[network]).sorted { $0.key < $1.key }
      try writeTorchZip(
        folder.appending(path: name).path, shapes: tensors.map { (name: $0.key, shape: $0.value) }
      ) { RandomWeights.values($0, shape: $1, seed: 5).elements }
    }

    let restorer = try Restorer(descriptor)
    var random = SeededRandom(20)
    let samples = random.tensor(Shape(1, size.height, size.width, 3), 0...1).elements
    let picture = PixelImage(width: size.width, height: size.height, channels: 3, samples: samples)
    var options = RestoreOptions()
    options.tile = .whole
    options.threads = 2
    let result: PixelImage
    switch descriptor.task {
    case .superResolution: result = try restorer.upscale(picture, options)
    case .restoration: result = try restorer.restore(picture, options)
    case .inpainting:
      var mask = PixelImage(width: size.width, height: size.height, channels: 1)
      for y in 80..<170 { for x in 60..<200 { mask[x, y, 0] = 1 } }
      result = try restorer.inpaint(picture, mask: mask, options)
    }
    #expect((result.width, result.height) == (size.width * size.factor, size.height * size.factor))
    #expect(result.samples.allSatisfy { (0...1).contains($0) })
    #expect(Set(result.samples.prefix(10000)).count > 100, "a picture, not a constant")
  }

  /// The estimate against peaks of `resshift bench`, less those of the smallest picture, which hold program and weights.
  @Test(arguments: [
    // architecture, latent positions a side, measured bytes
    ("compact-sr", 256, 202_000_000), ("compact-sr", 384, 466_000_000), ("compact-sr-start", 256, 121_000_000),
    ("compact-sr-start", 384, 285_000_000), ("compact-inpaint", 64, 49_000_000),
    ("compact-inpaint", 96, 113_000_000), ("realsr", 64, 160_000_000),
  ])
  func theEstimateOfMemoryHolds(_ name: String, _ side: Int, _ measured: Int) throws {
    let estimate = MemoryEstimate(architecture: try ModelDescriptor.architecture(named: name).architecture, threads: 2)
    let bytes = estimate.tile(height: side, width: side) + estimate.picture(height: side, width: side)
    // The margin is for the threads' scratch, which small pictures do not fill, and for samples and files.
    #expect(bytes > measured && bytes < measured * 14 / 10 + 30_000_000)
  }
}
