import TensorCore
import TestSupport
import Testing

@testable import CoarseFill

struct ExemplarFillTests {
  private struct Stopped: Error {}

  /// A picture by its pixels, [1, height, width, 3].
  private func picture(_ height: Int, _ width: Int, _ colour: (_ y: Int, _ x: Int) -> (Float, Float, Float)) -> Tensor {
    Tensor(Shape(1, height, width, 3)) { out in
      for y in 0..<height {
        for x in 0..<width {
          let (r, g, b) = colour(y, x)
          for (k, value) in [r, g, b].enumerated() { out[3 * (y * width + x) + k] = value }
        }
      }
    }
  }

  /// 0 in a rectangle, 1 around it.
  private func known(_ height: Int, _ width: Int, hole: (rows: Range<Int>, columns: Range<Int>)) -> Tensor {
    Tensor(
      Shape(1, height, width, 1),
      (0..<height * width).map { hole.rows.contains($0 / width) && hole.columns.contains($0 % width) ? 0 : 1 })
  }

  /// What is unknown, set to a colour that must not matter.
  private func blanked(_ image: Tensor, _ known: Tensor) -> Tensor {
    let known = known.elements
    return Tensor(image.shape, image.elements.enumerated().map { known[$0.offset / 3] > 0 ? $0.element : -1 })
  }

  @Test("Where pieces are not to come from, none come from, at no size")
  func onlyWhatIsAllowedIsTaken() throws {
    // Stripes of red noise in green noise; red is excluded.
    var random = SeededRandom(3)
    let image = picture(120, 150) { _, x in
      let level = Float.random(in: -0.2...0.2, using: &random)
      return x < 40 || x > 110 ? (0.7, level, -0.7) : (-0.7, level, 0.7)
    }
    let known = known(120, 150, hole: (30..<90, 30..<100))
    let allowed = Tensor(known.shape, (0..<120 * 150).map { (40...110).contains($0 % 150) ? 1 : 0 })
    func redShare(_ allowed: Tensor?) throws -> Float {
      let fill = try exemplarFill(blanked(image, known), known: known, allowed: allowed, seed: 1)
      let inside = (0..<120 * 150).filter { known.elements[$0] == 0 }
      let red = fill.elements
      return Float(inside.count { red[3 * $0] > 0.4 }) / Float(inside.count)
    }
    let (without, with) = (try redShare(nil), try redShare(allowed))
    #expect(without > 0.1 && with < 0.03, "\(without), \(with)")
    let all = Tensor(known.shape, repeating: 1)
    #expect(
      try exemplarFill(blanked(image, known), known: known, allowed: all, seed: 1).elements
        == exemplarFill(blanked(image, known), known: known, seed: 1).elements)
    // Nowhere to take from: the smooth fill.
    let none = try exemplarFill(blanked(image, known), known: known, allowed: Tensor(known.shape), seed: 1)
    #expect(none.elements == pushPull(blanked(image, known), known: known).elements)
  }

  /// The mean absolute difference inside the hole.
  private func error(_ fill: Tensor, _ image: Tensor, _ known: Tensor) -> Float {
    let known = known.elements
    let differences = zip(fill.elements, image.elements).enumerated().filter { known[$0.offset / 3] == 0 }
      .map { abs($0.element.0 - $0.element.1) }
    return differences.reduce(0, +) / Float(differences.count)
  }

  @Test func repeatingPatternsAreContinued() throws {
    let image = picture(120, 140) { y, x in
      let isLine = y % 12 < 3 || (x + (y / 12) % 2 * 9) % 18 < 3
      return isLine ? (0.7, 0.7, 0.6) : (-0.3, -0.5, -0.6)
    }
    let known = known(120, 140, hole: (40..<76, 50..<90))
    let given = blanked(image, known)
    let fill = try exemplarFill(given, known: known, seed: 1)
    // Bricks may end up a course away, but most of them fit; a smooth fill cannot do that.
    #expect(error(fill, image, known) < 0.25 * error(pushPull(given, known: known), image, known))
    for (p, isKnown) in known.elements.enumerated() where isKnown > 0 {
      for k in 3 * p..<3 * p + 3 { try #require(fill.elements[k] == image.elements[k], "known pixels stay") }
    }
  }

  @Test func aStraightEdgeIsContinued() throws {
    let image = picture(90, 90) { y, x in x + y / 2 < 65 ? (0.8, 0.2, -0.4) : (-0.7, -0.1, 0.5) }
    let known = known(90, 90, hole: (30..<58, 30..<58))
    let fill = try exemplarFill(blanked(image, known), known: known, seed: 3)
    #expect(error(fill, image, known) < 0.03)
  }

  /// A pattern under changing light has no source of the right tone everywhere: the rim must not show that.
  @Test func tonesFollowTheRim() throws {
    let image = picture(96, 128) { y, x in
      let pattern: Float = (y / 3 + x / 3) % 2 == 0 ? 0.2 : -0.2
      let light = Float(x) / 128 - 0.5
      return (pattern + light, pattern + light, pattern + light)
    }
    let known = known(96, 128, hole: (30..<66, 44..<84))
    let fill = try exemplarFill(blanked(image, known), known: known, seed: 4)
    var jumps: Float = 0
    for y in 30..<66 {
      // Over six pixels, a period of the pattern, only the light differs: by 0.047.
      for x in [43, 83] { jumps += abs(fill[0, y, x + 3, 0] - fill[0, y, x - 3, 0]) }
    }
    #expect(jumps / 72 < 0.15)
    #expect(error(fill, image, known) < 0.1)
  }

  @Test func roughSurroundingsAreContinuedRoughly() throws {
    var random = SeededRandom(21)
    let noise = random.tensor(Shape(1, 100, 100, 3), -0.5...0.5)
    let known = known(100, 100, hole: (35..<65, 35..<65))
    let fill = try exemplarFill(blanked(noise, known), known: known, seed: 5)
    var energy: Float = 0
    for y in 40..<60 { for x in 40..<60 { energy += fill[0, y, x, 1] * fill[0, y, x, 1] } }
    // The variance of the surroundings is 1/12.
    #expect((0.4 / 12...1.6 / 12).contains(energy / 400), "variance \(energy / 400)")
  }

  @Test func theResultDependsOnTheSeedAndNotOnThreads() throws {
    var random = SeededRandom(22)
    let image = random.tensor(Shape(1, 90, 101, 3))
    let known = known(90, 101, hole: (20..<60, 31..<70))
    func fill(threads: Int, seed: UInt64) throws -> [Float] {
      try Parallel.$threads.withValue(threads) { try exemplarFill(image, known: known, seed: seed).elements }
    }
    let one = try fill(threads: 1, seed: 7)
    #expect(try fill(threads: 3, seed: 7) == one)
    #expect(try fill(threads: 1, seed: 8) != one)
    // What stands in the hole does not matter.
    let blank = try Parallel.$threads.withValue(2) {
      try exemplarFill(blanked(image, known), known: known, seed: 7).elements
    }
    #expect(blank == one)
  }

  @Test func holesAtEdgesAndOfAnyShapeAreFilled() throws {
    var random = SeededRandom(23)
    for (height, width) in [(7, 7), (8, 40), (33, 20), (50, 61)] {
      let image = random.tensor(Shape(1, height, width, 3))
      for share in [0.02, 0.1, 0.5, 0.95] {
        let known = Tensor(
          Shape(1, height, width, 1),
          (0..<height * width).map {
            // A corner, and specks all over.
            $0 / width < height / 4 && $0 % width < width / 4 || Double.random(in: 0..<1, using: &random) < share
              ? 0 : 1
          })
        guard known.elements.contains(1) else { continue }
        let fill = try exemplarFill(image, known: known, seed: 9)
        #expect(fill.elements.allSatisfy { $0 >= -1.0001 && $0 <= 1.0001 })
      }
    }
  }

  @Test func withoutPatchesTheFillIsSmooth() throws {
    var random = SeededRandom(24)
    for (height, width) in [(1, 1), (6, 30), (30, 6), (20, 20)] {
      let image = random.tensor(Shape(1, height, width, 3))
      // Nothing of 7 x 7 is known.
      let known = Tensor(Shape(1, height, width, 1), (0..<height * width).map { $0 / width % 6 == 0 ? 1 : 0 })
      #expect(
        try exemplarFill(image, known: known, seed: 1).elements == pushPull(image, known: known).elements)
    }
    let whole = random.tensor(Shape(1, 12, 12, 3))
    let all = Tensor(Shape(1, 12, 12, 1), repeating: 1)
    #expect(try exemplarFill(whole, known: all, seed: 1).elements == whole.elements)
  }

  /// More than a front fill takes: scratches all over a picture. They begin with a smooth fill.
  @Test func scratchesAllOverAreFilled() throws {
    let image = picture(500, 600) { y, x in
      let wave = Float((x + 2 * y) % 40) / 40 - 0.5
      return (wave, 0.5 * wave, -wave)
    }
    let known = Tensor(Shape(1, 500, 600, 1), (0..<500 * 600).map { $0 % 600 % 40 < 6 && $0 / 600 > 20 ? 0 : 1 })
    let given = blanked(image, known)
    let fill = try exemplarFill(given, known: known, seed: 2)
    #expect(error(fill, image, known) < 0.5 * error(pushPull(given, known: known), image, known))
  }

  @Test func progressGrowsAndStops() throws {
    var random = SeededRandom(25)
    let image = random.tensor(Shape(1, 96, 96, 3))
    let known = known(96, 96, hole: (30..<66, 30..<66))
    var reports: [Double] = []
    _ = try exemplarFill(image, known: known, seed: 1) { reports.append($0) }
    #expect(reports.count > 5 && reports == reports.sorted() && reports.allSatisfy { (0..<1).contains($0) })
    #expect(throws: Stopped.self) { try exemplarFill(image, known: known, seed: 1) { if $0 > 0.3 { throw Stopped() } } }
  }
}

