import TensorCore

/// Gives a fill the fine noise of its surroundings: networks and means of pieces are smoother than film and sensors.
///
/// Noise is measured by what is left of squares of 2 x 2 pixels besides their mean and slopes, as the median over cells; of the
/// cells around the hole the smoother third counts, as texture is not grain. Cells of the fill that have less get white noise
/// for the rest, as much of it equal in all channels as the surroundings have.
struct Grain {
  /// Pixels a side of the cells that noise is measured in.
  private static let cell = 16
  /// How far around the hole, in pixels.
  private static let reach = 48
  /// Less than half a step of 8 bits is rounding, not grain.
  private static let least: Float = 1 / 255
  /// Of a normal distribution: its standard deviation over the median of absolute values.
  private static let perMedian: Float = 1.4826

  /// Standard deviation of single channels, and of the mean of the three; in [-1, 1].
  private struct Level {
    var channel: Float
    var mean: Float
  }

  /// `output` with grain where `known` [1, h, w, 1] is 0, as in `seen`, both [1, h, w, 3] in [-1, 1]. `origin` is the place in
  /// the whole picture, so that the same seed gives the same grain whatever part is worked on.
  static func matched(_ output: Tensor, to seen: Tensor, known: Tensor, seed: UInt64, origin: (x: Int, y: Int))
    -> Tensor
  {
    let (h, w) = (output.shape.h, output.shape.w)
    let isKnown = known.elements.map { $0 > 0 }
    guard let wanted = surroundings(seen.elements, isKnown, h, w) else { return output }
    var result = output
    let original = output.elements
    result.modify { x in
      for (top, left) in cells(h, w) {
        let (bottom, right) = (min(top + cell, h), min(left + cell, w))
        let has = level(original, w, top..<bottom, left..<right) { !isKnown[$0] }
        let channel = missing(wanted.channel, has?.channel)
        guard channel > 0 else { continue }
        // The variance of the mean is common + own / 3, that of a channel common + own.
        let mean = missing(wanted.mean, has?.mean)
        let common = min(max((3 * mean * mean - channel * channel) / 2, 0), channel * channel)
        let (shared, own) = (common.squareRoot(), (channel * channel - common).squareRoot())
        for row in top..<bottom {
          for column in left..<right where !isKnown[row * w + column] {
            var random = SplitMix64(seed: seed ^ 0x6772_6169_6e, origin.y + row, origin.x + column)
            let base = shared * normal(&random)
            for k in 0..<3 { x[3 * (row * w + column) + k] += base + own * normal(&random) }
          }
        }
      }
    }
    result.clampToPicture()
    return result
  }

  /// The noise that is wanted; nil = none.
  private static func surroundings(_ seen: [Float], _ isKnown: [Bool], _ h: Int, _ w: Int) -> Level? {
    guard let hole = PixelRect(around: { !isKnown[$0] }, ofWidth: w, height: h) else { return nil }
    var levels: [Level] = []
    let (rows, columns) = (
      hole.y - reach - cell..<hole.y + hole.height + reach, hole.x - reach - cell..<hole.x + hole.width + reach
    )
    for (y, x) in cells(h, w) where rows.contains(y) && columns.contains(x) {
      if let level = level(seen, w, y..<min(y + cell, h), x..<min(x + cell, w), where: { isKnown[$0] }) {
        levels.append(level)
      }
    }
    guard levels.count >= 3 else { return nil }
    levels.sort { $0.channel < $1.channel }
    let level = levels[levels.count / 3]
    return level.channel >= least ? level : nil
  }

  /// What is missing between two amounts of noise; differences within a tenth do not count.
  private static func missing(_ wanted: Float, _ found: Float?) -> Float {
    let found = found ?? 0
    return found < 0.9 * wanted ? (wanted * wanted - found * found).squareRoot() : 0
  }

  private static func cells(_ h: Int, _ w: Int) -> [(y: Int, x: Int)] {
    stride(from: 0, to: h, by: cell).flatMap { y in stride(from: 0, to: w, by: cell).map { (y, $0) } }
  }

  /// The noise of a cell, of the squares whose pixels all count; nil where these are few.
  private static func level(
    _ picture: [Float], _ width: Int, _ rows: Range<Int>, _ columns: Range<Int>, where counts: (Int) -> Bool
  ) -> Level? {
    var (channels, means): ([Float], [Float]) = ([], [])
    for y in rows.dropLast() {
      for x in columns.dropLast() {
        let p = y * width + x
        guard counts(p), counts(p + 1), counts(p + width), counts(p + width + 1) else { continue }
        var sum: Float = 0
        for k in 0..<3 {
          let rest =
            (picture[3 * p + k] - picture[3 * (p + 1) + k] - picture[3 * (p + width) + k]
              + picture[3 * (p + width + 1) + k]) / 2
          channels.append(abs(rest))
          sum += rest
        }
        means.append(abs(sum / 3))
      }
    }
    guard means.count >= 24 else { return nil }
    return Level(channel: perMedian * median(&channels), mean: perMedian * median(&means))
  }

  private static func median(_ values: inout [Float]) -> Float {
    values.sort()
    return values[values.count / 2]
  }

  /// About a standard normal number: the sum of four even ones.
  private static func normal(_ random: inout SplitMix64) -> Float {
    let bits = random.next()
    var sum: Float = 0
    for part in 0..<4 { sum += Float((bits >> (16 * UInt64(part))) & 0xffff) / 65535 - 0.5 }
    return sum * 1.7320508
  }
}
