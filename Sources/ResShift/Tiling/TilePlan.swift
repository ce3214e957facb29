import TensorCore

/// How a latent is covered by equal tiles that overlap: positions in latent units.
struct TilePlan: Equatable {
  struct Tile: Equatable {
    let y: Int
    let x: Int
  }

  let height: Int
  let width: Int
  let tileHeight: Int
  let tileWidth: Int
  /// Least overlap of neighbours, at most half a tile; tiles are spread evenly, so most overlap a little more.
  let overlap: Int
  let tiles: [Tile]

  /// Covers a latent of `height` by `width` with tiles of `side` a side; the latent's own size where smaller.
  ///
  /// With a `multiple`, tiles shrink to a multiple of it as far as no more of them are needed: no work for overlap alone.
  init(height: Int, width: Int, side: Int, overlap: Int, shrinkingToMultipleOf multiple: Int? = nil) {
    self.height = height
    self.width = width
    let overlap = min(overlap, side / 2)
    self.overlap = overlap
    func tile(_ length: Int) -> Int {
      guard let multiple, length > side else { return min(side, length) }
      let count = Self.gaps(length: length, tile: side, overlap: overlap) + 1
      let needed = (length + (count - 1) * overlap + count - 1) / count
      return min(side, (needed + multiple - 1) / multiple * multiple)
    }
    tileHeight = tile(height)
    tileWidth = tile(width)
    let rows = Self.positions(length: height, tile: tileHeight, overlap: overlap)
    let columns = Self.positions(length: width, tile: tileWidth, overlap: overlap)
    tiles = rows.flatMap { y in columns.map { Tile(y: y, x: $0) } }
  }

  var isSingle: Bool { tiles.count == 1 }

  /// The rectangle of a tile on a plane with `scale` pixels a side for one latent position.
  func rect(of tile: Tile, scale: Int) -> PixelRect {
    PixelRect(x: tile.x * scale, y: tile.y * scale, width: tileWidth * scale, height: tileHeight * scale)
  }

  /// The part of such a plane, [1, h * scale, w * scale, C], that a tile covers.
  func cut(_ tile: Tile, from tensor: Tensor, scale: Int) -> Tensor {
    let part = rect(of: tile, scale: scale)
    return tensor.cropped(y: part.y, x: part.x, height: part.height, width: part.width)
  }

  /// Tiles less one along a side that is longer than a tile.
  private static func gaps(length: Int, tile: Int, overlap: Int) -> Int { (length - overlap - 1) / (tile - overlap) }

  private static func positions(length: Int, tile: Int, overlap: Int) -> [Int] {
    guard length > tile else { return [0] }
    let gaps = gaps(length: length, tile: tile, overlap: overlap)
    return (0...gaps).map { (2 * $0 * (length - tile) + gaps) / (2 * gaps) }
  }
}
