import TensorCore

/// Brings a crop of any size into the square frame that a face model was trained with, and back, keeping its proportions.
struct FaceFrame {
  private let side: Int
  private let height: Int
  private let width: Int
  /// Size of the crop inside the frame.
  private let inner: (height: Int, width: Int)

  init(side: Int, height: Int, width: Int) {
    self.side = side
    self.height = height
    self.width = width
    let longer = max(height, width)
    inner = (max(1, (height * side + longer / 2) / longer), max(1, (width * side + longer / 2) / longer))
  }

  /// The crop scaled so that its longer side fills the frame, mirrored where the shorter one does not.
  func enter(_ crop: Tensor) -> Tensor {
    crop.resized(height: inner.height, width: inner.width).reflectPadded(height: side, width: side)
  }

  /// The frame's inside at the crop's size.
  func leave(_ frame: Tensor) -> Tensor {
    frame.cropped(y: 0, x: 0, height: inner.height, width: inner.width).resized(height: height, width: width)
  }
}

/// Fades a restored box into its surroundings: weights 1 inside, falling to 0 over a sixteenth of the box towards edges
/// that are not the picture's own.
struct EdgeFade {
  /// One channel, the size of the box.
  let weights: PixelImage

  init(_ box: PixelRect, within picture: PixelImage) {
    let columns = Self.ramp(box.width, start: box.x > 0, end: box.x + box.width < picture.width)
    let rows = Self.ramp(box.height, start: box.y > 0, end: box.y + box.height < picture.height)
    weights = PixelImage(
      width: box.width, height: box.height, channels: 1, samples: rows.flatMap { row in columns.map { row * $0 } })
  }

  private static func ramp(_ length: Int, start: Bool, end: Bool) -> [Float] {
    let fade = max(1, length / 16)
    return (0..<length).map { i in
      let rising = start ? smoothStep(Float(i) + 0.5, fade) : 1
      let falling = end ? smoothStep(Float(length - i) - 0.5, fade) : 1
      return rising * falling
    }
  }
}

extension PixelRect {
  /// Whether `other` has pixels and lies inside.
  func contains(_ other: PixelRect) -> Bool {
    other.width > 0 && other.height > 0 && other.x >= x && other.y >= y && other.width <= width
      && other.height <= height
      && other.x - x <= width - other.width && other.y - y <= height - other.height
  }

  /// The rectangle with real context around it instead of mirrored edges: sides grown to multiples of `multiple` where the
  /// picture is large enough. It begins at a whole latent position, `latentPosition` pixels a side.
  func grown(toMultipleOf multiple: Int, latentPosition: Int, within picture: PixelImage) -> PixelRect {
    func span(_ start: Int, _ length: Int, _ total: Int) -> (Int, Int) {
      grownSpan(start, length, by: 0, toMultipleOf: multiple, latentPosition: latentPosition, within: total)
    }
    let ((x, w), (y, h)) = (span(x, width, picture.width), span(y, height, picture.height))
    return PixelRect(x: x, y: y, width: w, height: h)
  }
}

/// One axis of a part of a picture to work on: `length` pixels from `start` with at least `margin` on both sides where
/// there are so many, in whole multiples of `multiple` within `total`, beginning at a multiple of `latentPosition`.
func grownSpan(
  _ start: Int, _ length: Int, by margin: Int, toMultipleOf multiple: Int, latentPosition: Int, within total: Int
) -> (start: Int, length: Int) {
  let size = min((length + 2 * margin + multiple - 1) / multiple * multiple, total)
  let centred = min(max(start + length / 2 - size / 2, 0), total - size)
  var first = centred - centred % latentPosition
  // At the far edge a part that keeps its size would lose the last pixels; a little shorter it is padded again.
  if first < centred && centred == total - size { first = min(first + latentPosition, start - start % latentPosition) }
  return (first, max(min(size, total - first), start + length - first))
}
