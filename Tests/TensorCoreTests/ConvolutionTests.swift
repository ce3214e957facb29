import TensorCore
import TestSupport
import Testing

struct ConvolutionTests {
  /// float32 sums of up to some thousand products of numbers of unit size: errors near 1e-7 each.
  private let tolerance = 1e-11

  @Test func equalsTheDefinitionOnRandomOddShapes() {
    var random = SeededRandom(1)
    for _ in 0..<40 {
      let shape = Shape(
        Int.random(in: 1...2, using: &random), Int.random(in: 1...19, using: &random),
        Int.random(in: 1...19, using: &random), Int.random(in: 1...37, using: &random))
      let outChannels = Int.random(in: 1...41, using: &random)
      let kernel = Bool.random(using: &random) ? 3 : 1
      let stride = kernel == 3 && Bool.random(using: &random) ? 2 : 1
      let isBottomRight = stride == 2 && shape.h > 1 && shape.w > 1 && Bool.random(using: &random)
      let x = random.tensor(shape)
      let weights = random.tensor(Shape(outChannels, 1, 1, shape.c * kernel * kernel))
      let bias = random.tensor(Shape(outChannels, 1, 1, 1))
      let packed = ConvolutionWeights(
        weights, bias: bias, kernel: kernel, stride: stride, inChannels: shape.c, outChannels: outChannels)
      let (before, after) = isBottomRight ? (0, 1) : (kernel / 2, kernel / 2)
      let expected = naiveConvolution(
        x, weights.elements, bias.elements, kernel: kernel, stride: stride, before: before, after: after)
      let found = convolve(x, packed, padding: isBottomRight ? .bottomRight : .same)
      expectClose(found, expected, nmse: tolerance, "\(shape) -> \(outChannels), kernel \(kernel), stride \(stride)")
    }
  }

  /// Winograd sums numbers up to a hundred times as large as its results, with 6 x 6 tiles up to a thousand times: errors near
  /// 1e-6 and 1e-5 each.
  @Test(arguments: [ConvolutionAlgorithm.winograd2, .winograd4, .winograd6])
  func winogradEqualsTheDefinitionOnRandomOddShapes(_ algorithm: ConvolutionAlgorithm) {
    var random = SeededRandom(21)
    for _ in 0..<40 {
      let shape = Shape(
        Int.random(in: 1...2, using: &random), Int.random(in: 1...23, using: &random),
        Int.random(in: 1...23, using: &random), Int.random(in: 1...70, using: &random))
      let outChannels = Int.random(in: 1...70, using: &random)
      let (x, weights, bias) = (
        random.tensor(shape), random.tensor(Shape(outChannels, 1, 1, shape.c * 9)),
        random.tensor(Shape(outChannels, 1, 1, 1))
      )
      let packed = ConvolutionWeights(
        weights, bias: bias, kernel: 3, inChannels: shape.c, outChannels: outChannels)
      let expected = naiveConvolution(
        x, weights.elements, bias.elements, kernel: 3, stride: 1, before: 1, after: 1)
      let tolerance = algorithm == .winograd6 ? 1e-10 : 1e-11
      let found = ConvolutionAlgorithm.$forced.withValue(algorithm) {
        #expect(packed.algorithm(height: shape.h, width: shape.w) == algorithm)
        return convolve(x, packed)
      }
      expectClose(found, expected, nmse: tolerance, "\(shape) -> \(outChannels)")
    }
  }

  /// More channels than have their weights transformed at once, more tiles than are held at once. Sums of 2100 channels
  /// are less exact than those of the other tests.
  @Test(arguments: [ConvolutionAlgorithm.winograd2, .winograd4, .winograd6])
  func winogradInSeveralParts(_ algorithm: ConvolutionAlgorithm) {
    var random = SeededRandom(24)
    for (size, channels) in [(3, 2100), (70, 5), (91, 130)] {
      let x = random.tensor(Shape(1, size, size + 1, channels))
      let (weights, bias) = (random.tensor(Shape(36, 1, 1, channels * 9)), random.tensor(Shape(36, 1, 1, 1)))
      let packed = ConvolutionWeights(weights, bias: bias, kernel: 3, inChannels: channels, outChannels: 36)
      let expected = naiveConvolution(
        x, weights.elements, bias.elements, kernel: 3, stride: 1, before: 1, after: 1)
      for threads in [1, 7] {
        let found = ConvolutionAlgorithm.$forced.withValue(algorithm) {
          Parallel.$threads.withValue(threads) { convolve(x, packed) }
        }
        expectClose(found, expected, nmse: algorithm == .winograd6 ? 5e-10 : 1e-10, "\(size), \(channels)")
      }
    }
  }

