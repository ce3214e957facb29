import Glibc
import ResShift
import TensorCore

/// Peak signal-to-noise ratio and structural similarity.
enum Likeness {
  /// 10 log10(peak² / mse) in dB, `peak` 255; infinite for no error at all.
  static func psnr(meanSquare: Double) -> Double { 10 * log10(255 * 255 / meanSquare) }

  /// Of values 0...255, at the places that `counts` names; nil = all.
  static func psnr(_ a: [Float], _ b: [Float], where counts: ((Int) -> Bool)? = nil) -> Double {
    var (sum, count) = (0.0, 0)
    for i in a.indices where counts?(i) ?? true {
      let difference = Double(a[i]) - Double(b[i])
      sum += difference * difference
      count += 1
    }
    return psnr(meanSquare: sum / Double(count))
  }

  static func psnrRGB(_ a: PixelImage, _ b: PixelImage) -> Double {
    psnr(a.samples.map { 255 * $0 }, b.samples.map { 255 * $0 })
  }

  /// How far the tones are off: the root mean square difference of means over 4 x 4 pixels, red, green and blue, in 1/255. nil
  /// below 16 pixels a side, where there are few of them.
  static func tones(_ a: PixelImage, _ b: PixelImage) -> Double? {
    let (rows, columns) = (a.height / 4, a.width / 4)
    guard min(rows, columns) >= 4 else { return nil }
    var sum = 0.0
    for row in 0..<rows {
      for column in 0..<columns {
        for c in 0..<3 {
          var difference = 0.0
          for y in 4 * row..<4 * row + 4 {
            for x in 4 * column..<4 * column + 4 { difference += Double(a[x, y, c]) - Double(b[x, y, c]) }
          }
          sum += difference / 16 * (difference / 16)
        }
      }
    }
    return 255 * (sum / Double(3 * rows * columns)).squareRoot()
  }

  private static let window: [Double] = {
    let weights = (-5...5).map { exp(-Double($0 * $0) / (2 * 1.5 * 1.5)) }
    return weights.map { $0 / weights.reduce(0, +) }
  }()

  /// The mean structural similarity of Wang, Bovik, Sheikh and Simoncelli (2004): Gaussian window of 11 x 11 with sigma
  /// 1.5, K1 0.01, K2 0.03, only where the window lies inside the picture. nil below 11 pixels a side.
  static func ssim(_ a: Luma, _ b: Luma) -> Double? {
    let (width, height, taps) = (a.width, a.height, window.count)
    guard width >= taps, height >= taps else { return nil }
    let (c1, c2) = (0.01 * 255 * 0.01 * 255, 0.03 * 255 * 0.03 * 255)
    let rows = height - taps + 1
    var sums = [Double](repeating: 0, count: rows)
    sums.withUnsafeMutableBufferPointer { sums in
      nonisolated(unsafe) let sums = sums
      Parallel.forEach(rows) { y in
        // Down the columns first: x, y, x², y², xy under the window, [width, 5].
        var moments = [Double](repeating: 0, count: 5 * width)
        for (tap, weight) in window.enumerated() {
          for x in 0..<width {
            let (p, q) = (Double(a.values[(y + tap) * width + x]), Double(b.values[(y + tap) * width + x]))
            moments[5 * x] += weight * p
            moments[5 * x + 1] += weight * q
            moments[5 * x + 2] += weight * p * p
            moments[5 * x + 3] += weight * q * q
            moments[5 * x + 4] += weight * p * q
          }
        }
        for x in 0...width - taps {
          var (p, q, pp, qq, pq) = (0.0, 0.0, 0.0, 0.0, 0.0)
          for (tap, weight) in window.enumerated() {
            let at = 5 * (x + tap)
            p += weight * moments[at]
            q += weight * moments[at + 1]
            pp += weight * moments[at + 2]
            qq += weight * moments[at + 3]
            pq += weight * moments[at + 4]
          }
          sums[y] +=
            (2 * p * q + c1) * (2 * (pq - p * q) + c2)
            / ((p * p + q * q + c1) * (pp - p * p + qq - q * q + c2))
        }
      }
    }
    return sums.reduce(0, +) / Double(rows * (width - taps + 1))
  }
}
