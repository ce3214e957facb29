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
  private let ones: Tensor

  init(_ plan: TilePlan, scale: Int, channels: Int, uniform: Bool = false) {
    self.plan = plan
    self.scale = scale
    self.uniform = uniform
    sum = Tensor(Shape(1, plan.height * scale, plan.width * scale, channels))
    weight = Tensor(Shape(1, plan.height * scale, plan.width * scale, 1))
    ones = Tensor(Shape(1, plan.tileHeight * scale, plan.tileWidth * scale, 1), repeating: 1)
  }

  /// Adds what `tile` gave: [1, tileHeight * scale, tileWidth * scale, C].
  mutating func add(_ part: Tensor, at tile: TilePlan.Tile) {
    let (height, width) = (plan.tileHeight * scale, plan.tileWidth * scale)
    precondition((part.shape.h, part.shape.w) == (height, width), "a part of the tile's size")
    let (y, x) = (tile.y * scale, tile.x * scale)
    let rows = window(height, from: y, total: plan.height * scale)
    let columns = window(width, from: x, total: plan.width * scale)
    sum.accumulate(part, y: y, x: x, rows: rows, columns: columns)
    weight.accumulate(ones, y: y, x: x, rows: rows, columns: columns)
  }

  /// The blended whole, once all tiles are in; places that no tile covered keep the value of `base`, nil = 0.
  mutating func result(over base: Tensor? = nil) -> Tensor {
    sum.normalise(by: weight, elsewhere: base)
    return sum
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
func smoothStep(_ x: Float, _ width: Int) -> Float { smoothStep(x, Float(width)) }

func smoothStep(_ x: Float, _ width: Float) -> Float {
  let t = min(max(x / width, 0), 1)
  return t * t * (3 - 2 * t)
}
