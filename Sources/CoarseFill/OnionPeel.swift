import TensorCore

extension PatchLevel {
  /// Most pairs of an unknown pixel and a source that `peel` compares.
  static let mostComparisons = 8_000_000

  var comparisons: Int { unknown.count * sources.count }

  /// A first fill from the rim inwards: each pixel of a layer becomes the centre of the source that agrees best with what is
  /// there already.
  mutating func peel() {
    var isThere = isKnown
    var left = unknown.map(Int.init)
    let all = sources
    // A part of the sources will do where there are too many.
    let candidates = stride(from: 0, to: all.count, by: 1 + comparisons / (2 * Self.mostComparisons)).map {
      Int(all[$0])
    }
    let (height, width, channels, radius) = (height, width, Self.channels, Self.radius)
    while !left.isEmpty {
      let layer = left.filter { pixel in
        let (y, x) = (pixel / width, pixel % width)
        return (x > 0 && isThere[pixel - 1]) || (x < width - 1 && isThere[pixel + 1])
          || (y > 0 && isThere[pixel - width]) || (y < height - 1 && isThere[pixel + width])
      }
      pixels.modify { pixels in
        // Pixels of this layer are written, those of the layers before are read.
        Parallel.forEach(layer.count) { [isThere] index in
          let pixel = layer[index]
          let (y, x) = (pixel / width, pixel % width)
          var offsets: [Int] = []
          for row in max(0, y - radius)...min(height - 1, y + radius) {
            for column in max(0, x - radius)...min(width - 1, x + radius) where isThere[row * width + column] {
              offsets.append((row * width + column - pixel) * channels)
            }
          }
          var (best, least) = (candidates[0], Float.infinity)
          for candidate in candidates {
            let (a, b) = (pixels + pixel * channels, pixels + candidate * channels)
            var distance: Float = 0
            for offset in offsets where distance < least {
              for k in offset..<offset + channels { distance += (a[k] - b[k]) * (a[k] - b[k]) }
            }
            if distance < least { (best, least) = (candidate, distance) }
          }
          (pixels + pixel * channels).update(from: pixels + best * channels, count: channels)
        }
      }
      for pixel in layer { isThere[pixel] = true }
      left.removeAll { isThere[$0] }
    }
  }
}
