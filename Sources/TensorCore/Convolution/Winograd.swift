import CKernels

extension ConvolutionAlgorithm {
  /// F(2x2, 3x3): kernel 3 and stride 1 only, 4/9 of the multiplications.
  public static let winograd2 = winograd(tile: 2)
  /// F(4x4, 3x3): a quarter of the multiplications.
  public static let winograd4 = winograd(tile: 4)
  /// F(6x6, 3x3): a fifth of the multiplications.
  public static let winograd6 = winograd(tile: 6)

  /// `tile` is the side of the square of output pixels that is made at once.
  private static func winograd(tile: Int) -> ConvolutionAlgorithm {
    ConvolutionAlgorithm(
      name: "winograd\(tile)", kind: .winograd,
      cost: { size in
        let side = tile + 2
        let values = ((size.height + tile - 1) / tile) * ((size.width + tile - 1) / tile) * side * side
        let transforms = values * (35 * size.inVectors + 25 * size.outVectors)
        let weights = 3 * side * side * size.inChannels * size.columns / 16
        return values * size.inChannels * size.columns / 16 + transforms + weights
      },
      run: { convolve($0, tile: tile) })
  }
}

/// Convolution of stride 1 and kernel 3 by Winograd's F(m x m, 3x3), m = `tile`.
private func convolve(_ call: ConvolutionCall, tile: Int) -> Tensor {
  precondition(call.padding == .same, "Winograd convolutions pad on all sides")
  let (x, weights, before, residual, zoom) = (call.x, call.weights, call.before, call.residual, call.zoom)
  let (inChannels, outChannels) = (weights.inChannels, weights.outChannels)
  let result = Shape(x.shape.n, x.shape.h * zoom, x.shape.w * zoom, outChannels)
  precondition(residual.map { $0.shape == result } ?? true, "a residual of the result's shape")
  let plane = WinogradPlane(
    tile: tile, height: result.h, width: result.w, zoom: zoom, inChannels: inChannels, outChannels: outChannels,
    products: weights.matrix.products)
  return Tensor(result) { out in
    x.read { x in
      weights.matrix.packed.read { packed in
        weights.bias.read { bias in
          withOptional(residual) { residual in
            withOptional(before) { scale, shift in
              for n in 0..<result.n {
                let first = n * result.h * result.w
                plane.convolve(
                  .init(
                    x: x + first / (zoom * zoom) * inChannels, packed: packed, bias: bias,
                    scale: scale.map { $0 + n * inChannels }, shift: shift.map { $0 + n * inChannels },
                    residual: residual.map { $0 + first * outChannels }, out: out + first * outChannels))
              }
            }
          }
        }
      }
    }
  }
}

/// One picture's plane of tiles, by one of two schedules.
///
/// *In pieces*, where all transformed weights are few enough to be kept for a plane: each thread takes some tiles through the input
/// transform, the products and the output transform, so that between plane and plane only weights come from beyond its second-level cache.
///
/// *In blocks* otherwise: the transformed input of a block is made by all threads; then each takes one panel of output channels and
/// some of the tiles. It transforms the panel's weights, whose transform is never stored for longer than that, and takes a few tiles at a
/// time through the products and the output transform, so that the transformed output never leaves its cache.
private struct WinogradPlane {
  /// Sides of a tile of output pixels.
  let tile: Int
  let height: Int
  let width: Int
  /// How often each input pixel is repeated along a side.
  let zoom: Int
  let inChannels: Int
  let outChannels: Int
  let products: Products

  /// The plane [height / zoom, width / zoom, inChannels] with what is applied before, packed weights, what is added, and the result.
  struct Operands {
    let x: UnsafePointer<Float>
    let packed: UnsafePointer<Float>
    let bias: UnsafePointer<Float>
    let scale: UnsafePointer<Float>?
    let shift: UnsafePointer<Float>?
    let residual: UnsafePointer<Float>?
    let out: UnsafeMutablePointer<Float>
  }

  private var columns: Int { (width + tile - 1) / tile }
  private var tiles: Int { columns * ((height + tile - 1) / tile) }
  private var tiling: ck_tiling { ck_tiling(out: tile, h: height, w: width, tiles_w: columns) }
  /// Sides of a transformed tile.
  private var side: Int { tile + 2 }
  /// Products, one for each element of a transformed tile.
  private var matrices: Int { side * side }
  /// Columns of a panel of output channels.
  private var panel: Int { products.columns }
  private var panels: Int { products.panels(outChannels) }

  func convolve(_ operands: Operands) {
    // OpenBLAS is slow at products of few rows.
    let isKept = products == .own && matrices * inChannels * panels * panel <= Self.elementsOfKeptWeights
    if isKept { convolveInPieces(operands) } else { convolveInBlocks(operands) }
  }

  private func transformInput(
    _ operands: Operands, _ first: Int, _ count: Int, _ v: UnsafeMutablePointer<Float>, _ plane: Int
  ) {
    ck_winograd_input(
      tiling, first, count, v, plane, operands.x, inChannels, zoom == 2 ? 1 : 0, operands.scale, operands.shift)
  }

  /// Of the output channels from `column` on, as many as a panel has.
  private func transformOutput(
    _ operands: Operands, _ first: Int, _ count: Int, _ m: UnsafePointer<Float>, _ plane: Int, column: Int
  ) {
    ck_winograd_output(
      tiling, first, count, operands.out, outChannels, column, min(panel, outChannels - column), m, plane, panel,
      operands.bias, operands.residual)
  }

  // MARK: - In pieces

