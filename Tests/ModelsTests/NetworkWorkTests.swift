import Layers
import Models
import TensorCore
import TestSupport
import Testing

/// Work that is counted from sizes is that which the networks do.
struct NetworkWorkTests {
  private func counted(_ body: () throws -> Void) rethrows -> Int {
    let count = WorkCount()
    try WorkCount.$current.withValue(count, operation: body)
    return count.operations
  }

  @Test(arguments: [(false, 64, 32, 48), (true, 32, 16, 16), (false, 16, 8, 32)])
  func stepsOfAUNet(_ condMask: Bool, _ lqSize: Int, _ height: Int, _ width: Int) throws {
    let configuration = UNetConfiguration(
      imageSize: 16, inChannels: 3, outChannels: 3, modelChannels: 32, channelMult: [1, 2, 2], numResBlocks: [1, 2, 1],
      attentionResolutions: [16, 8], numHeadChannels: 16, swinDepth: 2, swinEmbedDim: 32, windowSize: 4, mlpRatio: 2,
      lqSize: lqSize, condMask: condMask)
    let network = try UNetModelSwin(configuration, Weights(RandomWeights(seed: 1), network: "unet"))
    let ratio = lqSize / 16
    let z = Tensor(Shape(1, height, width, 3), repeating: 0.1)
    let condition = Tensor(Shape(1, height * ratio, width * ratio, condMask ? 4 : 3), repeating: 0.1)
    let operations = counted { _ = network(z, step: 1, condition: condition) }
    #expect(configuration.work(height: height, width: width).operations == operations)
  }

  @Test func encodersAndDecoders() throws {
    let vq = VQConfiguration(
      embedDim: 3, nEmbed: 64, zChannels: 3, ch: 32, chMult: [1, 2, 2], numResBlocks: [1, 2, 1])
    let network = try VQModel(vq, Weights(RandomWeights(seed: 2), network: "ae"))
    let configuration = AutoencoderConfiguration.vq(vq)
    let encoding = counted { _ = network.encode(Tensor(Shape(1, 32, 48, 3), repeating: 0.2)) }
    #expect(configuration.encodingWork(height: 8, width: 12).operations == encoding)
    let decoding = counted { _ = network.decode(Tensor(Shape(1, 8, 12, 3), repeating: 0.2)) }
    #expect(configuration.decodingWork(height: 8, width: 12).operations == decoding)
    let nothing = AutoencoderConfiguration.pixelUnshuffle(4)
    #expect(nothing.encodingWork(height: 8, width: 8).operations == 0)
  }

  @Test func startNetworks() throws {
    let configuration = StartConfiguration(channels: 16, blocks: 3)
    let network = try StartNetwork(configuration, scale: 4, Weights(RandomWeights(seed: 3), network: "start"))
    let operations = counted { _ = network(Tensor(Shape(1, 12, 20, 3), repeating: 0.2)) }
    #expect(configuration.work(height: 12, width: 20, scale: 4).operations == operations)
  }

  /// Four times the plane is four times the cost or a little less: small planes are convolved by slower algorithms.
  @Test func costGrowsWithThePlane() {
    let configuration = UNetConfiguration(
      imageSize: 64, inChannels: 48, outChannels: 48, modelChannels: 64, channelMult: [1, 2, 2],
      numResBlocks: [2, 2, 2],
      attentionResolutions: [32, 16], numHeadChannels: 32, swinDepth: 2, swinEmbedDim: 96, windowSize: 8, mlpRatio: 4,
      lqSize: 64)
    let (small, large) = (configuration.work(height: 64, width: 64), configuration.work(height: 128, width: 128))
    #expect(large.cost < 4 * small.cost && large.cost > 2.5 * small.cost)
    #expect((2 * small + small).operations == 3 * small.operations)
  }
}
