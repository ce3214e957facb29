extension PixelImage {
  /// By how many pixels a hole can grow.
  public static let growths = 0...256

  /// These weights (one channel), grown by a disc: each pixel gets the largest weight within `radius` pixels of it. A feather
  /// keeps its form. Pixels beyond the picture count as 0.
  public func grown(by radius: Int) -> PixelImage {
    precondition(channels == 1 && radius >= 0, "weights have one channel, and holes do not shrink")
    guard radius > 0 else { return self }
    var result = self
    // By rows: how far the disc reaches left and right so many rows away. It is largest in its own row.
    let reaches = (0...radius).map { dy in Int(Double(radius * radius - dy * dy).squareRoot()) }
    var rows = RowMaxima(self)
    for dy in (0...radius).reversed() {
      let widened = rows.widened(by: reaches[dy])
      for y in 0..<height {
        for target in dy == 0 ? [y] : [y - dy, y + dy] where (0..<height).contains(target) {
          let (from, to) = (y * width, target * width)
          for x in 0..<width where widened[from + x] > result.samples[to + x] {
            result.samples[to + x] = widened[from + x]
          }
        }
      }
    }
    return result
  }
}

/// The largest values of stretches of rows. Stretches must be asked for from the shortest to the longest.
private struct RowMaxima {
  private let width: Int
  private let height: Int
  /// By pixel: the largest of the `length` values that begin there.
  private var values: [Float]
  private var length = 1
  /// By pixel: the largest from the beginning of its row to it.
  private var fromStart: [Float]

  init(_ weights: PixelImage) {
    (width, height, values) = (weights.width, weights.height, weights.samples)
    fromStart = values
    for i in fromStart.indices where i % width > 0 { fromStart[i] = max(fromStart[i], fromStart[i - 1]) }
  }

  /// By pixel: the largest within `reach` columns.
  mutating func widened(by reach: Int) -> [Float] {
    let span = 2 * reach + 1
    while 2 * length <= span && length < width {
      for y in 0..<height {
        for i in y * width..<(y + 1) * width - length { values[i] = max(values[i], values[i + length]) }
      }
      length *= 2
    }
    var result = values
    for y in 0..<height {
      let row = y * width
      for x in 0..<width {
        let (first, last) = (x - reach, min(width - 1, x + reach))
        // Two stretches that overlap; near the end of the row one that reaches beyond it holds what there is.
        result[row + x] =
          first <= 0
          ? fromStart[row + last] : max(values[row + first], values[row + max(first, last + 1 - length)])
      }
    }
    return result
  }
}
