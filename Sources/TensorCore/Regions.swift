import CKernels

extension Tensor {
  /// The part of a picture that begins at (`y`, `x`): [N, height, width, C].
  public func cropped(y: Int, x: Int, height: Int, width: Int) -> Tensor {
    precondition(y >= 0 && x >= 0 && y + height <= shape.h && x + width <= shape.w, "a part inside \(shape)")
    if (height, width) == (shape.h, shape.w) { return self }
    let entry = WorkCount.begin(.layout)
    defer { entry?.end() }
    let c = shape.c
    return Tensor(Shape(shape.n, height, width, c)) { out in
      read { source in
        Parallel.forRanges(shape.n * height, chunk: max(1, Parallel.elementChunk / max(1, width * c))) { rows in
          for row in rows {
            (out + row * width * c).update(
              from: source + ((row / height * shape.h + y + row % height) * shape.w + x) * c, count: width * c)
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
    let entry = WorkCount.begin(.layout)
    defer { entry?.end() }
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

  /// Adds a part [1, h, w, C] at (`y`, `x`), each pixel times the weights of its row and its column: the weighted sum of
  /// overlapping tiles.
  public mutating func accumulate(_ part: Tensor, y: Int, x: Int, rows: [Float], columns: [Float]) {
    let (whole, size) = (shape, part.shape)
    precondition(size.n == 1 && whole.n == 1 && size.c == whole.c, "one picture of the same channels")
    precondition(y >= 0 && x >= 0 && y + size.h <= whole.h && x + size.w <= whole.w, "a part inside \(whole)")
    precondition(rows.count == size.h && columns.count == size.w, "a weight for every row and column")
    let entry = WorkCount.begin(.layout)
    defer { entry?.end() }
    modify { sum in
      part.read { part in
        Parallel.forEach(size.h, scratch: size.w) { row, weights in
          ck_scale(weights, columns, rows[row], size.w)
          let target = sum + ((y + row) * whole.w + x) * whole.c
          ck_accumulate_weighted(target, part + row * size.w * size.c, weights, size.w, size.c)
        }
      }
    }
  }

  /// Divides each pixel by its weight [N, H, W, 1]; where that is 0, the pixel becomes that of `base`, nil = 0.
  public mutating func normalise(by weight: Tensor, elsewhere base: Tensor?) {
    precondition(weight.shape == Shape(shape.n, shape.h, shape.w, 1), "a weight for every pixel")
    precondition(base.map { $0.shape == shape } ?? true, "a base of the same shape")
    let entry = WorkCount.begin(.layout)
    defer { entry?.end() }
    let (lines, width, c) = (shape.n * shape.h, shape.w, shape.c)
    // In place: this may be as large as the whole picture.
    modify { x in
      weight.read { weight in
        func run(_ base: UnsafePointer<Float>?) {
          Parallel.forEach(lines) { line in
            for p in line * width..<(line + 1) * width {
              for k in p * c..<(p + 1) * c { x[k] = weight[p] > 0 ? x[k] / weight[p] : base?[k] ?? 0 }
            }
          }
        }
        if let base { base.read { run($0) } } else { run(nil) }
      }
    }
  }
}

// MARK: Rows, for work in bands

extension Tensor {
  /// A tensor whose elements are to be replaced, row by row, before any is read.
  public init(uninitialised shape: Shape) { self.init(shape) { _ in } }

  /// Some rows of a picture [1, H, W, C].
  public func rows(_ rows: Range<Int>) -> Tensor {
    cropped(y: rows.lowerBound, x: 0, height: rows.count, width: shape.w)
  }

  /// Replaces whole rows of a picture [1, H, W, C].
  public mutating func replace(rows: Range<Int>, with band: Tensor) {
    precondition(shape.n == 1 && band.shape == Shape(1, rows.count, shape.w, shape.c), "a band of the picture's width")
    let line = shape.w * shape.c
    modify { out in band.read { Parallel.copy($0, to: out + rows.lowerBound * line, count: rows.count * line) } }
  }

  /// Moves the rows of a picture [1, H, W, C] up; those at the top go, those at the bottom become 0.
  public mutating func moveUp(by rows: Int) {
    precondition(shape.n == 1 && (0...shape.h).contains(rows), "rows of one picture")
    let (line, kept) = (shape.w * shape.c, shape.h - rows)
    modify { x in
      Parallel.moveDown(x, from: rows * line, count: kept * line)
      Parallel.fill(x + kept * line, with: 0, count: rows * line)
    }
  }

  /// Rows of a picture [1, H, W, C]; those beyond its end are 0.
  public func rowsOrZero(_ rows: Range<Int>) -> Tensor {
    precondition(shape.n == 1 && rows.lowerBound >= 0, "rows of one picture")
    let line = shape.w * shape.c
    let there = max(0, min(rows.upperBound, shape.h) - rows.lowerBound)
    return Tensor(Shape(1, rows.count, shape.w, shape.c)) { out in
      if there > 0 { read { Parallel.copy($0 + rows.lowerBound * line, to: out, count: there * line) } }
      Parallel.fill(out + there * line, with: 0, count: (rows.count - there) * line)
    }
  }
}

/// Position `i` of an endless mirroring of `count` positions: 0 1 2 1 0 1 2 ...
private func reflect(_ i: Int, _ count: Int) -> Int {
  if count == 1 { return 0 }
  let phase = i % (2 * count - 2)
  return phase < count ? phase : 2 * count - 2 - phase
}
