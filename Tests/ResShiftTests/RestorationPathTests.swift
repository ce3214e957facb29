import Diffusion
import ModelLibrary
import TensorCore
import TestSupport
import Testing

@testable import ResShift

/// The path that pictures take through the product, with the draws and the result recorded from the published code.
struct RestorationPathTests {
  private struct RecordedNoise: NoiseSource {
    let tensors: RecordedTensors

    func draw(_ index: Int, _ shape: Shape) -> Tensor {
      let name = index == 0 ? "noise.prior" : "noise.step\(index - 1)"
      return (try? tensors.picture(name)) ?? Tensor(shape)
    }
  }

  @Test(arguments: ["compact-sr-x4", "compact-inpaint"])
  func onePieceGivesTheRecordedOutput(_ model: String) throws {
    // The recorded models are the first of their names, which ship no more.
    let descriptor = try ModelDescriptor(contentsOf: fixture(model))
    let networks = try Networks(descriptor)
    let tensors = try RecordedTensors("\(model)/case0.safetensors")
    let (lq, mask) = (try tensors.picture("lq"), tensors.has("mask") ? try tensors.picture("mask") : nil)
    let ratio = descriptor.inputPerLatent
    let plan = TilePlan(height: lq.shape.h / ratio, width: lq.shape.w / ratio, side: .max, overlap: 0)
    let path = RestorationPath(networks, descriptor.architecture, plan)
    let meter = try ProgressMeter(total: path.cost, nil)
    let output = try path.restore(lq: lq, mask: mask, noise: RecordedNoise(tensors: tensors), meter)
    expectClose(output, try tensors.picture("output"), nmse: 1e-9, "output")
  }

  /// What is seen of the enlargement does not depend on the tile.
  @Test func tilesAreCutFromTheEnlargementOfTheWhole() throws {
    let descriptor = try ModelDescriptor(
      contentsOf: packageFolder.appending(path: "plugin/models/compact-sr-x2").path)
    let networks = try Networks(descriptor)
    var random = SeededRandom(40)
    let lq = random.tensor(Shape(1, 128, 192, 3))
    let tiled = RestorationPath(
      networks, descriptor.architecture, TilePlan(height: 128, width: 192, side: 64, overlap: 16))
    let whole = RestorationPath(
      networks, descriptor.architecture, TilePlan(height: 128, width: 192, side: .max, overlap: 16))
    let meter = try ProgressMeter(total: 1, nil)
    expectClose(try tiled.encode(lq, meter), try whole.encode(lq, meter), nmse: 1e-12)
  }
}
