import CKernels

extension ConvolutionAlgorithm {
  /// The rows of the im2col matrix times the weights: any kernel and stride, and the specification of the others.
  public static let im2col = ConvolutionAlgorithm(
    name: "im2col", kind: .im2col,
    cost: { size in size.height * size.width * 9 * (size.inChannels * size.columns / 16 + 4 * size.inVectors) },
    run: { call in
      let activated = call.before.map { $0.apply(to: call.x, silu: true) } ?? call.x
      let input = call.upsampled ? activated.upsampledNearest2x() : activated
      let weights = call.weights
      var result =
        weights.kernel == 1 && weights.stride == 1
        ? pointwise(input, weights) : multiplied(input, weights, call.padding)
      if let residual = call.residual { result.add(residual) }
      return result
    })
}

/// Kernel 1: the pixels as they lie are the rows.
private func pointwise(_ x: Tensor, _ weights: ConvolutionWeights) -> Tensor {
  let (rows, matrix) = (x.shape.pixels, weights.matrix)
  return Tensor(Shape(x.shape.n, x.shape.h, x.shape.w, matrix.outer)) { out in
    x.read { x in weights.bias.read { bias in matrix.multiply(x, rows: rows, bias: bias, out) } }
  }
}

/// The im2col matrix in blocks that stay in the cache.
private func multiplied(_ x: Tensor, _ weights: ConvolutionWeights, _ padding: Padding) -> Tensor {
  let (kernel, stride, shape, matrix) = (weights.kernel, weights.stride, x.shape, weights.matrix)
  let before = padding == .same ? kernel / 2 : 0
  let around = padding == .same ? 2 * before : 1
  let (height, width) = ((shape.h + around - kernel) / stride + 1, (shape.w + around - kernel) / stride + 1)
  let pixels = height * width
  let block = max(16, min(pixels, im2colElements / matrix.inner))
  let rows = OwnedStorage(count: block * matrix.inner)
  return withExtendedLifetime(rows) {
    Tensor(Shape(shape.n, height, width, matrix.outer)) { out in
      x.read { x in
        weights.bias.read { bias in
          for n in 0..<shape.n {
            let picture = x + n * shape.h * shape.w * shape.c
            for first in Swift.stride(from: 0, to: pixels, by: block) {
              let count = min(block, pixels - first)
              Parallel.forRanges(count, chunk: 16) { range in
                ck_im2col(
                  rows.pointer + range.lowerBound * matrix.inner, picture, shape.h, shape.w, shape.c, kernel, stride,
                  before, width, first + range.lowerBound, range.count)
              }
              matrix.multiply(rows.pointer, rows: count, bias: bias, out + (n * pixels + first) * matrix.outer)
            }
          }
        }
      }
    }
  }
}

/// Elements of one block of the im2col matrix: 4 MB.
private let im2colElements = 1 << 20
