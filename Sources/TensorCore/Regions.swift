extension Tensor {
  /// The part of a picture that begins at (`y`, `x`): [N, height, width, C].
  public func cropped(y: Int, x: Int, height: Int, width: Int) -> Tensor {
    precondition(y >= 0 && x >= 0 && y + height <= shape.h && x + width <= shape.w, "a part inside \(shape)")
    if (height, width) == (shape.h, shape.w) { return self }
    let c = shape.c
    return Tensor(Shape(shape.n, height, width, c)) { out in
      read { source in
        for n in 0..<shape.n {
          for row in 0..<height {
            (out + (n * height + row) * width * c).update(
              from: source + ((n * shape.h + y + row) * shape.w + x) * c, count: width * c)
          }
        }
      }
    }
  }

  /// Grows a picture at the bottom and the right by mirroring; the edge pixel is not repeated, mirrored again where one
  /// mirror is too short; a side of 1 is repeated. [N, height, width, C]
  public func reflectPadded(height: Int, width: Int) -> Tensor {
    precondition(height >= shape.h && width >= shape.w, "padding only grows")
    if (height, width) == (shape.h, shape.w) { return self }
    let c = shape.c
    let columns = (0..<width).map { reflect($0, shape.w) }
    return Tensor(Shape(shape.n, height, width, c)) { out in
      read { source in
        for n in 0..<shape.n {
          for row in 0..<height {
            let line = source + (n * shape.h + reflect(row, shape.h)) * shape.w * c
            let target = out + (n * height + row) * width * c
            for (column, from) in columns.enumerated() {
              (target + column * c).update(from: line + from * c, count: c)
            }
          }
        }
      }
    }
  }
}

/// Position `i` of an endless mirroring of `count` positions: 0 1 2 1 0 1 2 ...
private func reflect(_ i: Int, _ count: Int) -> Int {
  if count == 1 { return 0 }
  let phase = i % (2 * count - 2)
  return phase < count ? phase : 2 * count - 2 - phase
}
