import CKernels

/// The sum of each channel over the plane, and that of its squares: [N][2][C], in double.
struct ChannelSums: Sendable {
  private let values: [Double]

  /// Of x [N, H, W, C], in one pass over it.
  init(_ x: Tensor) {
    let (plane, channels) = (x.shape.h * x.shape.w, x.shape.c)
    let chunk = max(1, 4 * Parallel.elementChunk / channels)
    let pieces = (plane + chunk - 1) / chunk
    values = (0..<x.shape.n).flatMap { n in
      Self.added(pieces: pieces, channels: channels) { sums in
        x.read { x in
          Parallel.forRanges(plane, chunk: chunk) { range in
            let piece = sums + range.lowerBound / chunk * 2 * channels
            let from = x + (n * plane + range.lowerBound) * channels
            ck_channel_sums(from, range.count, channels, piece, piece + channels)
          }
        }
      }
    }
  }

  /// Of one picture, from those of its pieces, [pieces][2][C], to which `add` adds them. They are summed in a fixed order, for any number of
  /// threads.
  init(pieces: Int, channels: Int, _ add: (UnsafeMutablePointer<Double>) -> Void) {
    values = Self.added(pieces: pieces, channels: channels, add)
  }

  private static func added(pieces: Int, channels: Int, _ add: (UnsafeMutablePointer<Double>) -> Void) -> [Double] {
    var sums = [Double](repeating: 0, count: pieces * 2 * channels)
    sums.withUnsafeMutableBufferPointer { sums in
      guard let first = sums.baseAddress else { return }
      add(first)
      for piece in 1..<max(1, pieces) {
        for i in 0..<2 * channels { first[i] += first[piece * 2 * channels + i] }
      }
    }
    return Array(sums.prefix(2 * channels))
  }

  /// Mean and variance of each group of channels of picture n.
  func statistics(_ n: Int, plane: Int, channels: Int, groups: Int) -> [(mean: Double, variance: Double)] {
    let (width, start) = (channels / groups, n * 2 * channels)
    let count = Double(plane * width)
    return (0..<groups).map { group in
      var (sum, square) = (0.0, 0.0)
      for c in group * width..<(group + 1) * width {
        sum += values[start + c]
        square += values[start + channels + c]
      }
      let mean = sum / count
      return (mean, max(0, square / count - mean * mean))
    }
  }
}
