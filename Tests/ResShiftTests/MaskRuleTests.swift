import TestSupport
import Testing

@testable import ResShift

@Suite struct MaskRuleTests {
  /// A mask from values 0...255, row by row.
  private func mask(_ rows: [[Int]]) -> PixelImage {
    PixelImage(width: rows[0].count, height: rows.count, channels: 1, samples: rows.joined().map { Float($0) / 255 })
  }

  private func levels(_ weights: PixelImage) -> [Int] { weights.samples.map { Int(($0 * 255).rounded()) } }

  @Test func maskValuesAreWeights() {
    let values = [3, 4, 20, 55, 128, 243, 254, 255]
    #expect(levels(mask([values]).maskWeights) == values)
    let gray = mask([[128]])
    #expect(gray.maskWeights.samples == gray.samples)
  }

  @Test func nearlyBlackIsBlack() {
    #expect(levels(mask([[0, 1, 2, 3], [2, 1, 0, 255]]).maskWeights) == [0, 0, 0, 3, 0, 0, 0, 255])
    #expect(PixelImage(width: 3, height: 1, channels: 1, samples: [.nan, -1, 1e-3]).maskWeights.samples == [0, 0, 0])
  }

  @Test func alphaTimesColour() {
    let picture = PixelImage(width: 3, height: 1, channels: 2, samples: [1, 1, 1, 0, 0.5, 0.5])
    #expect(picture.maskWeights.samples == [1, 0, 0.25])
  }

  /// A feather of any width keeps every value from the last hundredth up, and so does a soft edge of one pixel.
  @Test(arguments: [1, 2, 5, 40])
  func feathersAreKept(width: Int) {
    let ramp = (0...width).map { 255 * $0 / width }
    let row = [Int](repeating: 0, count: 20) + ramp + [Int](repeating: 255, count: 20)
    let rows = [[Int]](repeating: row, count: 30)
    #expect(levels(mask(rows).maskWeights) == rows.joined().map { $0 < 3 ? 0 : $0 })
    let edge = [[Int]](repeating: [0, 0, 0, 16, 243, 255, 255, 71, 0, 0], count: 5)
    #expect(levels(mask(edge).maskWeights) == Array(edge.joined()))
  }

  /// Dark speckles round an edge go, and with them what is no brighter; the edge itself stays.
  @Test func compressionNoiseIsRemoved() {
    var rows = [[Int]](repeating: [Int](repeating: 0, count: 40), count: 40)
    for y in 0..<40 { for x in 20..<40 { rows[y][x] = 255 } }
    for y in 0..<40 { rows[y][19] = y % 2 == 0 ? 60 : 12 }
    let clean = rows
    #expect(levels(mask(clean).maskWeights) == Array(clean.joined()))
    for y in 0..<40 where y % 3 == 0 { rows[y][16] = 20 }
    let weights = levels(mask(rows).maskWeights)
    #expect(weights == clean.joined().map { $0 == 12 ? 0 : $0 })
  }

  /// A dark mark of its own is one, at any distance from brighter ones that is no edge's.
  @Test func darkMarksAreKept() {
    var rows = [[Int]](repeating: [Int](repeating: 0, count: 60), count: 12)
    for y in 3..<9 {
      for x in 0..<10 { rows[y][x] = 255 }
      for x in 30..<34 { rows[y][x] = 5 }
    }
    #expect(levels(mask(rows).maskWeights) == Array(rows.joined()))
  }

  /// Whatever the mask, a second time changes nothing.
  @Test func theRuleIsIdempotent() {
    var random = SplitMix(seed: 5)
    for _ in 0..<20 {
      let samples = (0..<61 * 47).map { _ -> Float in
        let value = random.float()
        return value < 0.7 ? value * value * 0.2 : value
      }
      let once = PixelImage(width: 61, height: 47, channels: 1, samples: samples).maskWeights
      #expect(once.maskWeights == once)
    }
  }

  @Test func shareOfThePicture() {
    #expect(mask([[255, 0, 2, 128]]).maskWeights.markedShare == 0.5)
  }
}

/// A little generator of its own, so that the pictures stay what they are.
private struct SplitMix {
  var state: UInt64
  init(seed: UInt64) { state = seed }

  /// 0..<1.
  mutating func float() -> Float {
    state &+= 0x9e37_79b9_7f4a_7c15
    var z = state
    z = (z ^ (z >> 30)) &* 0xbf58_476d_1ce4_e5b9
    z = (z ^ (z >> 27)) &* 0x94d0_49bb_1331_11eb
    return Float((z ^ (z >> 31)) >> 40) / Float(1 << 24)
  }
}
