import Foundation
import Layers
import ModelLibrary
import TensorCore
import TestSupport
import Testing

@testable import Models

struct ModelTests {
  /// The networks ask for exactly the tensors that the published checkpoints hold, by name and shape.
  @Test(arguments: ["realsr", "realsr-x2", "inpaint", "faceir"])
  func namesAndShapesAreThePublishedOnes(_ name: String) throws {
    let file = try Data(contentsOf: URL(filePath: fixture("official-keys/\(name).json")))
    let official = try JSONDecoder().decode([String: [String: [Int]]].self, from: file)
    let descriptor = try ModelDescriptor.architecture(named: name)
    let unet = ParameterCount()
    _ = try UNetModelSwin(descriptor.unet, Weights(unet, network: "unet"))
    #expect(unet.shapes == official["unet"]?.filter { !isBuffer($0.key) })
    let autoencoder = ParameterCount()
    _ = try Autoencoder(descriptor.autoencoder) {
      Weights(autoencoder, network: "ae")
    }
    #expect(autoencoder.shapes == official["autoencoder"])
  }

  private func isBuffer(_ name: String) -> Bool {
    name.hasSuffix(".attn_mask") || name.hasSuffix(".relative_position_index")
  }

  @Test func pixelUnshuffleHasPyTorchsChannelOrder() {
    let x = Tensor(Shape(1, 4, 6, 3), (0..<72).map(Float.init))
    let model = PixelUnshuffle(factor: 2)
    let z = model.encode(x)
    #expect(z.shape == Shape(1, 2, 3, 12))
    for c in 0..<3 {
      for dy in 0..<2 {
        for dx in 0..<2 { #expect(z[0, 1, 2, c * 4 + dy * 2 + dx] == x[0, 2 + dy, 4 + dx, c]) }
      }
    }
    #expect(model.decode(z).elements == x.elements)
  }

  @Test func latentMultiplesFitEveryLevel() throws {
    for name in ModelDescriptor.architectureNames {
      let unet = try ModelDescriptor.architecture(named: name).unet
      #expect(unet.imageSize % unet.latentMultiple == 0, "\(name)")
    }
    #expect(try ModelDescriptor.architecture(named: "realsr").unet.latentMultiple == 64)
    #expect(try ModelDescriptor.architecture(named: "compact-sr").unet.latentMultiple == 32)
  }
}

struct ThinPlaneTests {
  @Test func latentsAreNoLargerThanNeeded() throws {
    let compact = try ModelDescriptor.architecture(named: "compact-sr").unet
    let realsr = try ModelDescriptor.architecture(named: "realsr").unet
    for (unet, given, wanted) in [
      (compact, (4, 4200), (4, 4224)), (compact, (1, 300), (4, 320)), (compact, (17, 100), (32, 128)),
      (compact, (16, 1024), (16, 1024)), (compact, (13, 1024), (16, 1024)), (compact, (64, 64), (64, 64)),
      (compact, (65, 97), (96, 128)), (compact, (1, 1), (32, 32)), (compact, (8, 8), (32, 32)),
      (realsr, (4, 4200), (8, 4224)), (realsr, (9, 600), (16, 640)), (realsr, (33, 64), (64, 64)),
      (realsr, (1, 1), (64, 64)),
    ] {
      let found = unet.latentSides(height: given.0, width: given.1)
      #expect(found == wanted, "\(given)")
      #expect(unet.latentSides(height: given.1, width: given.0) == (wanted.1, wanted.0), "\(given), turned")
    }
  }

  /// Windows cut off by a thin plane give what whole windows give whose other tokens cannot be seen.
  @Test(arguments: [(3, 8), (8, 2), (4, 5)])
  func attentionInPartsOfWindows(_ height: Int, _ width: Int) throws {
    let attention = try WindowAttention(
      channels: 64, headChannels: 32, window: 8, Weights(RandomWeights(seed: 3), network: "unet").at("attn"))
    var random = SeededRandom(7)
    let plane = random.tensor(Shape(2, height, width, 64))
    let grid = WindowGrid(size: 8, shift: 0)
    let inside = (0..<height * width).map { $0 / width * 8 + $0 % width }
    // The same in the corner of whole windows; what is outside the corner is hidden from all.
    var corner = [Float](repeating: 0.5, count: 2 * 64 * 64)
    var mask = [Float](repeating: -1e9, count: 64 * 64)
    for (token, place) in inside.enumerated() {
      for n in 0..<2 {
        for c in 0..<64 { corner[(n * 64 + place) * 64 + c] = plane.elements[(n * inside.count + token) * 64 + c] }
      }
      for query in 0..<64 { mask[query * 64 + place] = 0 }
    }
    let hiding = Tensor(Shape(1, 1, 64, 64), mask)
    let whole = attention(Tensor(Shape(2, 1, 64, 64), corner), grid, masks: hiding) { _ in 0 }
    let fitted = grid.fitted(to: plane.shape)
    let part = attention(plane.windows(fitted), fitted, masks: nil) { _ in nil }
    let expected = (0..<2).flatMap { n in
      inside.flatMap { place in (0..<64).map { whole.elements[(n * 64 + place) * 64 + $0] } }
    }
    expectClose(part.elements, expected, nmse: 1e-11, "parts of windows")
  }

  /// The first width is channel_mult[0] times model_channels, as in the published network.
  @Test func theFirstLevelMayBeWider() throws {
    var unet = try ModelDescriptor.architecture(named: "compact-sr").unet
    unet.channelMult = [2, 3, 3]
    let shapes = ParameterCount()
    _ = try UNetModelSwin(unet, Weights(shapes, network: "unet"))
    let (width, condition) = (2 * unet.modelChannels, unet.inChannels + 3)
    #expect(shapes.shapes["input_blocks.0.0.weight"] == [width, condition, 3, 3])
    #expect(shapes.shapes["time_embed.0.weight"] == [4 * unet.modelChannels, unet.modelChannels])
    #expect(shapes.shapes["out.2.weight"] == [unet.outChannels, width, 3, 3])
    #expect(shapes.shapes.values.reduce(0) { $0 + $1.reduce(1, *) } == shapes.total)
  }
}
