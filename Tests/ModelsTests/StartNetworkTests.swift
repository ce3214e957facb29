import Checkpoints
import Layers
import TensorCore
import TestSupport
import Testing

@testable import Models

struct StartNetworkTests {
  private static let sizes = StartConfiguration(channels: 32, blocks: 3)

  private func recorded() throws -> StartNetwork {
    let source = CheckpointWeights(try Checkpoint(path: fixture("start/start.safetensors")))
    let network = try StartNetwork(Self.sizes, scale: 4, Weights(source, network: "start"))
    try source.finish()
    return network
  }

  /// Against what PyTorch made of two pictures (Benchmarks/networks/record.py), with every algorithm.
  @Test(arguments: [ConvolutionAlgorithm.im2col, .winograd2, .winograd4, .winograd6])
  func meetsTheRecordedPictures(_ algorithm: ConvolutionAlgorithm) throws {
    let (network, tensors) = (try recorded(), try RecordedTensors("start/case0.safetensors"))
    let lq = try tensors.picture("lq")
    let trace = ActivationTrace()
    let y = ConvolutionAlgorithm.$forced.withValue(algorithm) {
      ActivationTrace.$current.withValue(trace) { network(lq) }
    }
    // Rounding alone: the tiles of F(6x6) lose the most.
    expectClose(y, try tensors.picture("y"), nmse: 1e-9, "y")
    let first = try #require(trace.activations["start.activations.0"])
    expectClose(first, try tensors.picture("first"), nmse: 1e-9, "first")
  }

  @Test func threadsChangeNothing() throws {
    let (network, lq) = (try recorded(), try RecordedTensors("start/case0.safetensors").picture("lq"))
    let alone = network(lq)
    for threads in [2, 3] {
      #expect(Parallel.$threads.withValue(threads) { network(lq) }.elements == alone.elements)
    }
  }

  /// What is further away than the reach has no say; what is as near as that has.
  @Test func seesAsFarAsItsReach() throws {
    let network = try recorded()
    #expect(network.reach == 5)
    var random = SeededRandom(16)
    let lq = random.tensor(Shape(1, 1, 30, 3))
    let y = ConvolutionAlgorithm.$forced.withValue(.im2col) { network(lq) }
    for (distance, isSeen) in [(5, true), (6, false)] {
      var other = lq
      other.modify { $0[(15 + distance) * 3] += 1 }
      let changed = ConvolutionAlgorithm.$forced.withValue(.im2col) { network(other) }
      func middle(_ y: Tensor) -> [Float] { y.cropped(y: 0, x: 60, height: 4, width: 4).elements }
      #expect((middle(changed) != middle(y)) == isSeen, "\(distance) pixels away")
    }
  }

  /// The tensors of Real-ESRGAN's small networks: 64 channels, 16 convolutions between the first and the last.
  @Test func countsItsParameters() throws {
    let count = ParameterCount()
    _ = try StartNetwork(StartConfiguration(channels: 64, blocks: 16), scale: 4, Weights(count, network: "start"))
    #expect(count.total == 621_424)
    #expect(count.shapes["tail.weight"] == [48, 64, 3, 3] && count.shapes["activations.16.weight"] == [64])
    #expect(count.shapes.count == 53)
  }
}
