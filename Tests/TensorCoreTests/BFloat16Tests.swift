import TestSupport
import Testing

@testable import TensorCore

/// Products in bfloat16 against definitions in double, by what multiplies here: matrix units, vectors or plain code (`RESSHIFT_ISA` chooses).
struct BFloat16Tests {
  /// The nearest number with eight bits of mantissa, to even at a tie.
  private func rounded(_ x: Float) -> Float {
    let bits = x.bitPattern
    return Float(bitPattern: (bits &+ 0x7fff &+ (bits >> 16 & 1)) & 0xffff_0000)
  }

  private func rounded(_ x: Tensor) -> Tensor { Tensor(x.shape, x.elements.map(rounded)) }

  private struct Case {
    let shape: Shape
    let outChannels: Int
    let kernel: Int
    let stride: Int
    let isBottomRight: Bool

    init(_ random: inout SeededRandom) {
      shape = Shape(
        Int.random(in: 1...2, using: &random), Int.random(in: 1...19, using: &random),
        Bool.random(using: &random) ? 16 : Int.random(in: 1...35, using: &random),
        Int.random(in: 1...70, using: &random))
      outChannels = Int.random(in: 1...70, using: &random)
      kernel = Bool.random(using: &random) ? 3 : 1
      stride = kernel == 3 && Bool.random(using: &random) ? 2 : 1
      isBottomRight = stride == 2 && shape.h > 1 && shape.w > 1 && Bool.random(using: &random)
    }

    /// Weights that are exact in bfloat16, for products in it and for the definition.
    func weights(_ random: inout SeededRandom, _ round: (Tensor) -> Tensor) -> (
      halves: ConvolutionWeights, Tensor, Tensor
    ) {
      let weights = round(random.tensor(Shape(outChannels, 1, 1, shape.c * kernel * kernel)))
      let bias = random.tensor(Shape(outChannels, 1, 1, 1))
      let halves = ConvolutionWeights(
        weights, bias: bias, kernel: kernel, stride: stride, inChannels: shape.c, outChannels: outChannels, isHalf: true
      )
      return (halves, weights, bias)
    }
  }

  /// Numbers that are exact in bfloat16 have exact products; sums are in float32.
  @Test func convolutionEqualsTheDefinitionOnRandomOddShapes() {
    var random = SeededRandom(61)
    for _ in 0..<50 {
      let one = Case(&random)
      let (weights, values, bias) = one.weights(&random, rounded)
      let x = rounded(random.tensor(one.shape))
      let (before, after) = one.isBottomRight ? (0, 1) : (one.kernel / 2, one.kernel / 2)
      let expected = naiveConvolution(
        x, values.elements, bias.elements, kernel: one.kernel, stride: one.stride, before: before, after: after)
      let found = convolve(x, weights, padding: one.isBottomRight ? .bottomRight : .same)
      expectClose(found, expected, nmse: 1e-11, "\(one)")
    }
  }

  /// A pixel or two wide or high, where tiles reach farthest beyond the plane.
  @Test func thinPlanes() {
    var random = SeededRandom(68)
    for (height, width) in [(1, 1), (1, 2), (2, 1), (1, 90), (90, 1), (2, 17), (17, 2)] {
      for (stride, isBottomRight) in [(1, false), (2, false), (2, true)] where !isBottomRight || min(height, width) > 1
      {
        let x = rounded(random.tensor(Shape(1, height, width, 40)))
        let (values, bias) = (rounded(random.tensor(Shape(33, 1, 1, 40 * 9))), random.tensor(Shape(33, 1, 1, 1)))
        let weights = ConvolutionWeights(
          values, bias: bias, kernel: 3, stride: stride, inChannels: 40, outChannels: 33, isHalf: true)
        let expected = naiveConvolution(
          x, values.elements, bias.elements, kernel: 3, stride: stride, before: isBottomRight ? 0 : 1, after: 1)
        let found = convolve(x, weights, padding: isBottomRight ? .bottomRight : .same)
        expectClose(found, expected, nmse: 1e-11, "\(height) x \(width), stride \(stride)")
      }
    }
  }