  /// What is fused into a convolution is what it stands for.
  @Test(arguments: [ConvolutionAlgorithm.im2col, .winograd2, .winograd4, .winograd6], [false, true])
  func fusedStepsEqualSeparateOnes(_ algorithm: ConvolutionAlgorithm, _ upsampled: Bool) {
    var random = SeededRandom(22)
    for (n, h, w, channels, outChannels) in [(1, 5, 9, 64, 33), (2, 16, 7, 32, 48)] {
      let x = random.tensor(Shape(n, h, w, channels))
      let (weights, bias) = (
        random.tensor(Shape(outChannels, 1, 1, channels * 9)), random.tensor(Shape(outChannels, 1, 1, 1))
      )
      let packed = ConvolutionWeights(
        weights, bias: bias, kernel: 3, inChannels: channels, outChannels: outChannels)
      let norm = ChannelAffine(
        normalising: x, groups: 32, epsilon: 1e-6, weight: random.tensor(Shape(1, 1, 1, channels)),
        bias: random.tensor(Shape(1, 1, 1, channels)))
      let zoom = upsampled ? 2 : 1
      let residual = random.tensor(Shape(n, zoom * h, zoom * w, outChannels))
      let activated = norm.apply(to: x, silu: true)
      var expected = naiveConvolution(
        upsampled ? activated.upsampledNearest2x() : activated, weights.elements, bias.elements, kernel: 3, stride: 1,
        before: 1, after: 1)
      expected.add(residual)
      let found = ConvolutionAlgorithm.$forced.withValue(algorithm) {
        convolve(x, packed, before: norm, upsampled: upsampled, residual: residual)
      }
      expectClose(found, expected, nmse: 1e-11)
    }
  }

  /// Of few channels, whose planes go in pieces, and of many, which go in blocks.
  @Test(arguments: [ConvolutionAlgorithm.im2col, .winograd2, .winograd4, .winograd6], Products.allCases)
  func doesNotDependOnThreads(_ algorithm: ConvolutionAlgorithm, _ products: Products) {
    var random = SeededRandom(2)
    for (channels, outChannels) in [(64, 48), (320, 80)] {
      let x = random.tensor(Shape(1, 70, 150, channels))
      let (filters, bias) = (
        random.tensor(Shape(outChannels, 1, 1, 9 * channels)), random.tensor(Shape(outChannels, 1, 1, 1))
      )
      let weights = Products.$forced.withValue(products) {
        ConvolutionWeights(filters, bias: bias, kernel: 3, inChannels: channels, outChannels: outChannels)
      }
      ConvolutionAlgorithm.$forced.withValue(algorithm) {
        let one = convolve(x, weights).elements
        for threads in [2, 3, 8] {
          let isSame = Parallel.$threads.withValue(threads) { convolve(x, weights).elements } == one
          #expect(isSame, "\(threads) threads, \(channels) channels")
        }
      }
    }
  }

  /// Both who multiply do the same, on shapes that fill no panel: each is within 1e-11 of the definition.
  @Test(arguments: [ConvolutionAlgorithm.im2col, .winograd4], [(5, 9, 33, 70), (16, 16, 64, 64), (1, 1, 7, 130)])
  func openBLASEqualsOurKernel(_ algorithm: ConvolutionAlgorithm, _ sizes: (Int, Int, Int, Int)) {
    var random = SeededRandom(25)
    let (height, width, channels, outChannels) = sizes
    let x = random.tensor(Shape(2, height, width, channels))
    for kernel in [1, 3] {
      let filters = random.tensor(Shape(outChannels, 1, 1, channels * kernel * kernel))
      let bias = random.tensor(Shape(outChannels, 1, 1, 1))
      let results = Products.allCases.map { products in
        Products.$forced.withValue(products) {
          ConvolutionAlgorithm.$forced.withValue(algorithm) {
            convolve(
              x,
              ConvolutionWeights(filters, bias: bias, kernel: kernel, inChannels: channels, outChannels: outChannels))
          }
        }
      }
      expectClose(results[0], results[1], nmse: 2e-11, "kernel \(kernel)")
    }
  }

  @Test func theAlgorithmFollowsTheSizeOfThePlane() {
    Products.$forced.withValue(.own) { theAlgorithmFollowsTheSize() }
  }

  private func theAlgorithmFollowsTheSize() {
    func algorithm(_ size: Int, _ channels: Int, stride: Int = 1) -> ConvolutionAlgorithm {
      ConvolutionWeights(
        Tensor(Shape(channels, 1, 1, channels * 9)), bias: Tensor(Shape(channels, 1, 1, 1)), kernel: 3, stride: stride,
        inChannels: channels, outChannels: channels
      ).algorithm(height: size, width: size)
    }
    #expect(algorithm(256, 128) == .winograd6)
    #expect(algorithm(16, 320) == .winograd4)
    #expect(algorithm(1, 640) == .im2col)
    #expect(algorithm(64, 160, stride: 2) == .im2col)
    #expect(algorithm(64, 3) == .im2col)
  }

  @Test func upsamplingRepeatsEveryPixel() {
    let x = Tensor(Shape(1, 2, 3, 2), (0..<12).map(Float.init))
    let large = x.upsampledNearest2x()
    #expect(large.shape == Shape(1, 4, 6, 2))
    for y in 0..<4 {
      for column in 0..<6 {
        for c in 0..<2 { #expect(large[0, y, column, c] == x[0, y / 2, column / 2, c]) }
      }
    }
  }
}
