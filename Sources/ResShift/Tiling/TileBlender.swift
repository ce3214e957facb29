import TensorCore

/// Joins overlapping tiles: each weighted by a smooth window that falls off towards its neighbours, the sum normalised.
///
/// Tiles come row by row, as a plan lists them, and rows that no further tile will touch are given out at once, in bands of a few
/// rows: beside the joined picture there are never more than the rows of one tile.
struct TileBlender {
  /// Gets rows of the joined picture, each once and from the top; `rows` are those of the output.
  typealias Receiver = (_ rows: Range<Int>, _ band: Tensor) throws -> Void

  private let plan: TilePlan
  /// Output elements a side for one latent position.
  private let scale: Int
  /// Equal weights all over the tile instead of the window.
  private let uniform: Bool
  /// Rows from `first` on, as many as a tile has.
  private var sum: Tensor
  private var weight: Tensor
  private let ones: Tensor
  /// The first output row that was not given out.
  private var first = 0

  /// Rows of the latent that are given out together.
  static let bandRows = 32

  init(_ plan: TilePlan, scale: Int, channels: Int, uniform: Bool = false) {
    self.plan = plan
    self.scale = scale
    self.uniform = uniform
    sum = Tensor(Shape(1, plan.tileHeight * scale, plan.width * scale, channels))
    weight = Tensor(Shape(1, plan.tileHeight * scale, plan.width * scale, 1))
    ones = Tensor(Shape(1, plan.tileHeight * scale, plan.tileWidth * scale, 1), repeating: 1)
  }

  /// Adds what `tile` gave: [1, tileHeight * scale, tileWidth * scale, C]. Rows above the tile are ready then; places that no tile
  /// covered have the value of `base`, nil = 0.
  mutating func add(_ part: Tensor, at tile: TilePlan.Tile, over base: Tensor? = nil, _ receive: Receiver) rethrows {
    let (height, width) = (plan.tileHeight * scale, plan.tileWidth * scale)
    precondition((part.shape.h, part.shape.w) == (height, width), "a part of the tile's size")
    let (y, x) = (tile.y * scale, tile.x * scale)
    precondition(y >= first, "tiles come row by row")
    try advance(to: y, over: base, receive)
    let rows = window(height, from: y, total: plan.height * scale)
    let columns = window(width, from: x, total: plan.width * scale)
    sum.accumulate(part, y: 0, x: x, rows: rows, columns: columns)
    weight.accumulate(ones, y: 0, x: x, rows: rows, columns: columns)
  }

  /// Gives out the rest, once all tiles are in.
  mutating func finish(over base: Tensor? = nil, _ receive: Receiver) rethrows {
    try advance(to: plan.height * scale, over: base, receive)
  }

  /// Gives out the rows above `next`, which becomes the first one that is held.
  private mutating func advance(to next: Int, over base: Tensor?, _ receive: Receiver) rethrows {
    let (held, start) = (sum.shape.h, first)
    for y in stride(from: start, to: next, by: Self.bandRows * scale) {
      let rows = y..<min(y + Self.bandRows * scale, next)
      // Where no tile is needed there is nothing held.
      var band = sum.rowsOrZero(rows.lowerBound - start..<rows.upperBound - start)
      band.normalise(
        by: weight.rowsOrZero(rows.lowerBound - start..<rows.upperBound - start),
        elsewhere: base?.cropped(y: y, x: 0, height: rows.count, width: sum.shape.w))
      try receive(rows, band)
    }
    guard next > start else { return }
    first = next
    sum.moveUp(by: min(next - start, held))
    weight.moveUp(by: min(next - start, held))
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

extension TilePlan {
  /// Runs `body` for each of `tiles`, all or some of the plan's in its order, with its number from 1 on, and hands out what they
  /// join to, from the top. One tile that is all is handed out as it is.
  func join(
    _ tiles: [Tile], scale: Int, channels: Int, over base: Tensor? = nil, uniform: Bool = false,
    _ body: (_ tile: Tile, _ number: Int) throws -> Tensor, _ receive: TileBlender.Receiver
  ) rethrows {
    if isSingle, let tile = tiles.first { return try receive(0..<height * scale, try body(tile, 1)) }
    var blender = TileBlender(self, scale: scale, channels: channels, uniform: uniform)
    for (index, tile) in tiles.enumerated() {
      try blender.add(try body(tile, index + 1), at: tile, over: base, receive)
    }
    try blender.finish(over: base, receive)
  }

  /// The same as one tensor.
  func joined(
    _ tiles: [Tile], scale: Int, channels: Int, over base: Tensor? = nil, uniform: Bool = false,
    _ body: (_ tile: Tile, _ number: Int) throws -> Tensor
  ) rethrows -> Tensor {
    if isSingle, let tile = tiles.first { return try body(tile, 1) }
    var whole: Tensor?
    try join(tiles, scale: scale, channels: channels, over: base, uniform: uniform, body) { rows, band in
      // Taken when the first tiles are done, so that it does not lie beside their work.
      var picture = whole ?? Tensor(uninitialised: Shape(1, height * scale, width * scale, channels))
      whole = nil
      picture.replace(rows: rows, with: band)
      whole = picture
    }
    guard let whole else { preconditionFailure("a plan has rows") }
    return whole
  }
}

/// Rises from 0 to 1 over `width`, flat at both ends.
func smoothStep(_ x: Float, _ width: Int) -> Float { smoothStep(x, Float(width)) }

func smoothStep(_ x: Float, _ width: Float) -> Float {
  let t = min(max(x / width, 0), 1)
  return t * t * (3 - 2 * t)
}