struct LargeHoleTests {
  /// Three layers, as of a landscape, with a little texture each: those deep in a hole of 60 % are where they are beside it.
  @Test func layersGoOnThroughLargeHoles() throws {
    let (h, w) = (96, 144)
    var random = SeededRandom(41)
    let noise = random.tensor(Shape(1, h, w, 3), -0.05...0.05)
    let layers: [[Float]] = [[0.5, 0.6, 0.9], [-0.5, -0.2, 0.1], [0.2, 0.1, -0.6]]
    var picture = noise
    picture.modify { out in
      for p in 0..<h * w { for k in 0..<3 { out[3 * p + k] += layers[p / w / 32][k] } }
    }
    let known = Tensor(
      Shape(1, h, w, 1), (0..<h * w).map { (16..<128).contains($0 % w) && (12..<84).contains($0 / w) ? 0 : 1 })
    let fill = try exemplarFill(picture, known: known, seed: 3).elements
    var wrong = 0
    for y in 12..<84 where abs(y % 32 - 16) < 10 {
      for x in 16..<128 {
        let p = 3 * (y * w + x)
        if (0..<3).contains(where: { abs(fill[p + $0] - layers[y / 32][$0]) > 0.3 }) { wrong += 1 }
      }
    }
    #expect(wrong < 600, "\(wrong) of some 6000 pixels")
  }
}
