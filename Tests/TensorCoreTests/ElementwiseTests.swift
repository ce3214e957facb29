import Foundation
import TensorCore
import TestSupport
import Testing

struct ElementwiseTests {
  @Test func activationsFollowTheirDefinitions() {
    let values = stride(from: Float(-100), through: 100, by: 0.037).map { $0 } + [0, -0.0, 1e-20, 1e6, -1e6]
    let x = Tensor(Shape(1, 1, 1, values.count), values)
    for (value, silu) in zip(values, x.silu().elements) {
      let exact = Double(value) / (1 + exp(-Double(value)))
      // Without FMA the exponential function loses 1e-7 for each unit of its argument.
      let loss = InstructionSet.current == .baseline ? 1e-7 * abs(Double(value)) : 0
      #expect(abs(Double(silu) - exact) <= (4e-7 + loss) * abs(exact) + 1e-30, "SiLU(\(value))")
    }
    for (value, gelu) in zip(values, x.gelu().elements) {
      let exact = Double(value) * 0.5 * erfc(-Double(value) / 2.0.squareRoot())
      #expect(abs(Double(gelu) - exact) <= 3e-7 * max(1, abs(Double(value))), "GELU(\(value))")
    }
  }

  @Test(arguments: [Shape(1, 2, 3, 3), Shape(2, 5, 7, 32), Shape(1, 97, 89, 20)])
  func leakyReLUOfASlopePerChannel(_ shape: Shape) {
    var random = SeededRandom(16)
    let (x, slopes) = (random.tensor(shape), random.tensor(Shape(shape.c, 1, 1, 1)))
    let expected = x.elements.enumerated().map { $1 > 0 ? $1 : slopes.elements[$0 % shape.c] * $1 }
    for threads in [1, 3] {
      var result = x
      Parallel.$threads.withValue(threads) { result.rectify(slopes: slopes) }
      #expect(result.elements == expected)
    }
  }

  @Test func pixelsAreRepeatedAnyNumberOfTimes() {
    var random = SeededRandom(17)
    let x = random.tensor(Shape(2, 3, 5, 3))
    for factor in 1...4 {
      let large = x.upsampledNearest(by: factor)
      #expect(large.shape == Shape(2, 3 * factor, 5 * factor, 3))
      for n in 0..<2 {
        for row in 0..<3 * factor {
          for column in 0..<5 * factor {
            for c in 0..<3 { #expect(large[n, row, column, c] == x[n, row / factor, column / factor, c]) }
          }
        }
      }
    }
    #expect(x.affine(2, -1).elements == x.elements.map { 2 * $0 - 1 })
  }

  @Test(arguments: [Shape(1, 2, 2, 32), Shape(2, 3, 5, 64), Shape(1, 130, 67, 96)])
  func groupNormFollowsItsDefinition(_ shape: Shape) {
    var random = SeededRandom(6)
    let x = random.tensor(shape, 3...5)  // far from zero mean: where one-pass variances lose digits
    let (weight, bias) = (random.tensor(Shape(1, 1, 1, shape.c)), random.tensor(Shape(1, 1, 1, shape.c)))
    let (scale, shift) = (random.tensor(Shape(1, 1, 1, shape.c)), random.tensor(Shape(1, 1, 1, shape.c)))
    let (elements, width, plane) = (x.elements, shape.c / 32, shape.h * shape.w)
    var plain = [Float](repeating: 0, count: shape.count)
    var modulated = plain
    for n in 0..<shape.n {
      for group in 0..<32 {
        let indices = (0..<plane).flatMap { p in
          (group * width..<(group + 1) * width).map { (n * plane + p) * shape.c + $0 }
        }
        let mean = indices.reduce(0.0) { $0 + Double(elements[$1]) } / Double(indices.count)
        let variance = indices.reduce(0.0) { $0 + pow(Double(elements[$1]) - mean, 2) } / Double(indices.count)
        for i in indices {
          let c = i % shape.c
          let normed = (Double(elements[i]) - mean) / (variance + 1e-5).squareRoot()
          let y = normed * Double(weight[0, 0, 0, c]) + Double(bias[0, 0, 0, c])
          plain[i] = Float(y)
          let z = y * (1 + Double(scale[0, 0, 0, c])) + Double(shift[0, 0, 0, c])
          modulated[i] = Float(z / (1 + exp(-z)))
        }
      }
    }
    let map = ChannelAffine(normalising: x, groups: 32, epsilon: 1e-5, weight: weight, bias: bias)
    expectClose(map.apply(to: x, silu: false).elements, plain, nmse: 1e-9, "plain")
    func fusedResult() -> Tensor {
      ChannelAffine(
        normalising: x, groups: 32, epsilon: 1e-5, weight: weight, bias: bias, modulation: (scale, shift)
      ).apply(to: x, silu: true)
    }
    let fused = fusedResult()
    expectClose(fused.elements, modulated, nmse: 1e-9, "modulated, with SiLU")
    let threaded = Parallel.$threads.withValue(3) { fusedResult() }
    #expect(threaded.elements == fused.elements)
  }

  @Test func parallelLoopsVisitEveryIndexOnce() {
    for (count, threads, chunk) in [(0, 2, 3), (1, 8, 1), (1000, 2, 7), (65, 3, 64)] {
      let visits = Tensor(Shape(1, 1, 1, max(count, 1))).elements
      var seen = visits
      seen.withUnsafeMutableBufferPointer { seen in
        guard let seen = seen.baseAddress else { return }
        Parallel.$threads.withValue(threads) {
          Parallel.forRanges(count, chunk: chunk) { for i in $0 { seen[i] += 1 } }
        }
      }
      #expect(seen.prefix(count).allSatisfy { $0 == 1 })
    }
  }

  @Test func tensorsAreValues() {
    let a = Tensor(Shape(1, 1, 1, 3), [1, 2, 3])
    var b = a
    b.add(a)
    #expect(a.elements == [1, 2, 3])
    #expect(b.elements == [2, 4, 6])
  }
}
