import Glibc

/// The power of a picture's luma at each spatial frequency, whatever its direction (definition in the README).
struct Spectrum {
  /// Powers of the rings 1...block/2 about frequency 0; ring k has k cycles a block.
  private let power: [Double]
  private let block: Int
  /// What rounding to 8 bits would add: differences far below that are none.
  private let floor: Double

  /// The smallest side of a picture that has one.
  private static let smallestBlock = 16
  private static let largestBlock = 256

  /// nil for pictures below 16 pixels a side.
  init?(_ luma: Luma) {
    var block = Self.largestBlock
    while block > min(luma.width, luma.height) { block /= 2 }
    guard block >= Self.smallestBlock else { return nil }
    let window = (0..<block).map { 0.5 - 0.5 * cos(2 * Double.pi * Double($0) / Double(block)) }
    let (tops, lefts) = (Self.starts(luma.height, block), Self.starts(luma.width, block))
    var sums = [Double](repeating: 0, count: block / 2 + 1)
    var counts = sums
    let transform = FourierTransform(size: block)
    for top in tops {
      for left in lefts {
        var (re, im) = (Self.cut(luma, top, left, window), [Double](repeating: 0, count: block * block))
        transform.transform2D(&re, &im)
        for y in 0..<block {
          let fy = Double(min(y, block - y))
          for x in 0..<block {
            let fx = Double(min(x, block - x))
            let ring = Int((fx * fx + fy * fy).squareRoot().rounded())
            guard ring <= block / 2 else { continue }
            sums[ring] += re[y * block + x] * re[y * block + x] + im[y * block + x] * im[y * block + x]
            counts[ring] += 1
          }
        }
      }
    }
    power = zip(sums, counts).map { $0 / $1 }
    self.block = block
    let weight = window.reduce(0) { $0 + $1 * $1 }
    floor = weight * weight / 12
  }

  /// Mean and mean absolute difference of the logarithms in dB over the upper half of the frequencies.
  func difference(from original: Spectrum) -> (bias: Double, distance: Double) {
    precondition(block == original.block, "spectra of pictures of one size")
    let differences = (block / 4...block / 2).map { ring in
      10 * log10((power[ring] + floor) / (original.power[ring] + floor))
    }
    let count = Double(differences.count)
    return (differences.reduce(0, +) / count, differences.reduce(0) { $0 + abs($1) } / count)
  }

  /// Where blocks begin: overlapping by half or more, evenly, from edge to edge.
  private static func starts(_ side: Int, _ block: Int) -> [Int] {
    let rest = side - block
    let gaps = (rest + block / 2 - 1) / (block / 2)
    return gaps == 0 ? [0] : (0...gaps).map { $0 * rest / gaps }
  }

  /// One block without its mean, times the window.
  private static func cut(_ luma: Luma, _ top: Int, _ left: Int, _ window: [Double]) -> [Double] {
    let block = window.count
    var values = [Double]()
    values.reserveCapacity(block * block)
    for y in top..<top + block {
      for x in left..<left + block { values.append(Double(luma.values[y * luma.width + x])) }
    }
    let mean = values.reduce(0, +) / Double(values.count)
    for y in 0..<block {
      for x in 0..<block { values[y * block + x] = (values[y * block + x] - mean) * window[y] * window[x] }
    }
    return values
  }
}

/// The discrete Fourier transform of a power of two values, in place (Cooley-Tukey, radix 2).
struct FourierTransform {
  private let size: Int
  private let cosines: [Double]
  private let sines: [Double]
  /// Where each value goes first: its index with the bits in reverse.
  private let reversed: [Int]

  init(size: Int) {
    precondition(size > 1 && size & (size - 1) == 0, "a power of two")
    self.size = size
    cosines = (0..<size / 2).map { cos(-2 * Double.pi * Double($0) / Double(size)) }
    sines = (0..<size / 2).map { sin(-2 * Double.pi * Double($0) / Double(size)) }
    let bits = size.trailingZeroBitCount
    reversed = (0..<size).map { index in
      (0..<bits).reduce(0) { $0 | (index >> $1 & 1) << (bits - 1 - $1) }
    }
  }

  /// Rows, then columns, of a square [size, size].
  func transform2D(_ re: inout [Double], _ im: inout [Double]) {
    for i in 0..<size { transform(&re, &im, start: i * size, stride: 1) }
    for i in 0..<size { transform(&re, &im, start: i, stride: size) }
  }

  func transform(_ re: inout [Double], _ im: inout [Double], start: Int, stride: Int) {
    for i in 0..<size where reversed[i] > i {
      re.swapAt(start + i * stride, start + reversed[i] * stride)
      im.swapAt(start + i * stride, start + reversed[i] * stride)
    }
    var half = 1
    while half < size {
      let step = size / (2 * half)
      for first in Swift.stride(from: 0, to: size, by: 2 * half) {
        for k in 0..<half {
          let (a, b) = (start + (first + k) * stride, start + (first + k + half) * stride)
          let (c, s) = (cosines[k * step], sines[k * step])
          let (x, y) = (re[b] * c - im[b] * s, re[b] * s + im[b] * c)
          (re[b], im[b]) = (re[a] - x, im[a] - y)
          (re[a], im[a]) = (re[a] + x, im[a] + y)
        }
      }
      half *= 2
    }
  }
}
