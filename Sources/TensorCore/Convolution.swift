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
  /// F(2x2, 3x3): kernel 3 and stride 1 only, 4/9 of the multiplications, weights 1.8 times as large.
  case winograd2
  /// F(4x4, 3x3): a quarter of the multiplications, weights four times as large.
  case winograd4
  /// F(6x6, 3x3): a fifth of the multiplications, weights seven times as large.
  case winograd6

  /// What every 3x3 convolution of stride 1 built from here on uses; nil = what is faster.
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

  /// The fastest one for a plane of `size` x `size`, by the operations and the bytes that each needs.
  static func choice(size: Int, inChannels: Int, outChannels: Int) -> ConvolutionAlgorithm {
    if let forced { return forced }
    // Transforms take as long for 3 channels as for 16.
    func wholeVectors(_ channels: Int) -> Int { (channels + 15) / 16 * 16 }
    func cost(_ algorithm: ConvolutionAlgorithm) -> Double {
      let (operations, bytes) = (100e9, 6e9)  // a second, on a processor of our day; only their ratio counts
      let weights = Double(inChannels * PackedMatrix.panels(outChannels) * PackedMatrix.columns)
      guard let tile = algorithm.tile else {
        return Double(size * size) * 18 * weights / operations + 36 * weights / bytes
      }
      let side = (size + tile - 1) / tile
      let matrices = Double((tile + 2) * (tile + 2))
      let values = Double(side * side) * matrices
      let transforms = values * 12 * Double(wholeVectors(inChannels) + wholeVectors(outChannels)) / (5 * bytes)
      return values * 2 * weights / operations + 4 * matrices * weights / bytes + transforms
    }
    // A faster one must be clearly better to be worth the memory of its weights.
    var (best, time) = (ConvolutionAlgorithm.im2col, cost(.im2col))
    for (larger, limit) in [(ConvolutionAlgorithm.winograd2, 0.7), (.winograd4, 0.8), (.winograd6, 0.85)] {
      let other = cost(larger)
      if other < limit * time { (best, time) = (larger, other) }
    }
    return best
  }
}

/// The weights of a convolution, packed for its algorithm when they are first used.
public struct ConvolutionWeights: Sendable {
  public let kernel: Int
  public let stride: Int
  public let inChannels: Int
  public let outChannels: Int
  public let algorithm: ConvolutionAlgorithm
  let packed: Packed
  let bias: Tensor

  enum Packed: Sendable {
    case rows(PackedMatrix)
    case winograd(WinogradWeights)
  }

  /// `weights` as PyTorch stores them: [out, in, kernel, kernel]. `size` is the side of the smallest plane that they are
  /// likely to meet, by which the algorithm is chosen.
  public init(
    _ weights: Tensor, bias: Tensor, kernel: Int, stride: Int = 1, inChannels: Int, outChannels: Int, size: Int
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
      ? .choice(size: size, inChannels: inChannels, outChannels: outChannels) : .im2col
    if let tile = algorithm.tile {
      packed = .winograd(WinogradWeights(weights, tile: tile, inChannels: inChannels, outChannels: outChannels))
    } else {
      packed = .rows(
        PackedMatrix(weights, taps: kernel * kernel, inChannels: inChannels, outChannels: outChannels))
    }
  }

  /// What a convolution with these weights is accounted for as.
  var kind: LayerKind {
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
  let entry = WorkCount.begin(weights.kind)
  let result = convolved(x, weights, padding, before, upsampled, residual)
  entry?.end(operations: 2 * result.shape.count * weights.kernel * weights.kernel * weights.inChannels)
  return result
}

private func convolved(
  _ x: Tensor, _ weights: ConvolutionWeights, _ padding: Padding, _ before: ChannelAffine?, _ upsampled: Bool,
  _ residual: Tensor?
) -> Tensor {
  precondition(x.shape.c == weights.inChannels, "\(x.shape) into a convolution of \(weights.inChannels) channels")
  switch weights.packed {
  case .winograd(let u):
    precondition(padding == .same, "Winograd convolutions pad on all sides")
    return winogradConvolve(x, u, bias: weights.bias, before: before, upsampled: upsampled, residual: residual)
  case .rows(let matrix):
    let activated = before.map { $0.apply(to: x, silu: true) } ?? x
    let input = upsampled ? activated.upsampledNearest2x() : activated
    let isPointwise = weights.kernel == 1 && weights.stride == 1
    var result =
      isPointwise ? pointwise(input, matrix, bias: weights.bias) : im2colConvolve(input, matrix, weights, padding)
    if let residual { result.add(residual) }
    return result
  }
}

/// Kernel 1: the pixels as they lie are the rows.
private func pointwise(_ x: Tensor, _ matrix: PackedMatrix, bias: Tensor) -> Tensor {
  let rows = x.shape.pixels
  return Tensor(Shape(x.shape.n, x.shape.h, x.shape.w, matrix.outer)) { out in
    x.read { x in bias.read { bias in matrix.multiply(x, rows: rows, bias: bias, out) } }
  }
}

/// The im2col matrix in blocks that stay in the cache.
private func im2colConvolve(
  _ x: Tensor, _ matrix: PackedMatrix, _ weights: ConvolutionWeights, _ padding: Padding
) -> Tensor {
  let (kernel, stride, shape) = (weights.kernel, weights.stride, x.shape)
  let before = padding == .same ? kernel / 2 : 0
  let around = padding == .same ? 2 * before : 1
  let (height, width) = ((shape.h + around - kernel) / stride + 1, (shape.w + around - kernel) / stride + 1)
  let pixels = height * width
  let block = max(16, min(pixels, im2colElements / matrix.inner))
  let rows = OwnedStorage(count: block * matrix.inner)
  return Tensor(Shape(shape.n, height, width, matrix.outer)) { out in
    x.read { x in
      weights.bias.read { bias in
        for n in 0..<shape.n {
          let picture = x + n * shape.h * shape.w * shape.c
          for first in Swift.stride(from: 0, to: pixels, by: block) {
            let count = min(block, pixels - first)
            Parallel.forRanges(count, chunk: 16) { range in
              ck_im2col(
                rows.pointer + range.lowerBound * matrix.inner, picture, shape.h, shape.w, shape.c, kernel, stride,
                before,
                width, first + range.lowerBound, range.count)
            }
            matrix.multiply(
              rows.pointer, rows: count, bias: bias, out + (n * pixels + first) * matrix.outer)
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
