import CKernels

/// The weights of a 3x3 convolution, transformed for tiles of `tile` x `tile` output pixels.
struct WinogradWeights: Sendable {
  let tile: Int
  let inChannels: Int
  let outChannels: Int
  /// (tile + 2)² packed matrices [in, out].
  fileprivate let packed: Tensor

  /// `weights` as PyTorch stores them: [out, in, 3, 3].
  init(_ weights: Tensor, tile: Int, inChannels: Int, outChannels: Int) {
    self.tile = tile
    self.inChannels = inChannels
    self.outChannels = outChannels
    let panels = PackedMatrix.panels(outChannels)
    let shape = Shape((tile + 2) * (tile + 2), panels, inChannels, PackedMatrix.columns)
    packed = Tensor(whenFirstRead: shape, from: weights) { u, weights in
      Parallel.forEach(panels) { ck_winograd_weights(tile, u, weights, outChannels, inChannels, $0) }
    }
  }
}

/// Convolution of stride 1 and kernel 3 by Winograd's F(m x m, 3x3): see `convolve` for the arguments.
func winogradConvolve(
  _ x: Tensor, _ weights: WinogradWeights, bias: Tensor, before: ChannelAffine?, upsampled: Bool, residual: Tensor?
) -> Tensor {
  let (inChannels, outChannels) = (weights.inChannels, weights.outChannels)
  let zoom = upsampled ? 2 : 1
  let result = Shape(x.shape.n, x.shape.h * zoom, x.shape.w * zoom, outChannels)
  precondition(residual.map { $0.shape == result } ?? true, "a residual of the result's shape")
  let plane = WinogradPlane(weights, height: result.h, width: result.w, zoom: zoom)
  return Tensor(result) { out in
    x.read { x in
      weights.packed.read { u in
        bias.read { bias in
          withOptional(residual) { residual in
            withOptional(before) { scale, shift in
              for n in 0..<result.n {
                let first = n * result.h * result.w
                plane.convolve(
                  x + first / (zoom * zoom) * inChannels, u, bias, scale.map { $0 + n * inChannels },
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
/// takes some tiles and one panel of output channels at a time through the products and the output transform, so that
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

  init(_ weights: WinogradWeights, height: Int, width: Int, zoom: Int) {
    (tile, inChannels, outChannels) = (weights.tile, weights.inChannels, weights.outChannels)
    (self.height, self.width, self.zoom) = (height, width, zoom)
  }

  private var columns: Int { (width + tile - 1) / tile }
  private var tiles: Int { columns * ((height + tile - 1) / tile) }
  /// Products, one for each element of a transformed tile.
  private var matrices: Int { (tile + 2) * (tile + 2) }

  /// Tiles whose transformed input is held at once: all blocks of even size.
  private var block: Int {
    let most = max(Self.fewestTiles, Parallel.threads * Self.elements / (matrices * inChannels))
    let blocks = (tiles + most - 1) / most
    return (tiles + blocks - 1) / blocks
  }

  func convolve(
    _ x: UnsafePointer<Float>, _ u: UnsafePointer<Float>, _ bias: UnsafePointer<Float>, _ scale: UnsafePointer<Float>?,
    _ shift: UnsafePointer<Float>?, _ residual: UnsafePointer<Float>?, _ out: UnsafeMutablePointer<Float>
  ) {
    let (block, panel, panels) = (block, PackedMatrix.columns, PackedMatrix.panels(outChannels))
    // A cache line apart, or the matrices of one tile would meet in few sets of the cache.
    let inPlane = block * inChannels + 16
    let matrix = panels * panel * inChannels
    let tiling = ck_tiling(out: tile, h: height, w: width, tiles_w: columns)
    // Of one size for most layers, so that freed memory serves the next.
    let transformed = OwnedStorage(count: max(matrices * inPlane, Parallel.threads * Self.elements))
    withExtendedLifetime(transformed) {
      let v = transformed.pointer
      for first in stride(from: 0, to: tiles, by: block) {
        let count = min(block, tiles - first)
        Parallel.forRanges(count, chunk: Self.tilesPerTransform) { range in
          ck_winograd_input(
            tiling, first + range.lowerBound, range.count, v + range.lowerBound * inChannels, inPlane, x, inChannels,
            zoom == 2 ? 1 : 0, scale, shift)
        }
        // So many pieces that their products stay in the cache and all threads have some.
        let most = Self.elementsOfProducts / (matrices * panel)
        let pieces = max((count + most - 1) / most, min((count + 7) / 8, 2 * Parallel.threads / panels))
        let size = (count + pieces - 1) / pieces
        Parallel.forEach(panels * pieces, scratch: matrices * size * panel) { index, m in
          let (column, row) = (index / pieces * panel, index % pieces * size)
          let rows = min(size, count - row)
          guard rows > 0 else { return }
          for k in 0..<matrices {
            ck_gemm_panel(
              m + k * size * panel, panel, panel, v + k * inPlane + row * inChannels, inChannels, rows,
              u + k * matrix + column * inChannels, inChannels, nil)
          }
          ck_winograd_output(
            tiling, first + row, rows, out, outChannels, column, min(panel, outChannels - column), m, size * panel,
            panel,
            bias, residual)
        }
      }
    }
  }

  /// Elements of the transformed input of one block for each thread, if that are not too few tiles: 1 MB.
  private static let elements = 1 << 18
  /// Tiles that make reading all weights once more worth while.
  private static let fewestTiles = 32
  /// Elements of the transformed output of one piece of work: 256 KB, for the second-level cache.
  private static let elementsOfProducts = 1 << 16
  /// Tiles of one piece of the input transform.
  private static let tilesPerTransform = 4
}

private func withOptional<R>(_ tensor: Tensor?, _ body: (UnsafePointer<Float>?) -> R) -> R {
  if let tensor { tensor.read { body($0) } } else { body(nil) }
}

private func withOptional<R>(
  _ affine: ChannelAffine?, _ body: (UnsafePointer<Float>?, UnsafePointer<Float>?) -> R
) -> R {
  if let affine { affine.withPointers { body($0, $1) } } else { body(nil, nil) }
}
