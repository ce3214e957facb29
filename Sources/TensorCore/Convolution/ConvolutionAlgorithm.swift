/// One way to compute a convolution: what it costs and what it does. Another algorithm is one more value, in a file of its own.
///
/// All but `bfloat16` share one packing of the weights, `ConvolutionWeights.matrix`, so that none has to be chosen when a network is built.
public struct ConvolutionAlgorithm: Sendable {
  public let name: String
  /// What it is listed under in an account of the work, for kernels of 3 x 3 and stride 1.
  let kind: LayerKind
  /// The operations, on one vector of 16 floats each, of a 3x3 convolution of stride 1: of a kind that current processors
  /// do once a cycle. Memory is included, as measured.
  let cost: @Sendable (ConvolutionSize) -> Int
  /// The convolution.
  let run: @Sendable (ConvolutionCall) -> Tensor

  /// What every 3x3 convolution of stride 1 with weights in float32 uses from here on; nil = what is faster.
  @TaskLocal public static var forced: ConvolutionAlgorithm?

  /// Those for 3x3 convolutions of stride 1, each of which rounds more than the one before.
  static let all: [ConvolutionAlgorithm] = [.im2col, .winograd2, .winograd4, .winograd6]

  /// The fastest one for a 3x3 convolution of stride 1.
  static func choice(_ size: ConvolutionSize) -> ConvolutionAlgorithm {
    var (best, time) = (im2col, im2col.cost(size))
    for larger in all.dropFirst() {
      let other = larger.cost(size)
      // Larger tiles round more, so they must be clearly faster.
      if 10 * other < 9 * time { (best, time) = (larger, other) }
    }
    return best
  }

  /// The cost of a 3x3 convolution to `height` x `width` output pixels, by the algorithm that it will have.
  public static func cost(height: Int, width: Int, _ inChannels: Int, _ outChannels: Int, stride: Int) -> Int {
    let products = Products.current
    let size = ConvolutionSize(
      height: height, width: width, inChannels: inChannels, outChannels: outChannels,
      columns: products.panels(outChannels) * products.columns)
    if Precision.current.hasMatrixUnits { return bfloat16.cost(size) }
    return (stride == 1 ? choice(size) : im2col).cost(size)
  }
}

extension ConvolutionAlgorithm: Equatable {
  public static func == (a: ConvolutionAlgorithm, b: ConvolutionAlgorithm) -> Bool { a.name == b.name }
}

/// The sizes by which an algorithm is chosen: the plane of output pixels, channels, columns of packed weights.
struct ConvolutionSize {
  let height: Int
  let width: Int
  let inChannels: Int
  let outChannels: Int
  /// Output channels, filled up to whole panels.
  let columns: Int

  /// Vectors of 16 channels.
  var inVectors: Int { (inChannels + 15) / 16 }
  var outVectors: Int { (outChannels + 15) / 16 }
}

/// The arguments of one convolution: see `convolve`.
struct ConvolutionCall {
  let x: Tensor
  let weights: ConvolutionWeights
  let padding: Padding
  let before: ChannelAffine?
  let upsampled: Bool
  let residual: Tensor?

  var zoom: Int { upsampled ? 2 : 1 }
}
