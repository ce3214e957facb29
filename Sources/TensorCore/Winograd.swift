import CKernels

/// Convolution of stride 1 and kernel 3 by Winograd's F(4x4, 3x3): see `convolve` for the arguments.
///
/// Four times fewer multiplications than the definition, as 36 matrix products over the 6 x 6 tiles that overlap by two;
/// the tiles are taken in blocks whose transforms stay in the cache.
func winogradConvolve(
  _ x: Tensor, _ weights: ConvolutionWeights, before: ChannelAffine?, upsampled: Bool, residual: Tensor?
) -> Tensor {
  let (inChannels, outChannels) = (weights.inChannels, weights.outChannels)
  let zoom = upsampled ? 2 : 1
  let result = Shape(x.shape.n, x.shape.h * zoom, x.shape.w * zoom, outChannels)
  precondition(residual.map { $0.shape == result } ?? true, "a residual of the result's shape")
  WorkCount.add(matmul: result.pixels, 9 * inChannels, outChannels)
  let plane = WinogradPlane(
    height: result.h, width: result.w, zoom: zoom, inChannels: inChannels, outChannels: outChannels)
  return Tensor(result) { out in
    x.read { x in
      weights.packed.read { u in
        weights.bias.read { bias in
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

/// One picture's plane of 4 x 4 tiles.
private struct WinogradPlane {
  let height: Int
  let width: Int
  /// How often each input pixel is repeated along a side.
  let zoom: Int
  let inChannels: Int
  let outChannels: Int

  private var columns: Int { (width + 3) / 4 }
  private var tiles: Int { columns * ((height + 3) / 4) }

  /// Tiles whose transforms are held at once.
  private var block: Int {
    let fitting = Self.elements / (36 * (inChannels + outChannels)) / Self.rows * Self.rows
    return min(tiles, max(Self.rows, fitting))
  }

  func convolve(
    _ x: UnsafePointer<Float>, _ u: UnsafePointer<Float>, _ bias: UnsafePointer<Float>, _ scale: UnsafePointer<Float>?,
    _ shift: UnsafePointer<Float>?, _ residual: UnsafePointer<Float>?, _ out: UnsafeMutablePointer<Float>
  ) {
    let (inPlane, outPlane) = (block * inChannels, block * outChannels)
    // Of one size for most layers, so that freed memory serves the next.
    let scratch = Storage(count: max(36 * (inPlane + outPlane), Self.elements))
    withExtendedLifetime(scratch) {
      let (v, m) = (scratch.pointer, scratch.pointer + 36 * inPlane)
      for first in stride(from: 0, to: tiles, by: block) {
        let count = min(block, tiles - first)
        Parallel.forRanges(count, chunk: Self.tilesPerPiece) { range in
          ck_winograd_input(
            v + range.lowerBound * inChannels, inPlane, x, height, width, inChannels, zoom, columns,
            first + range.lowerBound, range.count, scale, shift)
        }
        let pieces = (count + Self.rows - 1) / Self.rows
        Parallel.forEach(36 * pieces) { index in
          let (k, row) = (index / pieces, index % pieces * Self.rows)
          sgemm(
            min(Self.rows, count - row), outChannels, inChannels, v + k * inPlane + row * inChannels, lda: inChannels,
            u + k * inChannels * outChannels, ldb: outChannels, m + k * outPlane + row * outChannels, ldc: outChannels)
        }
        Parallel.forRanges(count, chunk: Self.tilesPerPiece) { range in
          ck_winograd_output(
            out, m + range.lowerBound * outChannels, outPlane, height, width, outChannels, columns,
            first + range.lowerBound, range.count, bias, residual)
        }
      }
    }
  }

  /// Elements of the transformed input and output of one block of tiles: 16 MB.
  private static let elements = 1 << 22
  /// Rows of one product: enough to make packing the weights cheap, few enough to share a block among threads.
  private static let rows = 256
  /// Tiles of one piece of a transform.
  private static let tilesPerPiece = 8
}

private func withOptional<R>(_ tensor: Tensor?, _ body: (UnsafePointer<Float>?) -> R) -> R {
  if let tensor { tensor.read { body($0) } } else { body(nil) }
}

private func withOptional<R>(
  _ affine: ChannelAffine?, _ body: (UnsafePointer<Float>?, UnsafePointer<Float>?) -> R
) -> R {
  if let affine { affine.withPointers { body($0, $1) } } else { body(nil, nil) }
}
