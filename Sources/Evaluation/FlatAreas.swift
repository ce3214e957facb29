/// Where an original has no detail to speak of: what differs there is noise, or the blocks of JPEG.
struct FlatAreas {
  private static let side = 16
  /// The largest standard deviation of a flat block, in 1/255.
  private static let flattest = 2.0

  private let original: Luma
  /// The upper left pixels of flat blocks.
  private let corners: [Int]

  init(_ original: Luma) {
    self.original = original
    var corners: [Int] = []
    for row in 0..<original.height / Self.side {
      for column in 0..<original.width / Self.side {
        let corner = (row * original.width + column) * Self.side
        let variance = Self.variance(at: corner, rowLength: original.width) { Double(original.values[$0]) }
        if variance <= Self.flattest * Self.flattest { corners.append(corner) }
      }
    }
    self.corners = corners
  }

  /// The standard deviation, within blocks, of the difference from the original, in 1/255; nil where nothing is flat.
  func noise(of result: Luma) -> Double? {
    guard !corners.isEmpty else { return nil }
    let sum = corners.reduce(0) { sum, corner in
      sum
        + Self.variance(at: corner, rowLength: original.width) {
          Double(result.values[$0]) - Double(original.values[$0])
        }
    }
    return (sum / Double(corners.count)).squareRoot()
  }

  private static func variance(at corner: Int, rowLength: Int, _ value: (Int) -> Double) -> Double {
    var (sum, squares) = (0.0, 0.0)
    for y in 0..<side {
      for x in 0..<side {
        let value = value(corner + y * rowLength + x)
        sum += value
        squares += value * value
      }
    }
    let mean = sum / Double(side * side)
    return max(squares / Double(side * side) - mean * mean, 0)
  }
}
