import TensorCore

/// Joins overlapping tiles: each weighted by a smooth window that falls off towards its neighbours, the sum normalised.
struct TileBlender {
  private let plan: TilePlan
  /// Output elements a side for one latent position.
  private let scale: Int
  /// Equal weights all over the tile instead of the window.
  private let uniform: Bool
  private var sum: Tensor
  private var weight: Tensor

  init(_ plan: TilePlan, scale: Int, channels: Int, uniform: Bool = false) {
    self.plan = plan
    self.scale = scale
    self.uniform = uniform
    sum = Tensor(Shape(1, plan.height * scale, plan.width * scale, channels))
    weight = Tensor(Shape(1, plan.height * scale, plan.width * scale, 1))
  }

  /// Adds what `tile` gave: [1, tileHeight * scale, tileWidth * scale, C].
  mutating func add(_ part: Tensor, at tile: TilePlan.Tile) {
    let (height, width) = (plan.tileHeight * scale, plan.tileWidth * scale)
    precondition((part.shape.h, part.shape.w) == (height, width), "a part of the tile's size")
    let rows = window(height, from: tile.y * scale, total: plan.height * scale)
    let columns = window(width, from: tile.x * scale, total: plan.width * scale)
    let (stride, c) = (plan.width * scale, part.shape.c)
    sum.modify { sum in
      weight.modify { weight in
        part.read { part in
          Parallel.forEach(height) { row in
            let base = (tile.y * scale + row) * stride + tile.x * scale
            for column in 0..<width {
              let w = rows[row] * columns[column]
              weight[base + column] += w
              for k in 0..<c { sum[(base + column) * c + k] += w * part[(row * width + column) * c + k] }
            }
          }
        }
      }
    }
  }

  /// The blended whole; places that no tile covered keep the value of `base`.
  func result(over base: Tensor? = nil) -> Tensor {
    let (width, c) = (sum.shape.w, sum.shape.c)
    return Tensor(sum.shape) { out in
      sum.read { sum in
        weight.read { weight in
          func run(_ base: UnsafePointer<Float>?) {
            Parallel.forEach(self.sum.shape.h) { row in
              for p in row * width..<(row + 1) * width {
                for k in p * c..<(p + 1) * c { out[k] = weight[p] > 0 ? sum[k] / weight[p] : base?[k] ?? 0 }
              }
            }
          }
          if let base { base.read { run($0) } } else { run(nil) }
        }
      }
    }
  }

  /// Weights along one axis: 1, with a cosine ramp over the overlap at edges inside the picture.
  private func window(_ length: Int, from start: Int, total: Int) -> [Float] {
    let ramp = uniform ? 0 : min(plan.overlap * scale, length / 2)
    return (0..<length).map { i in
      var weight: Float = 1
      if start > 0 && i < ramp { weight *= smoothStep(Float(i) + 0.5, ramp) }
      if start + length < total && length - 1 - i < ramp { weight *= smoothStep(Float(length - i) - 0.5, ramp) }
      return weight
    }
  }
}

/// Rises from 0 to 1 over `width`, flat at both ends.
func smoothStep(_ x: Float, _ width: Int) -> Float {
  let t = min(max(x / Float(width), 0), 1)
  return t * t * (3 - 2 * t)
}