  private func convolveInPieces(_ operands: Operands) {
    // Enough pieces for every thread, of whole pieces of the product kernel.
    let share = (tiles + Parallel.threads - 1) / Parallel.threads
    let rows = Self.fewestTilesOfPiece
    let piece = min(Self.tilesOfPiece, (share + rows - 1) / rows * rows)
    let (inPlane, weightPlane) = (piece * inChannels + Self.apart, inChannels * panel + Self.apart)
    let transformed = OwnedStorage(count: panels * matrices * weightPlane)
    withExtendedLifetime(transformed) {
      let u = transformed.pointer
      Parallel.forEach(panels * side) { index in
        let (panelIndex, line) = (index / side, index % side)
        ck_winograd_weights(
          tile, line, u + (panelIndex * matrices + line * side) * weightPlane, weightPlane,
          operands.packed + 9 * inChannels * panelIndex * panel, panel, inChannels)
      }
      Parallel.forRanges(tiles, chunk: piece, scratch: matrices * (inPlane + piece * panel)) { range, v in
        let m = v + matrices * inPlane
        transformInput(operands, range.lowerBound, range.count, v, inPlane)
        for index in 0..<panels {
          for k in 0..<matrices {
            products.multiply(
              m + k * piece * panel, panel, columns: panel, v + k * inPlane, inChannels, rows: range.count,
              u + (index * matrices + k) * weightPlane, panel, inner: inChannels)
          }
          transformOutput(operands, range.lowerBound, range.count, m, piece * panel, column: index * panel)
        }
      }
    }
  }

  // MARK: - In blocks

  /// For how many threads the work is cut. OpenBLAS rounds otherwise in products of few rows than of many (for some processors it has
  /// kernels for small products), so the size of its pieces must not depend on threads.
  private var workers: Int { products == .own ? Parallel.threads : 8 }
  /// Input channels whose weights are transformed at once.
  private var depth: Int { min(inChannels, Self.elementsOfWeights / (side * panel)) }

  /// Tiles whose transformed input is held at once: all blocks of even size.
  private var block: Int {
    let worthWhile = min(Self.tilesWorthWhile, Self.mostElements / (matrices * inChannels))
    let most = max(Self.fewestTiles, worthWhile, workers * Self.elements / (matrices * inChannels))
    let blocks = (tiles + most - 1) / most
    return (tiles + blocks - 1) / blocks
  }

  /// Parts of `count` tiles that threads take with one panel each: few, since each transforms the weights anew, but enough
  /// for no thread to wait long for another.
  private func parts(of count: Int) -> Int {
    func time(_ parts: Int) -> Int {
      let rounds = (panels * parts + workers - 1) / workers
      return rounds * ((count + parts - 1) / parts + Self.tilesWorthOfWeights)
    }
    let fewest = (count * matrices * panel + Self.elementsOfProducts - 1) / Self.elementsOfProducts
    return (fewest...max(fewest, min(4 * workers, count / 8))).min { time($0) < time($1) } ?? fewest
  }

  private func convolveInBlocks(_ operands: Operands) {
    let (inPlane, weightPlane) = (block * inChannels + Self.apart, depth * panel + Self.apart)
    let transformed = OwnedStorage(count: matrices * inPlane)
    withExtendedLifetime(transformed) {
      let v = transformed.pointer
      for first in stride(from: 0, to: tiles, by: block) {
        let count = min(block, tiles - first)
        Parallel.forRanges(count, chunk: Self.tilesPerTransform) { range in
          transformInput(operands, first + range.lowerBound, range.count, v + range.lowerBound * inChannels, inPlane)
        }
        let parts = parts(of: count)
        let most = (count + parts - 1) / parts
        Parallel.forEach(panels * parts, scratch: side * weightPlane + matrices * most * panel) { index, u in
          let (column, part) = (index / parts * panel, index % parts)
          let (start, end) = (count * part / parts, count * (part + 1) / parts)
          let m = u + side * weightPlane
          for channel in stride(from: 0, to: inChannels, by: depth) {
            let channels = min(depth, inChannels - channel)
            let weights = operands.packed + 9 * (inChannels * column + channel * panel)
            for line in 0..<side {
              ck_winograd_weights(tile, line, u, weightPlane, weights, panel, channels)
              for j in 0..<side {
                let k = line * side + j
                products.multiply(
                  m + k * most * panel, panel, columns: panel, v + k * inPlane + start * inChannels + channel,
                  inChannels, rows: end - start, u + j * weightPlane, panel, inner: channels, adding: channel > 0)
              }
            }
          }
          transformOutput(operands, first + start, end - start, m, most * panel, column: column)
        }
      }
    }
  }

  /// Between the matrices of one tile, or they would meet in few sets of the cache: a cache line.
  private static let apart = 16
  /// Elements of transformed weights that are kept for a plane: 1 MB, which is 64 channels by 64.
  private static let elementsOfKeptWeights = 1 << 18
  /// Tiles that go through in one piece: 64 channels of them take 0.6 MB, and rows are two or four whole
  /// pieces of the product kernel.
  private static let tilesOfPiece = 24
  private static let fewestTilesOfPiece = 6
  /// Elements of the transformed input of one block for each thread, if that are not too few tiles: 1 MB.
  private static let elements = 1 << 18
  /// Tiles for which transforming all weights once more is hardly noticed, if they take no more than 16 MB.
  private static let tilesWorthWhile = 192
  private static let mostElements = 1 << 22
  /// Tiles that make it worth while anyhow.
  private static let fewestTiles = 96
  /// Tiles whose products take as long as the transform of the weights.
  private static let tilesWorthOfWeights = 4
  /// Elements of the transformed output of one piece of work: 1 MB.
  private static let elementsOfProducts = 1 << 18
  /// Elements of one line of transformed weights that are held at once: 512 KB, for the second-level cache.
  private static let elementsOfWeights = 1 << 17
  /// Tiles of one piece of the input transform.
  private static let tilesPerTransform = 4
}