  /// Whatever is fused into it: doubling, norm with SiLU (to what rounding to eight bits leaves), residual; for any number of threads.
  @Test(arguments: [1, 5])
  func fusedConvolution(_ threads: Int) {
    var random = SeededRandom(62)
    for upsampled in [false, true] {
      let shape = Shape(1, 9, 24, 40)
      let (x, scale) = (random.tensor(shape), random.tensor(Shape(1, 1, 1, 40), 0.5...1.5))
      let (shift, zoom) = (random.tensor(Shape(1, 1, 1, 40)), upsampled ? 2 : 1)
      let weights = random.tensor(Shape(50, 1, 1, 40 * 9))
      let (bias, residual) = (random.tensor(Shape(50, 1, 1, 1)), random.tensor(Shape(1, 9 * zoom, 24 * zoom, 50)))
      let norm = ChannelAffine(
        normalising: x, groups: 40, epsilon: 1e-5, weight: scale, bias: shift)
      func run(isHalf: Bool) -> Tensor {
        let weights = ConvolutionWeights(
          weights, bias: bias, kernel: 3, inChannels: 40, outChannels: 50, isHalf: isHalf)
        return Parallel.$threads.withValue(threads) {
          convolve(x, weights, before: norm, upsampled: upsampled, residual: residual)
        }
      }
      let (half, single) = (run(isHalf: true), run(isHalf: false))
      expectClose(half, single, nmse: 1e-5, "doubled: \(upsampled)")
      #expect(nmse(half.elements, single.elements) > 1e-8, "it is not in float32")
      let again = Parallel.$threads.withValue(3) {
        convolve(
          x, ConvolutionWeights(weights, bias: bias, kernel: 3, inChannels: 40, outChannels: 50, isHalf: true),
          before: norm, upsampled: upsampled, residual: residual)
      }
      #expect(again.elements == half.elements, "the same for any number of threads")
    }
  }

  /// A norm takes the sums of its input from the product that made it, as long as nobody changed it.
  @Test func sumsOfAProduct() {
    var random = SeededRandom(63)
    for (height, width) in [(7, 16), (5, 9), (40, 40)] {
      let x = random.tensor(Shape(1, height, width, 32))
      let weights = ConvolutionWeights(
        random.tensor(Shape(64, 1, 1, 32 * 9)), bias: random.tensor(Shape(64, 1, 1, 1)), kernel: 3, inChannels: 32,
        outChannels: 64, isHalf: true)
      var y = convolve(x, weights, residual: random.tensor(Shape(1, height, width, 64)))
      let (kept, counted) = (y.sums, ChannelSums(y))
      let (a, b) = (
        kept?.statistics(0, plane: height * width, channels: 64, groups: 32) ?? [],
        counted.statistics(0, plane: height * width, channels: 64, groups: 32)
      )
      #expect(a.count == 32)
      for (a, b) in zip(a, b) {
        #expect(abs(a.mean - b.mean) < 1e-5 && abs(a.variance - b.variance) < 1e-5 * (1 + b.variance))
      }
      y.modify { $0[0] += 1 }
      #expect(y.sums == nil)
      let one = Tensor(Shape(64, 1, 1, 1), repeating: 1)
      let norm = ChannelAffine(
        normalising: x, groups: 32, epsilon: 1e-5, weight: random.tensor(Shape(32, 1, 1, 1)),
        bias: random.tensor(Shape(32, 1, 1, 1)))
      let half = BFloat16Plane(x, weights, before: norm)
      let (direct, through) = (
        ChannelAffine(normalising: half, groups: 32, epsilon: 1e-5, weight: one, bias: one),
        ChannelAffine(normalising: half.widened, groups: 32, epsilon: 1e-5, weight: one, bias: one)
      )
      for (a, b) in zip(direct.scale + direct.shift, through.scale + through.shift) {
        #expect(abs(a - b) < 0.01 * (1 + abs(b)))
      }
    }
  }

  /// The second convolution of a block takes what the first left in bfloat16.
  @Test func twoConvolutionsInARow() {
    var random = SeededRandom(64)
    let x = random.tensor(Shape(1, 12, 20, 32))
    func weights(_ isHalf: Bool, _ from: Tensor, _ bias: Tensor) -> ConvolutionWeights {
      ConvolutionWeights(from, bias: bias, kernel: 3, inChannels: 32, outChannels: 32, isHalf: isHalf)
    }
    let (first, second) = (random.tensor(Shape(32, 1, 1, 288)), random.tensor(Shape(32, 1, 1, 288)))
    let (bias, one) = (random.tensor(Shape(32, 1, 1, 1)), Tensor(Shape(32, 1, 1, 1), repeating: 1))
    func norm(_ x: Tensor) -> ChannelAffine {
      ChannelAffine(normalising: x, groups: 32, epsilon: 1e-5, weight: one, bias: bias)
    }
    let h = convolve(x, weights(false, first, bias), before: norm(x))
    let expected = convolve(h, weights(false, second, bias), before: norm(h), residual: x)
    let half = BFloat16Plane(x, weights(true, first, bias), before: norm(x))
    let found = half.convolved(
      weights(true, second, bias),
      before: ChannelAffine(normalising: half, groups: 32, epsilon: 1e-5, weight: one, bias: bias),
      residual: x)
    expectClose(found, expected, nmse: 1e-4)
  }

