import ResShift

/// What is measured of a filled hole.
struct HoleScores {
  /// Pixels around the hole that count as its rim.
  private static let rimWidth = 16

  private let original: PixelImage
  private let originalLuma: Luma
  private let isHole: [Bool]
  private let isRim: [Bool]

  init(_ original: PixelImage, mask: PixelImage) {
    self.original = original
    originalLuma = Luma(original)
    isHole = mask.samples.map { $0 > 0 }
    let near = Self.widened(isHole, width: mask.width, height: mask.height, by: Self.rimWidth)
    isRim = zip(near, isHole).map { $0 && !$1 }
  }

  func scores(of result: PixelImage) -> Scores {
    let luma = Luma(result)
    let hole = isHole
    var scores: Scores = [
      .holePSNR: Likeness.psnr(luma.values, originalLuma.values) { hole[$0] },
      .holeL1: meanDifference(result),
    ]
    if let inside = gradientEnergy(luma, isHole), let around = gradientEnergy(luma, isRim), around > 0 {
      scores[.gradientRatio] = inside / around
    }
    return scores
  }

  private func meanDifference(_ result: PixelImage) -> Double {
    var (sum, count) = (0.0, 0)
    for pixel in isHole.indices where isHole[pixel] {
      for sample in 3 * pixel..<3 * pixel + 3 {
        sum += abs(Double(result.samples[sample]) - Double(original.samples[sample]))
      }
      count += 3
    }
    return 255 * sum / Double(count)
  }

  /// The mean square of the differences between neighbours, across and down, both of which lie in `region`; nil for none.
  private func gradientEnergy(_ luma: Luma, _ region: [Bool]) -> Double? {
    let (width, count) = (luma.width, luma.values.count)
    var (sum, pairs) = (0.0, 0)
    for pixel in 0..<count where region[pixel] {
      let right = (pixel + 1) % width == 0 ? count : pixel + 1
      for neighbour in [right, pixel + width] where neighbour < count && region[neighbour] {
        let difference = Double(luma.values[neighbour]) - Double(luma.values[pixel])
        sum += difference * difference
        pairs += 1
      }
    }
    return pairs == 0 ? nil : sum / Double(pairs)
  }

  /// The region and everything at most `distance` rows and columns from it.
  private static func widened(_ region: [Bool], width: Int, height: Int, by distance: Int) -> [Bool] {
    /// Along lines of `length` places `stride` apart.
    func spread(_ values: [Bool], lines: Int, length: Int, start: (Int) -> Int, stride: Int) -> [Bool] {
      var result = values
      for line in 0..<lines {
        var (reach, back) = (0, 0)
        for i in 0..<length {
          let (ahead, behind) = (start(line) + i * stride, start(line) + (length - 1 - i) * stride)
          reach = values[ahead] ? distance + 1 : reach - 1
          back = values[behind] ? distance + 1 : back - 1
          if reach > 0 { result[ahead] = true }
          if back > 0 { result[behind] = true }
        }
      }
      return result
    }
    let wide = spread(region, lines: height, length: width, start: { $0 * width }, stride: 1)
    return spread(wide, lines: width, length: height, start: { $0 }, stride: width)
  }
}
