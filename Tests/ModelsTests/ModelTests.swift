import Foundation
import Layers
import Models
import TensorCore
import TestSupport
import Testing

@testable import ResShift

struct ModelTests {
  /// The networks ask for exactly the tensors that the published checkpoints hold, by name and shape.
  @Test(arguments: ["realsr", "realsr-x2", "inpaint", "faceir"])
  func namesAndShapesAreThePublishedOnes(_ name: String) throws {
    let file = try Data(contentsOf: URL(filePath: fixture("official-keys/\(name).json")))
    let official = try JSONDecoder().decode([String: [String: [Int]]].self, from: file)
    let descriptor = try ModelDescriptor.architecture(named: name)
    let unet = ShapeRecorder()
    _ = try UNetModelSwin(descriptor.unet, Weights(unet, network: "unet"))
    #expect(unet.requested == official["unet"]?.filter { !isBuffer($0.key) })
    let autoencoder = ShapeRecorder()
    _ = try Autoencoder(descriptor.autoencoder) {
      Weights(autoencoder, network: "ae")
    }
    #expect(autoencoder.requested == official["autoencoder"])
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

/// Notes names and shapes; gives zeros that share memory, so that full-size networks cost nothing but their packing.
private final class ShapeRecorder: WeightSource {
  private(set) var requested: [String: [Int]] = [:]

  func tensor(_ name: String, shape: [Int]) -> Tensor {
    requested[name] = shape
    return Tensor(Shape(weights: shape))
  }
}
