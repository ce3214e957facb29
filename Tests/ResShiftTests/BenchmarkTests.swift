import ModelLibrary
import TensorCore
import TestSupport
import Testing

@testable import ResShift

struct BenchmarkTests {
  /// The recorded network of three levels, small enough to count by hand.
  private func tiny() throws -> Restorer {
    var descriptor = try ModelDescriptor(configuration: fixture("tiny-sr/config.json"))
    descriptor.folder = fixture("tiny-sr")
    descriptor.files.unet.name = "unet.pth"
    descriptor.files.autoencoder = ModelFile(name: "autoencoder.pth")
    return try Restorer(descriptor)
  }

  /// Calls by kind, counted from the published architecture.
  @Test(arguments: zip([ConvolutionAlgorithm.im2col, .winograd4], [LayerKind.im2col, .winograd]))
  func callsAreThoseOfTheArchitecture(_ algorithm: ConvolutionAlgorithm, _ kind: LayerKind) throws {
    let result = try ConvolutionAlgorithm.$forced.withValue(algorithm) { try Benchmark.run(tiny(), threads: 2) }
    var calls = result.layers.reduce(into: [:]) { $0[$1.name] = $1.calls }
    // What is fused may change; what a network consists of does not.
    for kind in [LayerKind.norm, .elementwise, .layout, .noise, .other] {
      #expect(calls.removeValue(forKey: kind.rawValue) != nil)
    }
    // UNet, four steps: 4 + 2 + 7 ResBlocks, of which 8 change the width; 3 + 1 + 3 Swin layers of two blocks.
    // Encoder: 3 + 2 blocks, one wider. Decoder: 2 + 6 blocks, one narrower.
    let unet = (conv: 1 + 2 * 13 + 2 + 1, pointwise: 2 + 13 + 8 + 7 * (2 + 2 * 4))
    let encoder = (conv: 1 + 2 * 5 + 1, pointwise: 1 + 4 + 1)
    let decoder = (conv: 1 + 2 * 8 + 2 + 1, pointwise: 1 + 4 + 1)
    #expect(
      calls == [
        kind.rawValue: 4 * unet.conv + encoder.conv + decoder.conv,
        LayerKind.strided.rawValue: 4 * 2 + 2,
        LayerKind.pointwise.rawValue: 4 * unet.pointwise + encoder.pointwise + decoder.pointwise,
        LayerKind.windowAttention.rawValue: 4 * 14, LayerKind.planeAttention.rawValue: 2,
        // The search and the look-up.
        LayerKind.codeSearch.rawValue: 2,
      ])
    #expect(result.stages.map(\.name) == ["encode", "unet", "decode", "other"])
    #expect(result.stages.map(\.calls) == [1, 4, 1, 0])
  }

  @Test func partsAddUpToTheWhole() throws {
    let result = try Benchmark.run(tiny(), size: 32, threads: 1)
    for parts in [result.stages, result.layers] {
      // Sums of numbers below 1e5 in double.
      #expect(abs(parts.reduce(0) { $0 + $1.ms } - result.totalMs) < 1e-6)
      #expect(abs(parts.reduce(0) { $0 + $1.gflop } - result.directGflop) < 1e-9)
      #expect(parts.allSatisfy { $0.ms >= 0 && $0.gflop >= 0 })
      #expect(Set(parts.map(\.name)).count == parts.count)
    }
    #expect(result.layers.last?.name == "other" && result.layers.last?.gflop == 0)
    #expect(result.directGflop > 0 && result.encodeMs == result.stages[0].ms)
    #expect(abs(result.share - result.totalMs / 1000 / (result.directGflop / result.sgemmGflops)) < 1e-9 * result.share)
  }

  @Test func measuringDoesNotChangeResults() throws {
    let restorer = try tiny()
    var random = SeededRandom(60)
    let lq = random.tensor(Shape(1, 24, 40, 3))
    var options = RestoreOptions()
    options.threads = 2
    options.tile = .pixels(16)
    let alone = try restorer.restored(lq, mask: nil, options)
    let count = WorkCount()
    let heard = try WorkCount.$current.withValue(count) {
      try restorer.restored(lq, mask: nil, options, clock: StageClock())
    }
    #expect(count.operations > 0)
    #expect(heard.elements.map(\.bitPattern) == alone.elements.map(\.bitPattern))
  }

  @Test func sizesOfScaling() throws {
    #expect(Benchmark.sizes(for: try .architecture(named: "compact-sr")) == [512, 1024, 2048])
    #expect(Benchmark.sizes(for: try .architecture(named: "compact-sr"), smallest: 32) == [32, 64, 128])
    #expect(Benchmark.sizes(for: try .architecture(named: "inpaint")) == [256, 512, 768])
  }

  @Test func timeOfOneRestoration() throws {
    let time = try Benchmark.time(tiny(), size: 20, threads: 2)
    #expect((time.size, time.threads, time.outputPixels) == (20, 2, 6400))
    #expect(time.totalMs > 0 && time.sgemmGflops > 0 && time.peakRSSMB > 0)
    #expect(abs(time.nsPerPixel * 6400 - time.totalMs * 1e6) < 1)
  }
}
