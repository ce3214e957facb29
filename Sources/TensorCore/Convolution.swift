import CKernels

/// Zero padding of a convolution.
public enum Padding: Sendable {
  /// kernel / 2 on all sides.
  case same
  /// One row below and one column at the right: the downsampling of the VQ encoder.
  case bottomRight
}

/// How a convolution is computed.
public enum ConvolutionAlgorithm: Sendable {
  /// The rows of the im2col matrix times the weights: any kernel and stride, and the specification of the others.
  case im2col
  /// F(4x4, 3x3): kernel 3 and stride 1 only, weights four times as large.
  case winograd

  /// What every 3x3 convolution of stride 1 built from here on uses; nil = what is faster.
  @TaskLocal public static var forced: ConvolutionAlgorithm?

  /// The faster one for a plane of `pixels`, by the operations and the bytes that each needs.
  static func choice(pixels: Int, inChannels: Int, outChannels: Int) -> ConvolutionAlgorithm {
    if let forced { return forced }
    let (tiles, weights) = (Double(pixels) / 16, Double(inChannels * outChannels))
    let (operations, bytes) = (100e9, 6e9)  // a second, on a processor of our day; only their ratio counts
    let im2col = tiles * 16 * 18 * weights / operations + 36 * weights / bytes
    let transforms = tiles * 36 * 12 * Double(inChannels + outChannels) / (5 * bytes)
    let winograd = tiles * 72 * weights / operations + 144 * weights / bytes + transforms
    // It must be clearly better to be worth the memory of its weights.
    return winograd < 0.6 * im2col ? .winograd : .im2col
  }
}

/// The weights of a convolution, packed for its algorithm.
public struct ConvolutionWeights: Sendable {
  public let kernel: Int
  public let stride: Int
  public let inChannels: Int
  public let outChannels: Int
  public let algorithm: ConvolutionAlgorithm
  /// im2col: [1, 1, kernel * kernel * in, out], for kernel 1 [out, 1, 1, in]; winograd: [36, 1, in, out].
  let packed: Tensor
  let bias: Tensor

  /// `weights` as PyTorch stores them: [out, in, kernel, kernel]. `pixels` is the size of the smallest plane that they are
  /// likely to meet, by which the algorithm is chosen.
  public init(
    _ weights: Tensor, bias: Tensor, kernel: Int, stride: Int = 1, inChannels: Int, outChannels: Int, pixels: Int
  ) {
    precondition(weights.shape.count == outChannels * inChannels * kernel * kernel, "weights of the announced shape")
    precondition(bias.shape.count == outChannels, "one bias per output channel")
    self.kernel = kernel
    self.stride = stride
    self.inChannels = inChannels
    self.outChannels = outChannels
    self.bias = bias
    algorithm =
      kernel == 3 && stride == 1
      ? .choice(pixels: pixels, inChannels: inChannels, outChannels: outChannels) : .im2col
    let taps = kernel * kernel
    switch algorithm {
    case .im2col where taps == 1:
      packed = weights  // multiplied transposed, as it is
    case .im2col:
      packed = Self.pack(weights, Shape(1, 1, taps * inChannels, outChannels), outChannels) {
        ck_pack_convolution($0, $1, outChannels, inChannels, taps, $2.lowerBound, $2.upperBound)
      }
    case .winograd:
      packed = Self.pack(weights, Shape(36, 1, inChannels, outChannels), outChannels) {
        ck_winograd_weights($0, $1, outChannels, inChannels, $2.lowerBound, $2.upperBound)
      }
    }
  }

  private static func pack(
    _ weights: Tensor, _ shape: Shape, _ outChannels: Int,
    _ kernel: (UnsafeMutablePointer<Float>, UnsafePointer<Float>, Range<Int>) -> Void
  ) -> Tensor {
    Tensor(shape) { packed in
      weights.read { weights in
        Parallel.forRanges(outChannels, chunk: 32) { kernel(packed, weights, $0) }
      }
    }
  }
}

/// x [N, H, W, in] convolved: [N, H', W', out], as PyTorch's conv2d.
///
/// `before` and SiLU are applied to the input on the way in, `upsampled` doubles its sides by repeating pixels, `residual`,
/// of the result's shape, is added on the way out.
public func convolve(
  _ x: Tensor, _ weights: ConvolutionWeights, padding: Padding = .same, before: ChannelAffine? = nil,
  upsampled: Bool = false, residual: Tensor? = nil
) -> Tensor {
  precondition(x.shape.c == weights.inChannels, "\(x.shape) into a convolution of \(weights.inChannels) channels")
  if weights.algorithm == .winograd {
    precondition(padding == .same, "Winograd convolutions pad on all sides")
    return winogradConvolve(x, weights, before: before, upsampled: upsampled, residual: residual)
  }
  let activated = before.map { $0.apply(to: x, silu: true) } ?? x
  let input = upsampled ? activated.upsampledNearest2x() : activated
  var result =
    weights.kernel == 1 && weights.stride == 1
    ? linear(input, weights.packed, bias: weights.bias) : im2colConvolve(input, weights, padding)
  if let residual { result.add(residual) }
  return result
}

/// The im2col matrix in pieces, one product a piece.
private func im2colConvolve(_ x: Tensor, _ weights: ConvolutionWeights, _ padding: Padding) -> Tensor {
  let (kernel, stride, shape) = (weights.kernel, weights.stride, x.shape)
  let before = padding == .same ? kernel / 2 : 0
  let around = padding == .same ? 2 * before : 1
  let (height, width) = ((shape.h + around - kernel) / stride + 1, (shape.w + around - kernel) / stride + 1)
  let (inner, outer) = (kernel * kernel * shape.c, weights.outChannels)
  let chunk = max(16, min(height * width, im2colElements / inner))
  WorkCount.add(matmul: shape.n * height * width, inner, outer)
  return Tensor(Shape(shape.n, height, width, outer)) { out in
    x.read { x in
      weights.packed.read { w in
        weights.bias.read { bias in
          for n in 0..<shape.n {
            let picture = x + n * shape.h * shape.w * shape.c
            let result = out + n * height * width * outer
            Parallel.forRanges(height * width, chunk: chunk, scratch: chunk * inner) { range, rows in
              ck_im2col(
                rows, picture, shape.h, shape.w, shape.c, kernel, stride, before, width, range.lowerBound, range.count)
              let y = result + range.lowerBound * outer
              ck_fill_rows(y, bias, range.count, outer)
              sgemm(range.count, outer, inner, rows, lda: inner, w, ldb: outer, beta: 1, y, ldc: outer)
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
