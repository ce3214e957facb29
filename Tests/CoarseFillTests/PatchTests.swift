import CKernels
import TensorCore
import TestSupport
import Testing

@testable import CoarseFill

struct PatchTests {
  @Test func distancesEqualTheNaiveSum() {
    var random = SeededRandom(31)
    for (rows, n, gap) in [(1, 1, 1), (7, 35, 35), (7, 35, 90), (3, 17, 40)] {
      let a = random.tensor(Shape(1, 1, 1, rows * gap + n)).elements
      let b = random.tensor(Shape(1, 1, 1, rows * gap + n)).elements
      var sum = 0.0
      for y in 0..<rows {
        for i in y * gap..<y * gap + n { sum += (Double(a[i]) - Double(b[i])) * (Double(a[i]) - Double(b[i])) }
      }
      let distance = ck_patch_distance(a, b, rows, n, gap, .infinity)
      #expect(abs(Double(distance) - sum) < 1e-5 * sum)
      #expect(ck_patch_distance(a, b, rows, n, gap, Float(sum) / 2) >= Float(sum) / 2)
    }
  }

  private func level(_ height: Int, _ width: Int, _ random: inout SeededRandom, unknown: Double) -> PatchLevel {
    let isKnown = (0..<height * width).map { _ in Double.random(in: 0..<1, using: &random) >= unknown }
    return PatchLevel(random.tensor(Shape(1, height, width, PatchLevel.channels)), isKnown: isKnown)
  }

  @Test func everyInnerPixelIsTheCentreOfASourceOrATarget() {
    var random = SeededRandom(32)
    for (height, width) in [(7, 7), (12, 30), (25, 9), (3, 40)] {
      let level = level(height, width, &random, unknown: 0.02)
      var (sources, targets) = ([Int32](), [Int32]())
      for y in 3..<max(3, height - 3) {
        for x in 3..<max(3, width - 3) {
          let isWhole = (y - 3...y + 3).allSatisfy { row in
            (x - 3...x + 3).allSatisfy { level.isKnown[row * width + $0] }
          }
          if isWhole { sources.append(Int32(y * width + x)) } else { targets.append(Int32(y * width + x)) }
        }
      }
      #expect(level.sources == sources && level.targets == targets)
      #expect(level.isSource.indices.filter { level.isSource[$0] } == sources.map(Int.init))
    }
  }

  @Test func halvingAveragesKnownPixels() {
    let (h, w, c) = (5, 4, PatchLevel.channels)
    var isKnown = [Bool](repeating: true, count: h * w)
    for unknown in [0, 1, 4, 2, 16] { isKnown[unknown] = false }
    let pixels = Tensor(Shape(1, h, w, c), (0..<h * w * c).map { Float($0 / c) })
    let half = PatchLevel(pixels, isKnown: isKnown).halved()
    #expect((half.height, half.width) == (3, 2))
    // Of the first square only pixel 5 is known, of the second 3, 6 and 7; of the two of the last row one each and both.
    #expect(half.isKnown == [false, true, true, true, true, true])
    #expect(half.pixels[0, 0, 0, 0] == 5 && abs(half.pixels[0, 0, 1, 0] - 16.0 / 3) < 1e-6)
    #expect(half.pixels[0, 2, 0, 0] == 17 && half.pixels[0, 2, 1, 0] == 18.5)
  }

  /// Against the plain mean over all known pixels within eight rows and columns.
  @Test func roughnessIsTheMeanDifferenceAround() {
    var random = SeededRandom(35)
    for (h, w) in [(1, 1), (5, 3), (30, 41)] {
      let image = random.tensor(Shape(1, h, w, 3))
      let isKnown = (0..<h * w).map { _ in Double.random(in: 0..<1, using: &random) < 0.8 }
      let found = withRoughness(image, isKnown)
      func luma(_ y: Int, _ x: Int) -> Double {
        0.299 * Double(image[0, y, x, 0]) + 0.587 * Double(image[0, y, x, 1]) + 0.114 * Double(image[0, y, x, 2])
      }
      for (y, x) in [(0, 0), (h / 2, w / 3), (h - 1, w - 1)] {
        var (across, down, count) = (0.0, 0.0, 0.0)
        for row in max(0, y - 8)...min(h - 1, y + 8) {
          for column in max(0, x - 8)...min(w - 1, x + 8) where row + 1 < h && column + 1 < w {
            let p = row * w + column
            guard isKnown[p], isKnown[p + 1], isKnown[p + w] else { continue }
            across += abs(luma(row, column + 1) - luma(row, column))
            down += abs(luma(row + 1, column) - luma(row, column))
            count += 1
          }
        }
        #expect(abs(Double(found[0, y, x, 3]) - 5 * across / max(1, count)) < 1e-5)
        #expect(abs(Double(found[0, y, x, 4]) - 5 * down / max(1, count)) < 1e-5)
      }
    }
  }

  @Test func depthIsTheDistanceToTheNearestKnownPixel() {
    var random = SeededRandom(33)
    for _ in 0..<20 {
      let level = level(9, 14, &random, unknown: 0.9)
      guard level.isKnown.contains(true) else { continue }
      let depths = (0..<9 * 14).map { p in
        (0..<9 * 14).filter { level.isKnown[$0] }.map { abs($0 / 14 - p / 14) + abs($0 % 14 - p % 14) }.min() ?? 0
      }
      #expect(level.depth == depths.max())
    }
  }

  /// Searching never makes a match worse, and finds the exact one where there is one.
  @Test func searchFindsACopy() {
    var random = SeededRandom(34)
    let (height, width) = (60, 80)
    let tile = random.tensor(Shape(1, 20, 20, PatchLevel.channels))
    var isKnown = [Bool](repeating: true, count: height * width)
    for y in 24..<34 { for x in 30..<42 { isKnown[y * width + x] = false } }
    let pixels = Tensor(Shape(1, height, width, PatchLevel.channels)) { out in
      for p in 0..<height * width {
        for k in 0..<PatchLevel.channels {
          out[p * PatchLevel.channels + k] = tile[0, p / width % 20, p % width % 20, k]
        }
      }
    }
    let level = PatchLevel(pixels, isKnown: isKnown)
    var field = PatchField(level, seed: 1)
    field.measure(level)
    for round in 0..<12 {
      let before = field.distance
      field.search(level, step: [4, 2, 1][round % 3], seed: UInt64(round))
      #expect(level.targets.allSatisfy { field.distance[Int($0)] <= before[Int($0)] })
      #expect(level.targets.allSatisfy { level.isSource[Int(field.source[Int($0)])] })
    }
    let exact = level.targets.filter { field.distance[Int($0)] == 0 }
    #expect(exact.count > level.targets.count * 95 / 100, "\(exact.count) of \(level.targets.count)")
  }
}
