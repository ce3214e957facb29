import Dispatch
import Synchronization
import TestSupport
import Testing

@testable import TensorCore

/// Memory that is borrowed, and memory that is made when it is first needed.
struct StorageTests {
  /// Somebody else's memory, and whether it is gone.
  private final class Owner: Sendable {
    let memory: Tensor
    init(_ elements: [Float]) { memory = Tensor(Shape(1, 1, 1, elements.count), elements) }

    func lend() -> Tensor { memory.read { Tensor(memory.shape, borrowing: $0, of: self) } }
  }

  @Test func borrowedMemoryIsReadInPlaceAndKept() {
    var owner: Owner? = Owner([1, 2, 3, 4])
    weak let watched = owner
    let place = owner?.memory.read { UInt(bitPattern: $0) }
    var tensor = owner?.lend()
    owner = nil
    #expect(tensor?.read { UInt(bitPattern: $0) } == place)
    var part = tensor?.reshaped(Shape(1, 2, 1, 2))
    tensor = nil
    #expect(watched != nil, "the reshaped tensor still stands on it")
    #expect(part?.elements == [1, 2, 3, 4])
    part = nil
    #expect(watched == nil)
  }

  @Test func writingToBorrowedMemoryIsWritingToACopy() {
    let owner = Owner([1, 2, 3, 4])
    var tensor = owner.lend()
    let second = tensor
    tensor.modify { $0[1] = 7 }
    let place = tensor.read { UInt(bitPattern: $0) }
    tensor.modify { $0[2] = 8 }
    #expect(tensor.elements == [1, 7, 8, 4])
    #expect(tensor.read { UInt(bitPattern: $0) } == place, "its own by then")
    #expect(second.elements == [1, 2, 3, 4] && owner.memory.elements == [1, 2, 3, 4])
  }

  @Test func deferredElementsAreMadeOnceWhoeverComesFirst() {
    for round in 0..<50 {
      let calls = Atomic(0)
      let tensor = Tensor(whenFirstRead: Shape(1, 1, 1, 1000)) { out in
        calls.wrappingAdd(1, ordering: .relaxed)
        for i in 0..<1000 { out[i] = Float(i + round) }
      }
      #expect(calls.load(ordering: .relaxed) == 0)
      let sums = Mutex<[Float]>([])
      DispatchQueue.concurrentPerform(iterations: 8) { _ in
        let sum = tensor.elements.reduce(0, +)
        sums.withLock { $0.append(sum) }
      }
      #expect(calls.load(ordering: .relaxed) == 1)
      #expect(sums.withLock { $0 } == [Float](repeating: Float(499_500 + 1000 * round), count: 8))
    }
  }

  @Test func theSourceOfDeferredElementsIsReleased() {
    var owner: Owner? = Owner([1, 2, 3])
    weak let watched = owner
    var doubled = owner.map { owner in
      Tensor(whenFirstRead: Shape(1, 1, 1, 3), from: owner.lend()) { out, from in
        for i in 0..<3 { out[i] = 2 * from[i] }
      }
    }
    owner = nil
    #expect(watched != nil)
    let copy = doubled
    #expect(doubled?.elements == [2, 4, 6])
    #expect(watched == nil)
    doubled?.modify { $0[0] = 9 }
    #expect(doubled?.elements == [9, 4, 6] && copy?.elements == [2, 4, 6])
  }

  @Test func pendingBytesAreThoseNotYetMade() {
    let listed = PendingTensors()
    let floats = MemoryLayout<Float>.stride
    var tensors: [Tensor] = PendingTensors.$current.withValue(listed) {
      // Half the size of what is made of it, as widened weights are of transformed ones.
      let source = Tensor(whenFirstRead: Shape(1, 1, 1, 1000)) { $0.update(repeating: 1, count: 1000) }
      let packed = Tensor(whenFirstRead: Shape(1, 1, 1, 2000), from: source) { out, from in
        for i in 0..<2000 { out[i] = from[i / 2] }
      }
      return [packed, Tensor(whenFirstRead: Shape(1, 1, 1, 50)) { $0.update(repeating: 2, count: 50) }]
    }
    let unlisted = Tensor(whenFirstRead: Shape(1, 1, 1, 70)) { $0.update(repeating: 3, count: 70) }
    #expect(listed.bytes == 2050 * floats)
    #expect(tensors[1].elements[49] == 2)
    #expect(listed.bytes == 2000 * floats)
    listed.prepareAll()
    #expect(listed.bytes == 0)
    #expect(tensors[0].elements == [Float](repeating: 1, count: 2000))
    tensors = []
    #expect(listed.bytes == 0 && unlisted.elements[0] == 3)

    // Pages of a file count until they have been read; what is packed takes their place.
    let owner = Owner([Float](repeating: 5, count: 300))
    tensors = PendingTensors.$current.withValue(listed) {
      let packed = Tensor(whenFirstRead: Shape(1, 1, 1, 900), from: owner.lend()) { out, from in
        for i in 0..<900 { out[i] = from[i / 3] }
      }
      return [owner.lend(), packed]
    }
    #expect(listed.bytes == 1200 * floats)
    #expect(tensors[0].elements[299] == 5)
    #expect(listed.bytes == 900 * floats)
    #expect(tensors[1].elements[899] == 5)
    #expect(listed.bytes == 0)
  }

  /// Weights of a convolution that several restorations meet for the first time at once.
  @Test(arguments: [ConvolutionAlgorithm.im2col, .winograd2, .winograd4, .winograd6])
  func concurrentFirstUseOfAConvolution(_ algorithm: ConvolutionAlgorithm) {
    var random = SeededRandom(40)
    let (x, bias) = (random.tensor(Shape(1, 12, 20, 64)), random.tensor(Shape(48, 1, 1, 1)))
    let plain = random.tensor(Shape(48, 1, 1, 576))
    func weights() -> ConvolutionWeights {
      ConvolutionWeights(plain, bias: bias, kernel: 3, inChannels: 64, outChannels: 48)
    }
    @Sendable func convolved(_ weights: ConvolutionWeights, threads: Int) -> [Float] {
      ConvolutionAlgorithm.$forced.withValue(algorithm) {
        Parallel.$threads.withValue(threads) { convolve(x, weights).elements }
      }
    }
    let expected = convolved(weights(), threads: 1)
    for _ in 0..<20 {
      let fresh = weights()
      let same = Atomic(0)
      DispatchQueue.concurrentPerform(iterations: 4) { index in
        let found = convolved(fresh, threads: 1 + index % 2)
        if found == expected { same.wrappingAdd(1, ordering: .relaxed) }
      }
      #expect(same.load(ordering: .relaxed) == 4)
    }
  }
}
