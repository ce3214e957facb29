/// Zero padding of a convolution.
public enum Padding: Sendable {
  /// kernel / 2 on all sides.
  case same
  /// One row below and one column at the right: the downsampling of the VQ encoder.
  case bottomRight
}

/// The weights of a convolution, packed when they are first used.
public struct ConvolutionWeights: Sendable {
  public let kernel: Int
  public let stride: Int
  public let inChannels: Int
  public let outChannels: Int
  let bias: Tensor
  private let packing: Packing

  private enum Packing {
    /// [taps * in, out]
    case float32(PackedMatrix)
    case bf16(BFloat16Matrix)
  }

  /// Weights in float32, which all algorithms but one take.
  var matrix: PackedMatrix {
    guard case .float32(let matrix) = packing else { preconditionFailure("weights in float32") }
    return matrix
  }

  /// Weights in bfloat16, for the one that takes them.
  var half: BFloat16Matrix {
    guard case .bf16(let matrix) = packing else { preconditionFailure("weights in bfloat16") }
    return matrix
  }

  /// Whether products are in bfloat16.
  public var isHalf: Bool { if case .bf16 = packing { true } else { false } }

  /// `weights` as PyTorch stores them: [out, in, kernel, kernel]. `isHalf`: whether they are kept in bfloat16; by default where the current
  /// precision is that and it is faster.
  public init(
    _ weights: Tensor, bias: Tensor, kernel: Int, stride: Int = 1, inChannels: Int, outChannels: Int,
    isHalf: Bool? = nil
  ) {
    precondition(weights.shape.count == outChannels * inChannels * kernel * kernel, "weights of the announced shape")
    precondition(bias.shape.count == outChannels, "one bias per output channel")
    self.kernel = kernel
    self.stride = stride
    self.inChannels = inChannels
    self.outChannels = outChannels
    self.bias = bias
    let precision = Precision.current
    if isHalf ?? (precision == .bf16 && (kernel == 1 || precision.hasMatrixUnits)) {
      packing = .bf16(BFloat16Matrix(weights, kernel: kernel, inChannels: inChannels, outChannels: outChannels))
    } else {
      packing = .float32(
        PackedMatrix(weights, taps: kernel * kernel, inChannels: inChannels, outChannels: outChannels))
    }
  }

  /// How a plane of `height` x `width` output pixels is convolved.
  public func algorithm(height: Int, width: Int) -> ConvolutionAlgorithm {
    if isHalf { return .bfloat16 }
    guard kernel == 3 && stride == 1 else { return .im2col }
    return ConvolutionAlgorithm.forced
      ?? .choice(
        ConvolutionSize(
          height: height, width: width, inChannels: inChannels, outChannels: outChannels,
          columns: matrix.products.panels(outChannels) * matrix.products.columns))
  }

  /// What a convolution with these weights is accounted for as.
  func kind(_ algorithm: ConvolutionAlgorithm) -> LayerKind {
    if kernel == 1 { return .pointwise }
    return stride > 1 ? .strided : algorithm.kind
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
  let call = ConvolutionCall(
    x: x, weights: weights, padding: padding, before: before, upsampled: upsampled, residual: residual)
  let algorithm = weights.algorithm(height: x.shape.h * call.zoom, width: x.shape.w * call.zoom)
  let entry = WorkCount.begin(weights.kind(algorithm))
  let result = algorithm.run(call)
  entry?.end(operations: 2 * result.shape.count * weights.kernel * weights.kernel * weights.inChannels)
  return result
}

extension Tensor {
  /// Every pixel as a square of 2 x 2: [N, 2H, 2W, C].
  public func upsampledNearest2x() -> Tensor { upsampledNearest(by: 2) }

  /// Every pixel as a square of `factor` a side: [N, factor * H, factor * W, C].
  public func upsampledNearest(by factor: Int) -> Tensor {
    let entry = WorkCount.begin(.layout)
    defer { entry?.end() }
    let (h, w, c) = (shape.h, shape.w, shape.c)
    return Tensor(Shape(shape.n, factor * h, factor * w, c)) { out in
      read { x in
        Parallel.forEach(shape.n * h) { row in
          let line = factor * w * c
          let (source, upper) = (x + row * w * c, out + factor * row * line)
          for column in 0..<w {
            for copy in 0..<factor {
              (upper + (factor * column + copy) * c).update(from: source + column * c, count: c)
            }
          }
          for copy in 1..<max(1, factor) { (upper + copy * line).update(from: upper, count: line) }
        }
      }
    }
  }
}
