/// A rectangle of whole pixels; `x` and `y` are its left and top.
public struct PixelRect: Sendable, Equatable {
  public var x: Int
  public var y: Int
  public var width: Int
  public var height: Int

  public init(x: Int, y: Int, width: Int, height: Int) {
    self.x = x
    self.y = y
    self.width = width
    self.height = height
  }
}

extension PixelRect {
  public var area: Int { width * height }

  /// The smallest rectangle around those pixels of a picture, counted row by row, that `counts` names; nil = there are none.
  @inlinable
  public init?(around counts: (_ pixel: Int) -> Bool, ofWidth width: Int, height: Int) {
    var (left, right, top, bottom) = (width, -1, height, -1)
    for y in 0..<height {
      for x in 0..<width where counts(y * width + x) {
        (left, right, top, bottom) = (min(left, x), max(right, x), min(top, y), max(bottom, y))
      }
    }
    if right < 0 { return nil }
    self.init(x: left, y: top, width: right - left + 1, height: bottom - top + 1)
  }

  /// Whether `other` has pixels and lies inside; its numbers may be as large as they come.
  public func contains(_ other: PixelRect) -> Bool {
    other.width > 0 && other.height > 0 && other.x >= x && other.y >= y && other.width <= width
      && other.height <= height
      && other.x - x <= width - other.width && other.y - y <= height - other.height
  }

  /// The rectangle with real context around it instead of mirrored edges: sides grown to multiples of `multiple` where the
  /// picture is large enough. It begins at a whole latent position, `latentPosition` pixels a side.
  func grown(toMultipleOf multiple: Int, latentPosition: Int, withinWidth width: Int, height: Int) -> PixelRect {
    func span(_ start: Int, _ length: Int, _ total: Int) -> (Int, Int) {
      grownSpan(start, length, by: 0, toMultipleOf: multiple, latentPosition: latentPosition, within: total)
    }
    let ((x, w), (y, h)) = (span(x, self.width, width), span(y, self.height, height))
    return PixelRect(x: x, y: y, width: w, height: h)
  }

  /// The smallest rectangle around both.
  public func union(_ other: PixelRect) -> PixelRect {
    let (left, top) = (min(x, other.x), min(y, other.y))
    let (right, bottom) = (max(x + width, other.x + other.width), max(y + height, other.y + other.height))
    return PixelRect(x: left, y: top, width: right - left, height: bottom - top)
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
