import CKernels

/// Convolution of stride 1 and kernel 3 by Winograd's F(4x4, 3x3): x [N, H, W, in] to [N, H, W, out].
///
/// `transformed` is [36, 1, in, out]. Four times fewer multiplications than the definition, as 36 matrix products over the
/// 6 x 6 tiles that overlap by two; the tiles are taken in blocks whose transforms stay in the cache.
func winogradConvolve(_ x: Tensor, _ transformed: Tensor, outChannels: Int, bias: Tensor) -> Tensor {
  let (shape, inChannels) = (x.shape, x.shape.c)
  let columns = (shape.w + 3) / 4
  let tiles = columns * ((shape.h + 3) / 4)
  let block = min(tiles, max(winogradRows, winogradElements / (36 * (inChannels + outChannels)) / winogradRows * winogradRows))
  let (inPlane, outPlane) = (block * inChannels, block * outChannels)
  WorkCount.add(matmul: shape.n * shape.h * shape.w, 9 * inChannels, outChannels)
  let scratch = Storage(count: 36 * (inPlane + outPlane))
  return Tensor(Shape(shape.n, shape.h, shape.w, outChannels)) { out in
    x.read { x in
      transformed.read { u in
        bias.read { bias in
          withExtendedLifetime(scratch) {
            let (v, m) = (scratch.pointer, scratch.pointer + 36 * inPlane)
            for n in 0..<shape.n {
              let picture = x + n * shape.h * shape.w * inChannels
              let result = out + n * shape.h * shape.w * outChannels
              for first in stride(from: 0, to: tiles, by: block) {
                let count = min(block, tiles - first)
                Parallel.forRanges(count, chunk: winogradTiles) { range in
                  ck_winograd_input(
                    v + range.lowerBound * inChannels, inPlane, picture, shape.h, shape.w, inChannels, columns,
                    first + range.lowerBound, range.count, nil, nil)
                }
                let rows = (count + winogradRows - 1) / winogradRows
                Parallel.forEach(36 * rows) { index in
                  let (k, row) = (index / rows, index % rows * winogradRows)
                  sgemm(
                    min(winogradRows, count - row), outChannels, inChannels, v + k * inPlane + row * inChannels,
                    lda: inChannels, u + k * inChannels * outChannels, ldb: outChannels,
                    m + k * outPlane + row * outChannels, ldc: outChannels)
                }
                Parallel.forRanges(count, chunk: winogradTiles) { range in
                  ck_winograd_output(
                    result, m + range.lowerBound * outChannels, outPlane, shape.h, shape.w, outChannels, columns,
                    first + range.lowerBound, range.count, bias, nil)
                }
              }
            }
          }
        }
      }
    }
  }
}

/// Elements of the transformed input and output of one block of tiles: 16 MB.
private let winogradElements = 1 << 22
/// Rows of one product: enough to make packing the weights cheap, few enough to share a block among threads.
private let winogradRows = 128
/// Tiles of one piece of a transform.
private let winogradTiles = 8
