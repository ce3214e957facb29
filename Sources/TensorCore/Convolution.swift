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
  /// F(2x2, 3x3): kernel 3 and stride 1 only, 4/9 of the multiplications.
  case winograd2
  /// F(4x4, 3x3): a quarter of the multiplications.
  case winograd4
  /// F(6x6, 3x3): a fifth of the multiplications.
  case winograd6

  /// What every 3x3 convolution of stride 1 uses from here on; nil = what is faster.
  @TaskLocal public static var forced: ConvolutionAlgorithm?

  /// Sides of the square of output pixels that Winograd's algorithm makes at once.
  var tile: Int? {
    switch self {
    case .im2col: nil
    case .winograd2: 2
    case .winograd4: 4
    case .winograd6: 6
    }
  }

  /// The fastest one for a 3x3 convolution of stride 1 on a plane of `height` x `width`.
  static func choice(height: Int, width: Int, inChannels: Int, outChannels: Int) -> ConvolutionAlgorithm {
    // Vectors of 16 channels; those of a product come in whole panels.
    let (inVectors, outVectors) = ((inChannels + 15) / 16, (outChannels + 15) / 16)
    let columns = PackedMatrix.panels(outChannels) * PackedMatrix.columns
    /// Operations on one vector each, of a kind that a processor of our day does once a cycle.
    func cost(_ algorithm: ConvolutionAlgorithm) -> Int {
      guard let tile = algorithm.tile else { return height * width * 9 * (inChannels * columns / 16 + 4 * inVectors) }
      let values = ((height + tile - 1) / tile) * ((width + tile - 1) / tile) * (tile + 2) * (tile + 2)
      // As measured, memory included.
      let transforms = values * (35 * inVectors + 25 * outVectors)
      let weights = 3 * (tile + 2) * (tile + 2) * inChannels * columns / 16
      return values * inChannels * columns / 16 + transforms + weights
    }
    // Each rounds more than the one before, so it must be worth it.
    var (best, time) = (ConvolutionAlgorithm.im2col, cost(.im2col))
    for larger in [ConvolutionAlgorithm.winograd2, .winograd4, .winograd6] {
      let other = cost(larger)
      if 10 * other < 9 * time { (best, time) = (larger, other) }
    }
    return best
  }
}

/// The weights of a convolution, packed when they are first used.
public struct ConvolutionWeights: Sendable {
  public let kernel: Int
  public let stride: Int
  public let inChannels: Int
  public let outChannels: Int
  /// [taps * in, out]
  let matrix: PackedMatrix
  let bias: Tensor

  /// `weights` as PyTorch stores them: [out, in, kernel, kernel].
  public init(_ weights: Tensor, bias: Tensor, kernel: Int, stride: Int = 1, inChannels: Int, outChannels: Int) {
    precondition(weights.shape.count == outChannels * inChannels * kernel * kernel, "weights of the announced shape")
    precondition(bias.shape.count == outChannels, "one bias per output channel")
    self.kernel = kernel
    self.stride = stride
    self.inChannels = inChannels
    self.outChannels = outChannels
    self.bias = bias
    matrix = PackedMatrix(weights, taps: kernel * kernel, inChannels: inChannels, outChannels: outChannels)
  }

  /// How a plane of `height` x `width` output pixels is convolved.
  public func algorithm(height: Int, width: Int) -> ConvolutionAlgorithm {
    guard kernel == 3 && stride == 1 else { return .im2col }
    return ConvolutionAlgorithm.forced
      ?? .choice(height: height, width: width, inChannels: inChannels, outChannels: outChannels)
  }

  /// What a convolution with these weights is accounted for as.
  func kind(_ algorithm: ConvolutionAlgorithm) -> LayerKind {
    if kernel == 1 { return .pointwise }
    if stride > 1 { return .strided }
    return algorithm == .im2col ? .im2col : .winograd
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
  let zoom = upsampled ? 2 : 1
  let algorithm = weights.algorithm(height: x.shape.h * zoom, width: x.shape.w * zoom)
  let entry = WorkCount.begin(weights.kind(algorithm))
  let result = convolved(x, weights, algorithm, padding, before, upsampled, residual)
  entry?.end(operations: 2 * result.shape.count * weights.kernel * weights.kernel * weights.inChannels)
  return result
}

private func convolved(
  _ x: Tensor, _ weights: ConvolutionWeights, _ algorithm: ConvolutionAlgorithm, _ padding: Padding,
  _ before: ChannelAffine?, _ upsampled: Bool, _ residual: Tensor?
) -> Tensor {
  precondition(x.shape.c == weights.inChannels, "\(x.shape) into a convolution of \(weights.inChannels) channels")
  if let tile = algorithm.tile {
    precondition(padding == .same, "Winograd convolutions pad on all sides")
    return winogradConvolve(x, weights, tile: tile, before: before, upsampled: upsampled, residual: residual)
  }
  let activated = before.map { $0.apply(to: x, silu: true) } ?? x
  let input = upsampled ? activated.upsampledNearest2x() : activated
  var result =
    weights.kernel == 1 && weights.stride == 1 ? pointwise(input, weights) : im2colConvolve(input, weights, padding)
  if let residual { result.add(residual) }
  return result
}

/// Kernel 1: the pixels as they lie are the rows.
private func pointwise(_ x: Tensor, _ weights: ConvolutionWeights) -> Tensor {
  let (rows, matrix) = (x.shape.pixels, weights.matrix)
  return Tensor(Shape(x.shape.n, x.shape.h, x.shape.w, matrix.outer)) { out in
    x.read { x in weights.bias.read { bias in matrix.multiply(x, rows: rows, bias: bias, out) } }
  }
}

/// The im2col matrix in blocks that stay in the cache.
private func im2colConvolve(_ x: Tensor, _ weights: ConvolutionWeights, _ padding: Padding) -> Tensor {
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

extension Tensor {
  /// Every pixel as a square of 2 x 2: [N, 2H, 2W, C].
  public func upsampledNearest2x() -> Tensor {
    let entry = WorkCount.begin(.layout)
    defer { entry?.end() }
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
