import CKernels

/// One axis of a separable resampling: which input positions, with which weights, make each output position.
public struct ResamplingAxis: Sendable {
  let taps: Int
  let index: [Int32]
  let weights: [Float]
  public var count: Int { index.count / taps }

  private init(taps: Int, index: [Int32], weights: [Float]) {
    self.taps = taps
    self.index = index
    self.weights = weights
  }

  /// PyTorch's bicubic kernel (a = -0.75, half-pixel centres, edge clamped, no antialiasing) from `from` positions to `to`,
  /// of which the outputs `range` are made.
  public static func bicubic(from: Int, to: Int, range: Range<Int>? = nil) -> ResamplingAxis {
    let range = range ?? 0..<to
    var (index, weights) = ([Int32](), [Float]())
    for output in range {
      let centre = (Double(output) + 0.5) * Double(from) / Double(to) - 0.5
      let first = centre.rounded(.down)
      let t = Float(centre - first)
      for (tap, weight) in [outer(t + 1), inner(t), inner(1 - t), outer(2 - t)].enumerated() {
        index.append(Int32(min(max(Int(first) - 1 + tap, 0), from - 1)))
        weights.append(weight)
      }
    }
    return ResamplingAxis(taps: 4, index: index, weights: weights)
  }

  /// Bilinear interpolation, half-pixel centres, edge clamped, of which the outputs `range` are made.
  public static func bilinear(from: Int, to: Int, range: Range<Int>) -> ResamplingAxis {
    var (index, weights) = ([Int32](), [Float]())
    for output in range {
      let centre = (Double(output) + 0.5) * Double(from) / Double(to) - 0.5
      let first = centre.rounded(.down)
      let t = Float(centre - first)
      for (tap, weight) in [1 - t, t].enumerated() {
        index.append(Int32(min(max(Int(first) + tap, 0), from - 1)))
        weights.append(weight)
      }
    }
    return ResamplingAxis(taps: 2, index: index, weights: weights)
  }

  /// The mean over the input positions that each output position covers, parts counted in proportion; for shrinking.
  public static func areaAverage(from: Int, to: Int) -> ResamplingAxis {
    let ratio = Double(from) / Double(to)
    let taps = Int(ratio.rounded(.up)) + 1
    var (index, weights) = ([Int32](), [Float]())
    for output in 0..<to {
      let (start, end) = (Double(output) * ratio, Double(output + 1) * ratio)
      let first = Int(start)
      for position in first..<first + taps {
        let covered = min(end, Double(position + 1)) - max(start, Double(position))
        index.append(Int32(min(position, from - 1)))
        weights.append(Float(max(0, covered) / ratio))
      }
    }
    return ResamplingAxis(taps: taps, index: index, weights: weights)
  }

  /// Area average where the axis shrinks, bicubic where it grows.
  public static func fitting(from: Int, to: Int) -> ResamplingAxis {
    to < from ? areaAverage(from: from, to: to) : bicubic(from: from, to: to)
  }

  private static let a: Float = -0.75
  private static func inner(_ x: Float) -> Float { ((a + 2) * x - (a + 3)) * x * x + 1 }
  private static func outer(_ x: Float) -> Float { ((a * x - 5 * a) * x + 8 * a) * x - 4 * a }
}

extension Tensor {
  /// Resamples rows and columns: [N, H, W, C] to [N, rows.count, columns.count, C].
  public func resampled(rows: ResamplingAxis, columns: ResamplingAxis) -> Tensor {
    precondition(
      rows.index.allSatisfy { Int($0) < shape.h } && columns.index.allSatisfy { Int($0) < shape.w },
      "axes made for another size than \(shape)")
    let entry = WorkCount.begin(.layout)
    defer { entry?.end() }
    let used = Int(rows.index.min() ?? 0)...Int(rows.index.max() ?? 0)
    let (width, c) = (columns.count, shape.c)
    let result = Shape(shape.n, rows.count, width, c)
    // [N, used rows, width, C]: columns first, since there are fewer rows before an enlargement.
    let wide = Tensor(Shape(shape.n, used.count, width, c)) { out in
      read { x in
        Parallel.forEach(shape.n * used.count) { row in
          let y = row / used.count * shape.h + used.lowerBound + row % used.count
          ck_resample_row(
            out + row * width * c, x + y * shape.w * c, columns.index, columns.weights, width, columns.taps, c)
        }
      }
    }
    return Tensor(result) { out in
      wide.read { x in
        Parallel.forEach(result.n * result.h) { row in
          let (n, first) = (row / result.h, row % result.h * rows.taps)
          let sources = (first..<first + rows.taps).map {
            Optional(x + (n * used.count + Int(rows.index[$0]) - used.lowerBound) * width * c)
          }
          let weights = Array(rows.weights[first..<first + rows.taps])
          ck_weighted_rows(out + row * width * c, sources, weights, rows.taps, width * c)
        }
      }
    }
  }

  /// The whole picture at another size: area average where it shrinks, bicubic where it grows.
  public func resized(height: Int, width: Int) -> Tensor {
    if (height, width) == (shape.h, shape.w) { return self }
    return resampled(
      rows: .fitting(from: shape.h, to: height), columns: .fitting(from: shape.w, to: width))
  }
}