  /// Rows of windows through products, GELU between them, back to the plane.
  @Test(arguments: [1, 2])
  func rowsOfWindows(_ pictures: Int) {
    var random = SeededRandom(65)
    let shape = Shape(pictures, 8, 12, 40)
    let x = random.tensor(shape)
    let grid = WindowGrid(size: 4, shift: 2)
    let (one, bias) = (Tensor(Shape(40, 1, 1, 1), repeating: 1), random.tensor(Shape(40, 1, 1, 1)))
    let norm = ChannelAffine(normalising: x, groups: 40, epsilon: 1e-5, weight: one, bias: bias)
    func weights(_ from: Tensor, _ input: Int, _ output: Int, _ isHalf: Bool) -> ConvolutionWeights {
      ConvolutionWeights(
        from, bias: Tensor(Shape(output, 1, 1, 1), repeating: 0.25), kernel: 1, inChannels: input, outChannels: output,
        isHalf: isHalf)
    }
    let (up, down) = (random.tensor(Shape(72, 1, 1, 40)), random.tensor(Shape(40, 1, 1, 72)))
    let plain = norm.apply(to: x, silu: false).windows(grid)
    var expected = convolve(convolve(plain, weights(up, 40, 72, false)).gelu(), weights(down, 72, 40, false))
      .plane(shape, from: grid)
    expected.add(x)
    let rows = BFloat16Rows(x, norm, windows: grid)
    expectClose(rows.widened.elements, plain.elements, nmse: 1e-5)
    let found = rows.times(weights(up, 40, 72, true), gelu: true)
      .times(weights(down, 72, 40, true), shape: shape, residual: x, windows: grid)
    expectClose(found, expected, nmse: 1e-4)
    #expect((found.sums == nil) == (pictures > 1), "sums are of one picture")
  }

  @Test(arguments: [(1, 1), (5, 7), (17, 61)])
  func planeAttentionEqualsTheDefinition(_ size: (Int, Int)) {
    var random = SeededRandom(66)
    let shape = Shape(1, size.0, size.1, 64)
    let (q, k, v) = (random.tensor(shape, -2...2), random.tensor(shape, -2...2), random.tensor(shape))
    let found = planeAttention(query: BFloat16Rows(q), key: BFloat16Rows(k), value: BFloat16Rows(v)).widened.elements
    let expected = planeAttention(query: rounded(q), key: rounded(k), value: rounded(v)).elements
    expectClose(found, expected, nmse: 2e-5)
  }

  /// Windows of as many tokens as fill blocks, and of fewer; heads of one and of two depths.
  @Test(arguments: [(64, 32), (15, 32), (40, 64)])
  func windowAttentionEqualsThatInFloat32(_ size: (tokens: Int, dim: Int)) {
    var random = SeededRandom(67)
    let (windows, heads, tokens, dim) = (5, 2, size.tokens, size.dim)
    let c = heads * dim
    let qkv = rounded(random.tensor(Shape(windows, 1, tokens, 3 * c), -2...2))
    let bias = random.tensor(Shape(1, heads, tokens, tokens))
    let masks = random.tensor(Shape(2, 1, tokens, tokens), -100...0)
    func mask(_ window: Int) -> Int? { window < 2 ? nil : window % 2 }
    let expected = windowAttention(qkv: qkv, heads: heads, bias: bias, masks: masks, maskOfWindow: mask)
    for threads in [1, 3] {
      let found = Parallel.$threads.withValue(threads) {
        windowAttention(
          qkv: BFloat16Rows(qkv), tokens: tokens, heads: heads, bias: bias, masks: masks, maskOfWindow: mask)
      }
      expectClose(found.widened.elements, expected.elements, nmse: 2e-5, "\(size)")
    }
  }

  /// Infinities and NaN stay what they are, ties go to even, and the range is that of float32.
  @Test func rounding() {
    let given: [Float] = [1, 1.00390625, 1.01171875, -1.0039063, 3e38, .infinity, -.infinity, 1e-30, 0, -0.0]
    let x = Tensor(Shape(1, 1, given.count + 1, 1), given + [.nan])
    let found = BFloat16Rows(x).widened.elements
    #expect(zip(found, given).allSatisfy { $0 == rounded($1) } && found[given.count].isNaN)
    #expect(found[1] == 1 && found[2] == 1.015625)
  }
}
