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

  /// Covers a latent of `height` by `width` with tiles of at most `side` a side; the latent's own size where smaller.
  init(height: Int, width: Int, side: Int, overlap: Int) {
    self.height = height
    self.width = width
    tileHeight = min(side, height)
    tileWidth = min(side, width)
    let overlap = min(overlap, side / 2)
    self.overlap = overlap
    let rows = Self.positions(length: height, tile: min(side, height), overlap: overlap)
    let columns = Self.positions(length: width, tile: min(side, width), overlap: overlap)
    tiles = rows.flatMap { y in columns.map { Tile(y: y, x: $0) } }
  }

  var isSingle: Bool { tiles.count == 1 }

  private static func positions(length: Int, tile: Int, overlap: Int) -> [Int] {
    guard length > tile else { return [0] }
    let gaps = (length - overlap - 1) / (tile - overlap)
    return (0...gaps).map { (2 * $0 * (length - tile) + gaps) / (2 * gaps) }
  }
}
