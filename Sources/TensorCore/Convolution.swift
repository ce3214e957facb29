import CKernels

/// Zero padding of a convolution.
public enum Padding: Sendable {
  /// kernel / 2 on all sides.
  case same
  /// One row below and one column at the right: the downsampling of the VQ encoder.
  case bottomRight
}

/// The weights of a convolution, packed for the matrix product: [kernel * kernel * in, out].
public struct ConvolutionWeights: Sendable {
  public let kernel: Int
  public let inChannels: Int
  public let outChannels: Int
  let matrix: Tensor
  let bias: Tensor?

  /// `weights` as PyTorch stores them: [out, in, kernel, kernel].
  public init(_ weights: Tensor, bias: Tensor?, kernel: Int, inChannels: Int, outChannels: Int) {
    precondition(weights.shape.count == outChannels * inChannels * kernel * kernel, "weights of the announced shape")
    self.kernel = kernel
    self.inChannels = inChannels
    self.outChannels = outChannels
    self.bias = bias
    let taps = kernel * kernel
    if taps == 1 {
      matrix = weights  // [out, in]: multiplied transposed, as it is
    } else {
      matrix = Tensor(Shape(1, 1, taps * inChannels, outChannels)) { packed in
        weights.read { w in
          Parallel.forRanges(outChannels, chunk: 32) {
            ck_pack_convolution(packed, w, outChannels, inChannels, taps, $0.lowerBound, $0.upperBound)
          }
        }
      }
    }
  }
}

/// x [N, H, W, in] convolved: [N, H', W', out], as PyTorch's conv2d. im2col in pieces, then one product a piece.
public func convolve(_ x: Tensor, _ weights: ConvolutionWeights, stride: Int = 1, padding: Padding = .same) -> Tensor {
  precondition(x.shape.c == weights.inChannels, "\(x.shape) into a convolution of \(weights.inChannels) channels")
  if weights.kernel == 1 && stride == 1 { return linear(x, weights.matrix, bias: weights.bias) }
  let (kernel, shape) = (weights.kernel, x.shape)
  let before = padding == .same ? kernel / 2 : 0
  let around = padding == .same ? 2 * before : 1
  let (height, width) = ((shape.h + around - kernel) / stride + 1, (shape.w + around - kernel) / stride + 1)
  let (inner, outer) = (kernel * kernel * shape.c, weights.outChannels)
  let chunk = max(16, min(height * width, im2colElements / inner))
  WorkCount.add(matmul: shape.n * height * width, inner, outer)
  return Tensor(Shape(shape.n, height, width, outer)) { out in
    x.read { x in
      weights.matrix.read { w in
        withBias(weights.bias) { bias in
          for n in 0..<shape.n {
            let picture = x + n * shape.h * shape.w * shape.c
            let result = out + n * height * width * outer
            Parallel.forRanges(height * width, chunk: chunk, scratch: chunk * inner) { range, rows in
              ck_im2col(
                rows, picture, shape.h, shape.w, shape.c, kernel, stride, before, width, range.lowerBound, range.count)
              let y = result + range.lowerBound * outer
              initialise(y, rows: range.count, columns: outer, bias: bias)
              sgemm(range.count, outer, inner, rows, lda: inner, w, ldb: outer, beta: bias == nil ? 0 : 1, y, ldc: outer)
            }
          }
        }
      }
    }
  }
}

/// Elements of one piece of the im2col matrix: 4 MB, so that packing the weights anew for each piece does not matter.
private let im2colElements = 1 << 20

extension Tensor {
  /// Every pixel as a square of 2 x 2: [N, 2H, 2W, C].
  public func upsampledNearest2x() -> Tensor {
    let (h, w, c) = (shape.h, shape.w, shape.c)
    return Tensor(Shape(shape.n, 2 * h, 2 * w, c)) { out in
      read { x in
        Parallel.forEach(shape.n * h) { row in
          let (source, upper) = (x + row * w * c, out + 2 * row * 2 * w * c)
          for column in 0..<w {
            (upper + 2 * column * c).update(from: source + column * c, count: c)
            (upper + (2 * column + 1) * c).update(from: source + column * c, count: c)
          }
          (upper + 2 * w * c).update(from: upper, count: 2 * w * c)
        }
      }
    }
  }
}
