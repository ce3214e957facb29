import TensorCore
import TestSupport
import Testing

struct WorkCountTests {
  /// Calls and operations of each kind that `body` was entered with.
  private func account(_ body: () -> Void) -> [LayerKind: [Int]] {
    let count = WorkCount()
    WorkCount.$current.withValue(count) { body() }
    #expect(count.operations == count.parts.values.reduce(0) { $0 + $1.operations })
    return count.parts.mapValues { [$0.calls, $0.operations] }
  }

  private func weights(
    _ inChannels: Int, _ outChannels: Int, kernel: Int, stride: Int = 1
  ) -> ConvolutionWeights {
    var random = SeededRandom(51)
    let values = random.tensor(Shape(outChannels, 1, 1, inChannels * kernel * kernel))
    return ConvolutionWeights(
      values, bias: random.tensor(Shape(outChannels, 1, 1, 1)), kernel: kernel, stride: stride,
      inChannels: inChannels, outChannels: outChannels)
  }

  /// Norm, SiLU, enlargement and residual belong to the convolution, whether they are fused into it or steps of their own.
  @Test(
    arguments:
      zip(
        [ConvolutionAlgorithm.im2col, .winograd2, .winograd4, .winograd6],
        [LayerKind.im2col, .winograd, .winograd, .winograd]))
  func aConvolutionIsOneEntry(_ algorithm: ConvolutionAlgorithm, _ kind: LayerKind) {
    var random = SeededRandom(50)
    let x = random.tensor(Shape(2, 5, 7, 32))
    let norm = ChannelAffine(
      normalising: x, groups: 32, epsilon: 1e-6, weight: Tensor(Shape(1, 1, 1, 32), repeating: 1),
      bias: Tensor(Shape(1, 1, 1, 32)))
    let residual = random.tensor(Shape(2, 10, 14, 33))
    let packed = weights(32, 33, kernel: 3)
    let found = ConvolutionAlgorithm.$forced.withValue(algorithm) {
      account { _ = convolve(x, packed, before: norm, upsampled: true, residual: residual) }
    }
    #expect(found == [kind: [1, 2 * (2 * 10 * 14) * (9 * 32) * 33]])
  }

  @Test func otherConvolutions() {
    var random = SeededRandom(52)
    let x = random.tensor(Shape(1, 9, 6, 4))
    let strided = weights(4, 5, kernel: 3, stride: 2)
    #expect(account { _ = convolve(x, strided) } == [.strided: [1, 2 * (5 * 3) * (9 * 4) * 5]])
    #expect(
      account { _ = convolve(x, strided, padding: .bottomRight) } == [.strided: [1, 2 * (4 * 3) * (9 * 4) * 5]])
    let pointwise = weights(4, 5, kernel: 1)
    #expect(account { _ = convolve(x, pointwise) } == [.pointwise: [1, 2 * (9 * 6) * 4 * 5]])
  }

  /// Two products each: scores, and their mixture of the values.
  @Test func attention() {
    var random = SeededRandom(53)
    let (windows, tokens, heads, dim) = (3, 16, 2, 4)
    let qkv = random.tensor(Shape(windows, 1, tokens, 3 * heads * dim))
    let bias = random.tensor(Shape(1, heads, tokens, tokens))
    #expect(
      account { _ = windowAttention(qkv: qkv, heads: heads, bias: bias, masks: nil) { _ in nil } }
        == [.windowAttention: [1, 2 * 2 * windows * heads * tokens * tokens * dim]])
    let x = random.tensor(Shape(2, 3, 5, 8))
    #expect(
      account { _ = planeAttention(query: x, key: x, value: x) }
        == [.planeAttention: [1, 2 * 2 * 2 * 15 * 15 * 8]])
  }

  @Test func operationsWithoutProducts() {
    var random = SeededRandom(54)
    let x = random.tensor(Shape(1, 8, 8, 32))
    let one = Tensor(Shape(1, 1, 1, 32), repeating: 1)
    let grid = WindowGrid(size: 4, shift: 2)
    let found = account {
      var y = ChannelAffine(normalising: x, groups: 32, epsilon: 1e-6, weight: one, bias: one).apply(to: x, silu: false)
      y.add(x)
      y.combine(0.5, x, 0.5)
      y = y.silu().gelu().scaled(by: 2)
      y.clampToPicture()
      y = y.windows(grid).plane(y.shape, from: grid).concatenated(with: x)
      y = y.cropped(y: 1, x: 1, height: 5, width: 6).reflectPadded(height: 7, width: 7).resized(height: 9, width: 3)
      y.accumulate(y, y: 0, x: 0, rows: [Float](repeating: 1, count: 9), columns: [Float](repeating: 1, count: 3))
      y.normalise(by: Tensor(Shape(1, 9, 3, 1), repeating: 2), elsewhere: nil)
    }
    #expect(found == [.norm: [2, 0], .elementwise: [6, 0], .layout: [8, 0]])
  }

  @Test func nestedOperationsAreCountedOnce() throws {
    let count = WorkCount()
    try WorkCount.$current.withValue(count) {
      let outer = try #require(WorkCount.begin(.other))
      #expect(WorkCount.begin(.norm) == nil)
      outer.end(operations: 3)
      try #require(WorkCount.begin(.norm)).end()
    }
    #expect(count.parts.mapValues { [$0.calls, $0.operations] } == [.other: [1, 3], .norm: [1, 0]])
    #expect(WorkCount.begin(.norm) == nil, "nobody listens")
  }

  /// Entries do not overlap, so that together they take no longer than what they are part of.
  @Test func partsFitIntoTheWhole() {
    var random = SeededRandom(55)
    let x = random.tensor(Shape(1, 40, 40, 32))
    let packed = weights(32, 32, kernel: 3)
    let count = WorkCount()
    let start = ContinuousClock.now
    WorkCount.$current.withValue(count) {
      Parallel.$threads.withValue(2) {
        for _ in 0..<3 { _ = convolve(x, packed, upsampled: true, residual: nil).silu() }
      }
    }
    let whole = ContinuousClock.now - start
    #expect(count.parts.count == 2 && count.parts.values.allSatisfy { $0.time > .zero })
    #expect(count.parts.values.reduce(.zero) { $0 + $1.time } <= whole)
  }
}
