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
                  x + first / (zoom * zoom) * inChannels, packed, bias, scale.map { $0 + n * inChannels },
                  shift.map { $0 + n * inChannels }, residual.map { $0 + first * outChannels },
                  out + first * outChannels)
              }
            }
          }
        }
      }
    }
  }
}

/// One picture's plane of tiles, taken in blocks: the transformed input of a block is made by all threads; then each
/// takes one panel of output channels and some of the tiles. It transforms the panel's weights, whose transform is never
/// stored for longer than that, and takes a few tiles at a time through the products and the output transform, so that
/// the transformed output never leaves its cache.
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

  private var columns: Int { (width + tile - 1) / tile }
  private var tiles: Int { columns * ((height + tile - 1) / tile) }
  /// Sides of a transformed tile.
  private var side: Int { tile + 2 }
  /// Products, one for each element of a transformed tile.
  private var matrices: Int { side * side }
  private var panels: Int { products.panels(outChannels) }
  /// For how many threads the work is cut. OpenBLAS rounds otherwise in products of few rows than of many (for some processors it has
  /// kernels for small products), so the size of its pieces must not depend on threads.
  private var workers: Int { products == .own ? Parallel.threads : 8 }
  /// Input channels whose weights are transformed at once.
  private var depth: Int { min(inChannels, Self.elementsOfWeights / (side * products.columns)) }

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
    let fewest = (count * matrices * products.columns + Self.elementsOfProducts - 1) / Self.elementsOfProducts
    return (fewest...max(fewest, min(4 * workers, count / 8))).min { time($0) < time($1) } ?? fewest
  }

  func convolve(
    _ x: UnsafePointer<Float>, _ packed: UnsafePointer<Float>, _ bias: UnsafePointer<Float>,
    _ scale: UnsafePointer<Float>?, _ shift: UnsafePointer<Float>?, _ residual: UnsafePointer<Float>?,
    _ out: UnsafeMutablePointer<Float>
  ) {
    let (block, panel) = (block, products.columns)
    // A cache line apart, or the matrices of one tile would meet in few sets of the cache.
    let (inPlane, weightPlane) = (block * inChannels + 16, depth * panel + 16)
    let tiling = ck_tiling(out: tile, h: height, w: width, tiles_w: columns)
    let transformed = OwnedStorage(count: matrices * inPlane)
    withExtendedLifetime(transformed) {
      let v = transformed.pointer
      for first in stride(from: 0, to: tiles, by: block) {
        let count = min(block, tiles - first)
        Parallel.forRanges(count, chunk: Self.tilesPerTransform) { range in
          ck_winograd_input(
            tiling, first + range.lowerBound, range.count, v + range.lowerBound * inChannels, inPlane, x, inChannels,
            zoom == 2 ? 1 : 0, scale, shift)
        }
        let parts = parts(of: count)
        let most = (count + parts - 1) / parts
        Parallel.forEach(panels * parts, scratch: side * weightPlane + matrices * most * panel) { index, u in
          let (column, part) = (index / parts * panel, index % parts)
          let (start, end) = (count * part / parts, count * (part + 1) / parts)
          let m = u + side * weightPlane
          for channel in stride(from: 0, to: inChannels, by: depth) {
            let channels = min(depth, inChannels - channel)
            let weights = packed + 9 * (inChannels * column + channel * panel)
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
          ck_winograd_output(
            tiling, first + start, end - start, out, outChannels, column, min(panel, outChannels - column), m,
            most * panel, panel, bias, residual)
        }
      }
    }
  }

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
