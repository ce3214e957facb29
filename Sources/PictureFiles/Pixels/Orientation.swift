import ResShift

/// The eight ways in which a camera may have been held (Exif standard, tag 0x0112).
struct Orientation {
  /// Rows of the upright picture are columns of the stored one.
  let transposed: Bool
  /// The upright picture's left is the stored one's right (before a transposition: bottom).
  let flipsX: Bool
  /// The upright picture's top is the stored one's bottom (before a transposition: right).
  let flipsY: Bool

  /// From the number in the file; what is not 1...8 counts as upright.
  init(_ value: Int) {
    transposed = (5...8).contains(value)
    flipsX = [2, 3, 6, 7].contains(value)
    flipsY = [3, 4, 7, 8].contains(value)
  }

  var isUpright: Bool { !transposed && !flipsX && !flipsY }

  /// The upright picture of a stored one: sides swapped if transposed.
  func applied(to picture: PixelImage) -> PixelImage {
    if isUpright { return picture }
    let channels = picture.channels
    let width = transposed ? picture.height : picture.width
    let height = transposed ? picture.width : picture.height
    // The stored sample of upright pixel (0, 0), and the way to the next pixel of its row and of its column.
    let alongX = (transposed ? picture.width : 1) * (flipsX ? -channels : channels)
    let alongY = (transposed ? 1 : picture.width) * (flipsY ? -channels : channels)
    let origin = (flipsX ? -alongX * (width - 1) : 0) + (flipsY ? -alongY * (height - 1) : 0)
    let samples = [Float](unsafeUninitializedCapacity: picture.samples.count) { to, count in
      picture.samples.withUnsafeBufferPointer { from in
        var next = 0
        for y in 0..<height {
          var at = origin + y * alongY
          for _ in 0..<width {
            for c in 0..<channels { to[next + c] = from[at + c] }
            next += channels
            at += alongX
          }
        }
        count = next
      }
    }
    return PixelImage(width: width, height: height, channels: channels, samples: samples)
  }
}
