import Glibc

/// Values of one channel in double precision.
struct Plane {
  let width: Int
  let height: Int
  /// Row by row.
  private(set) var values: [Double]

  init(width: Int, height: Int, _ value: (_ x: Int, _ y: Int) -> Double) {
    (self.width, self.height) = (width, height)
    values = []
    values.reserveCapacity(width * height)
    for y in 0..<height {
      for x in 0..<width { values.append(value(x, y)) }
    }
  }

  subscript(x: Int, y: Int) -> Double { values[y * width + x] }

  func part(x left: Int, y top: Int, side: Int) -> Plane {
    Plane(width: side, height: side) { x, y in self[left + x, top + y] }
  }

  /// Without the local mean and contrast: (v - mu) / (sigma + 1), Gaussian window of 7 x 7 with sigma 7/6, 0 outside.
  func normalised() -> Plane {
    let weights = (-3...3).map { exp(-Double($0 * $0) / 2 / (7.0 / 6 * 7 / 6)) }
    let sum = weights.reduce(0, +)
    let window = weights.map { $0 / sum }
    let mean = windowed(window)
    let square = Plane(width: width, height: height) { x, y in self[x, y] * self[x, y] }.windowed(window)
    return Plane(width: width, height: height) { x, y in
      let (mu, deviation) = (mean[x, y], abs(square[x, y] - mean[x, y] * mean[x, y]).squareRoot())
      let value = (self[x, y] - mu) / (deviation + 1)
      // What rounding makes of flat areas; the smallest value that 8 bits can make is ten times as large.
      return abs(value) < 1e-5 ? 0 : value
    }
  }

  /// Half as large, by the cubic kernel with a = -0.5 spread over twice the pixels; even sides.
  func halved() -> Plane {
    let rows = Plane(width: width / 2, height: height) { x, y in
      Self.halved(at: x, of: width) { self[$0, y] }
    }
    return Plane(width: width / 2, height: height / 2) { x, y in
      Self.halved(at: y, of: height) { rows[x, $0] }
    }
  }

  private static func halved(at place: Int, of length: Int, _ value: (Int) -> Double) -> Double {
    var (sum, total) = (0.0, 0.0)
    for source in max(2 * place - 3, 0)...min(2 * place + 4, length - 1) {
      let d = abs(Double(source - 2 * place) - 0.5) / 2
      let weight = d < 1 ? (1.5 * d - 2.5) * d * d + 1 : ((-0.5 * d + 2.5) * d - 4) * d + 2
      sum += weight * value(source)
      total += weight
    }
    return sum / total
  }

  private func windowed(_ window: [Double]) -> Plane {
    let reach = window.count / 2
    let rows = Plane(width: width, height: height) { x, y in
      (max(x - reach, 0)...min(x + reach, width - 1)).reduce(0) { $0 + window[$1 - x + reach] * self[$1, y] }
    }
    return Plane(width: width, height: height) { x, y in
      (max(y - reach, 0)...min(y + reach, height - 1)).reduce(0) { $0 + window[$1 - y + reach] * rows[x, $1] }
    }
  }
}
