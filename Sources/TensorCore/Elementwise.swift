import CKernels

extension Tensor {
  /// Adds `other`, of the same shape.
  public mutating func add(_ other: Tensor) {
    precondition(shape == other.shape, "cannot add \(other.shape) to \(shape)")
    let entry = WorkCount.begin(.elementwise)
    defer { entry?.end() }
    let count = shape.count
    modify { y in
      other.read { x in
        Parallel.forRanges(count, chunk: Parallel.elementChunk) {
          ck_add(y + $0.lowerBound, x + $0.lowerBound, $0.count)
        }
      }
    }
  }

  /// The elements times `factor`; by 1 the tensor itself.
  public func scaled(by factor: Float) -> Tensor {
    factor == 1 ? self : mapped { ck_scale($0, $1, factor, $2) }
  }

  /// Limits every element to -1...1, the range of pictures; NaN becomes -1.
  public mutating func clampToPicture() {
    let entry = WorkCount.begin(.elementwise)
    defer { entry?.end() }
    let count = shape.count
    modify { x in
      Parallel.forRanges(count, chunk: Parallel.elementChunk) { ck_clamp(x + $0.lowerBound, -1, 1, $0.count) }
    }
  }

  /// The elements times `factor`, plus `offset`.
  public func affine(_ factor: Float, _ offset: Float) -> Tensor {
    mapped { ck_scale_offset($0, $1, factor, offset, $2) }
  }

  /// A leaky ReLU: elements below 0 times the slope of their channel, [C].
  public mutating func rectify(slopes: Tensor) {
    let (rows, channels) = (shape.pixels, shape.c)
    precondition(slopes.shape.count == channels, "one slope per channel")
    let entry = WorkCount.begin(.elementwise)
    defer { entry?.end() }
    modify { x in
      slopes.read { slopes in
        Parallel.forRanges(rows, chunk: max(1, Parallel.elementChunk / channels)) {
          ck_leaky_relu(x + $0.lowerBound * channels, slopes, $0.count, channels)
        }
      }
    }
  }

  public func silu() -> Tensor { mapped { ck_silu($0, $1, $2) } }

  public func gelu() -> Tensor { mapped { ck_gelu($0, $1, $2) } }

  /// self = a * self + b * x + c * noise: one step of the sampler. All shapes are the same; no noise counts as c = 0.
  public mutating func combine(_ a: Float, _ x: Tensor, _ b: Float, _ noise: Tensor? = nil, _ c: Float = 0) {
    precondition(shape == x.shape, "a step combines tensors of one shape")
    combine(rows: 0..<shape.n * shape.h, a, x, b, noise, c)
  }

  /// The same for some rows, counted through all pictures, of which `x` and `noise` are.
  public mutating func combine(
    rows: Range<Int>, _ a: Float, _ x: Tensor, _ b: Float, _ noise: Tensor? = nil, _ c: Float = 0
  ) {
    let line = shape.w * shape.c
    precondition(
      x.shape.count == rows.count * line && (noise.map { $0.shape == x.shape } ?? true)
        && (0...shape.n * shape.h).contains(rows.upperBound), "a step combines tensors of one shape")
    let entry = WorkCount.begin(.elementwise)
    defer { entry?.end() }
    let (count, first) = (x.shape.count, rows.lowerBound * line)
    func run(_ z: UnsafeMutablePointer<Float>, _ x: UnsafePointer<Float>, _ e: UnsafePointer<Float>?) {
      Parallel.forRanges(count, chunk: Parallel.elementChunk) { range in
        let i = range.lowerBound
        ck_axpbypcz(z + first + i, a, x + i, b, e.map { $0 + i }, c, range.count)
      }
    }
    modify { z in
      x.read { x in
        if let noise { noise.read { run(z, x, $0) } } else { run(z, x, nil) }
      }
    }
  }

  /// [N, H, W, C1] and [N, H, W, C2] side by side in the channels: [N, H, W, C1 + C2], `self` first.
  public func concatenated(with other: Tensor) -> Tensor {
    let (a, b) = (shape, other.shape)
    precondition((a.n, a.h, a.w) == (b.n, b.h, b.w), "cannot join \(a) and \(b)")
    let entry = WorkCount.begin(.layout)
    defer { entry?.end() }
    return Tensor(Shape(a.n, a.h, a.w, a.c + b.c)) { out in
      read { x in
        other.read { y in
          Parallel.forRanges(a.pixels, chunk: 1024) { range in
            for p in range {
              let row = out + p * (a.c + b.c)
              row.update(from: x + p * a.c, count: a.c)
              (row + a.c).update(from: y + p * b.c, count: b.c)
            }
          }
        }
      }
    }
  }

  private func mapped(_ kernel: (UnsafeMutablePointer<Float>, UnsafePointer<Float>, Int) -> Void) -> Tensor {
    let entry = WorkCount.begin(.elementwise)
    defer { entry?.end() }
    let count = shape.count
    return Tensor(shape) { y in
      read { x in
        Parallel.forRanges(count, chunk: Parallel.elementChunk) {
          kernel(y + $0.lowerBound, x + $0.lowerBound, $0.count)
        }
      }
    }
  }
}
