import Glibc
import TensorCore

/// NIQE: how far a picture is from natural ones, without an original (Mittal, Soundararajan and Bovik, "Making a completely
/// blind image quality analyzer", 2013; definition in the README).
enum Naturalness {
  private static let patch = 96
  /// The fewest patches a side: the spread of a few says nothing.
  private static let fewest = 4
  /// Features of a patch at one of the two scales.
  private static let features = 16

  /// 0 is best; nil below 384 pixels a side.
  static func distance(_ luma: Luma) -> Double? {
    let (rows, columns) = (luma.height / patch, luma.width / patch)
    guard rows >= fewest, columns >= fewest else { return nil }
    let picture = Plane(width: columns * patch, height: rows * patch) { x, y in
      // As a file of 8 bits has it.
      Double(min(max(luma.values[y * luma.width + x], 0), 255).rounded())
    }
    let scales = [(picture.normalised(), patch), (picture.halved().normalised(), patch / 2)]
    let count = rows * columns
    var found = [[Double]](repeating: [], count: count)
    found.withUnsafeMutableBufferPointer { found in
      nonisolated(unsafe) let found = found
      Parallel.forEach(count) { index in
        found[index] = scales.flatMap { plane, side in
          features(of: plane.part(x: index % columns * side, y: index / columns * side, side: side))
        }
      }
    }
    let size = 2 * features
    let mean = (0..<size).map { i in found.reduce(0) { $0 + $1[i] } / Double(count) }
    var matrix = [Double](repeating: 0, count: size * size)
    for i in 0..<size {
      for j in 0...i {
        let sum = found.reduce(0) { $0 + ($1[i] - mean[i]) * ($1[j] - mean[j]) }
        matrix[i * size + j] = (sum / Double(count - 1) + NaturalPictures.covariance[i * (i + 1) / 2 + j]) / 2
      }
    }
    return length(of: zip(mean, NaturalPictures.mean).map(-), by: &matrix)
  }

  /// The square root of v' M^-1 v; `matrix` holds the lower triangle of M, and afterwards its Cholesky factor.
  private static func length(of v: [Double], by matrix: inout [Double]) -> Double {
    let size = v.count
    var (solved, sum) = (v, 0.0)
    for i in 0..<size {
      for j in 0...i {
        var value = matrix[i * size + j]
        for k in 0..<j { value -= matrix[i * size + k] * matrix[j * size + k] }
        matrix[i * size + j] = i == j ? value.squareRoot() : value / matrix[j * size + j]
      }
      for k in 0..<i { solved[i] -= matrix[i * size + k] * solved[k] }
      solved[i] /= matrix[i * size + i]
      sum += solved[i] * solved[i]
    }
    return sum.squareRoot()
  }

  /// Shape and width of the values, and shape, mean and widths of the products with four neighbours.
  private static func features(of patch: Plane) -> [Double] {
    let whole = AsymmetricGaussian(patch.values)
    var features = [whole.shape, (whole.left + whole.right) / 2]
    for (dx, dy) in [(-1, 0), (0, -1), (-1, -1), (1, -1)] {
      let side = patch.width
      // Around the edges of the patch, as the parameters were made.
      let products = Plane(width: side, height: side) { x, y in
        patch[x, y] * patch[(x + dx + side) % side, (y + dy + side) % side]
      }
      let fit = AsymmetricGaussian(products.values)
      // Of the diagonals only one width was measured.
      features += [fit.shape, fit.mean, fit.left] + (dx * dy == 0 ? [fit.right] : [])
    }
    return features
  }
}

/// The asymmetric generalised Gaussian distribution that values have, by their moments (Lasmar, Stitou and Berthoumieu 2009).
struct AsymmetricGaussian {
  let shape: Double
  let mean: Double
  let left: Double
  let right: Double

  private static let shapes = (0..<9800).map { 0.2 + 0.001 * Double($0) }
  /// (E|x|)² / E x² for each shape: it grows with it.
  private static let ratios = shapes.map { shape in
    tgamma(2 / shape) * tgamma(2 / shape) / (tgamma(1 / shape) * tgamma(3 / shape))
  }

  init(_ values: [Double]) {
    var (below, above, magnitude, belowCount) = (0.0, 0.0, 0.0, 0)
    for value in values {
      magnitude += abs(value)
      if value < 0 {
        below += value * value
        belowCount += 1
      } else {
        above += value * value
      }
    }
    let count = Double(values.count)
    let square = (below + above) / count
    let leftWidth = belowCount == 0 ? 0 : (below / Double(belowCount)).squareRoot()
    let rightWidth = belowCount == values.count ? 0 : (above / (count - Double(belowCount))).squareRoot()
    var nearest = 0
    if square > 0, rightWidth > 0 {
      let (skew, ratio) = (leftWidth / rightWidth, magnitude / count * magnitude / count / square)
      let wanted = ratio * (skew * skew * skew + 1) * (skew + 1) / ((skew * skew + 1) * (skew * skew + 1))
      nearest = Self.ratios.indices.min { abs(Self.ratios[$0] - wanted) < abs(Self.ratios[$1] - wanted) } ?? 0
    }
    shape = Self.shapes[nearest]
    let (one, two, three) = (tgamma(1 / shape), tgamma(2 / shape), tgamma(3 / shape))
    left = (one / three).squareRoot() * leftWidth
    right = (one / three).squareRoot() * rightWidth
    mean = (right - left) * two / one
  }
}
