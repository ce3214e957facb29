import ResShift

extension PixelRect {
  func moved(x dx: Int, y dy: Int) -> PixelRect { PixelRect(x: x + dx, y: y + dy, width: width, height: height) }

  func meets(_ other: PixelRect) -> Bool {
    other.x < x + width && other.x + other.width > x && other.y < y + height && other.y + other.height > y
  }

  /// What both have in common; nil = nothing.
  func intersection(_ other: PixelRect) -> PixelRect? {
    let (left, top) = (max(x, other.x), max(y, other.y))
    let (right, bottom) = (min(x + width, other.x + other.width), min(y + height, other.y + other.height))
    return right > left && bottom > top ? PixelRect(x: left, y: top, width: right - left, height: bottom - top) : nil
  }

  func contains(x px: Int, y py: Int) -> Bool { (x..<x + width).contains(px) && (y..<y + height).contains(py) }

  /// The rectangle with so many pixels more on each side, as far as they lie within another.
  func grown(by pixels: Int, within whole: PixelRect) -> PixelRect {
    let (left, top) = (max(whole.x, x - pixels), max(whole.y, y - pixels))
    let right = min(whole.x + whole.width, x + width + pixels)
    let bottom = min(whole.y + whole.height, y + height + pixels)
    return PixelRect(x: left, y: top, width: right - left, height: bottom - top)
  }

  /// Its rows in bands of at most `rows`, from the top.
  func bands(of rows: Int) -> [PixelRect] {
    stride(from: y, to: y + height, by: rows).map { top in
      PixelRect(x: x, y: top, width: width, height: min(rows, y + height - top))
    }
  }
}
