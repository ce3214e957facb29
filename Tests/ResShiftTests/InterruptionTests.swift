import ModelLibrary
import Synchronization
import TensorCore
import TestSupport
import Testing

@testable import ResShift

/// How far a restoration gets between two looks at whether it is to stop.
struct InterruptionTests {
  /// The work between looks, from what was done at each of them: looks within an operation, which counts when it is done,
  /// share it among them.
  private struct Stretches {
    private(set) var longest = 0.0
    private(set) var total = 0.0

    init(_ looks: [Int], total: Int) {
      var start = looks.startIndex
      while start < looks.endIndex {
        let end = looks[start...].firstIndex { $0 > looks[start] } ?? looks.endIndex
        let next = end < looks.endIndex ? looks[end] : total
        longest = max(longest, Double(next - looks[start]) / Double(end - start))
        start = end
      }
      self.total = Double(total)
    }
  }

  private func stretches(_ body: () throws -> Void) throws -> Stretches {
    let (count, looks) = (WorkCount(), Looks())
    try Parallel.$threads.withValue(1) {
      try WorkCount.$current.withValue(count) {
        try Interruption.$current.withValue(Interruption(every: .zero) { looks.add(count.operations) }, operation: body)
      }
    }
    return Stretches(looks.all, total: count.operations)
  }

  private final class Looks: Sendable {
    private let state = Mutex<[Int]>([])
    func add(_ operations: Int) { state.withLock { $0.append(operations) } }
    var all: [Int] { state.withLock { $0 } }
  }

  /// On a slow core that does 20 of 10⁹ operations a second half a second is 10 of them; the largest stage here, the decoder, has
  /// 670. A hundredth of each stage leaves room, and an operation without a look inside has more than that.
  @Test(arguments: ["realsr", "compact-sr", "faceir"])
  func looksAreCloseInEveryStage(_ name: String) throws {
    let descriptor = try ModelDescriptor.architecture(named: name)
    let networks = try Networks(descriptor, randomWeightsSeed: 3)
    networks.pending.prepareAll()
    let side = descriptor.diffusion.sf > 1 ? 64 : descriptor.unet.lqSize
    let plan = TilePlan(
      height: side / descriptor.inputPerLatent, width: side / descriptor.inputPerLatent, side: .max, overlap: 0)
    let path = RestorationPath(networks, descriptor.architecture, plan)
    let meter = try ProgressMeter(total: path.cost, nil)
    var random = SeededRandom(71)
    let lq = random.tensor(Shape(1, side, side, 3))
    var z = Tensor(Shape(1, 1, 1, 1))
    let encoding = try stretches { z = try path.encode(lq, meter) }
    let step = try stretches { _ = networks.unet(z, step: 1, condition: lq) }
    let decoding = try stretches { _ = networks.autoencoder.decode(z) }
    for (stage, stretches) in [("encode", encoding), ("step", step), ("decode", decoding)] where stretches.total > 0 {
      #expect(stretches.longest <= 0.01 * stretches.total, "\(stage)")
    }
  }

  /// Weights that were made while the call was stopped are those that the next call needs.
  @Test func aStoppedCallLeavesTheModelAsGoodAsBefore() throws {
    let model = try ModelDescriptor(contentsOf: packageFolder.appending(path: "plugin/models/compact-sr-x4").path)
    let picture = PixelImage(width: 24, height: 20, channels: 3, repeating: 0.3)
    let expected = try Restorer(model).upscale(picture)
    let restorer = try Restorer(model)
    for limit in [1, 2, 3, 5, 8] {
      let calls = Looks()
      var options = RestoreOptions()
      options.progress = { _ in
        calls.add(1)
        if calls.all.count >= limit { throw RestoreError.cancelled }
      }
      #expect(throws: RestoreError.cancelled) { try restorer.upscale(picture, options) }
    }
    #expect(try restorer.upscale(picture) == expected)
  }
}
