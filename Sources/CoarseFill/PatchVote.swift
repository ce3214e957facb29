import TensorCore

extension PatchLevel {
  /// How much the patches over a pixel count.
  enum Voting {
    case evenly
    /// Patches with a good match count more.
    case byLikeness
  }

  /// Makes each unknown pixel the weighted mean of what the sources of all patches over it show there.
  mutating func vote(_ field: PatchField, _ voting: Voting) {
    // Nothing here may hold the pixels a second time, or they would be copied.
    let (unknown, width, rows, columns, channels) = (unknown, width, rows, columns, Self.channels)
    pixels.modify { pixels in
      // Unknown pixels are written, known ones read: sources are wholly known.
      Parallel.forRanges(unknown.count, chunk: 512, scratch: channels) { range, sum in
        for index in range {
          let p = Int(unknown[index])
          let (ys, xs) = Self.surroundings(p, width, rows, columns)
          var mean: Float = 0
          for y in ys { for x in xs { mean += field.distance[y * width + x] } }
          mean = max(mean / Float(ys.count * xs.count), .leastNormalMagnitude)
          sum.update(repeating: 0, count: channels)
          var total: Float = 0
          for y in ys {
            for x in xs {
              let q = y * width + x
              let source = Int(field.source[q]) + p - q
              let ratio = field.distance[q] / mean
              let weight = voting == .evenly ? 1 : 1 / (1 + ratio * ratio * ratio * ratio)
              total += weight
              for k in 0..<channels { sum[k] += weight * pixels[source * channels + k] }
            }
          }
          for k in 0..<channels { pixels[p * channels + k] = sum[k] / total }
        }
      }
    }
  }

  /// For each unknown pixel the known one that the best patch over it shows there, and that patch's distance.
  func origins(_ field: PatchField) -> (pixels: [Int32], distances: [Float]) {
    let (rows, columns) = (rows, columns)
    var pixels = [Int32](repeating: 0, count: unknown.count)
    var distances = [Float](repeating: 0, count: unknown.count)
    pixels.withUnsafeMutableBufferPointer { pixels in
      distances.withUnsafeMutableBufferPointer { distances in
        // Each place is written by one thread only.
        nonisolated(unsafe) let (pixels, distances) = (pixels, distances)
        Parallel.forRanges(unknown.count, chunk: 4096) { range in
          for index in range {
            let p = Int(unknown[index])
            let (ys, xs) = Self.surroundings(p, width, rows, columns)
            var (best, least) = (0, Float.infinity)
            for y in ys {
              for x in xs where field.distance[y * width + x] < least {
                (best, least) = (y * width + x, field.distance[y * width + x])
              }
            }
            pixels[index] = field.source[best] + Int32(p - best)
            distances[index] = least
          }
        }
      }
    }
    return (pixels, distances)
  }

  /// The centres of the patches over a pixel that lie inside the picture. All are targets if the pixel is unknown.
  private static func surroundings(
    _ pixel: Int, _ width: Int, _ rows: Range<Int>, _ columns: Range<Int>
  ) -> (rows: ClosedRange<Int>, columns: ClosedRange<Int>) {
    let (y, x, r) = (pixel / width, pixel % width, radius)
    return (
      max(y - r, rows.lowerBound)...min(y + r, rows.upperBound - 1),
      max(x - r, columns.lowerBound)...min(x + r, columns.upperBound - 1)
    )
  }
}
