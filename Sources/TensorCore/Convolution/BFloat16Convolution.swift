import CKernels

extension ConvolutionAlgorithm {
  /// One product in bfloat16 over the pixels of the padded plane as they lie: kernels of one and three, strides up to three, for weights in bfloat16
  /// only.
  static let bfloat16 = ConvolutionAlgorithm(
    name: "bf16", kind: .direct,
    cost: { size in
      let channels = BFloat16Rows.filled(size.inChannels) * BFloat16Rows.filled(size.outChannels)
      return size.height * size.width * (9 * channels / (16 * matrixRate) + 4 * size.inVectors + 2 * size.outVectors)
    },
    run: { call in
      call.weights.kernel == 1 && call.weights.stride == 1 && !call.upsampled ? pointwise(call) : plane(call)
    })

  /// How many vector operations in float32 take the time of those of a matrix unit for as many elements, about.
  static let matrixRate = 10
}

/// Kernel 1: the pixels as they lie are the rows.
private func pointwise(_ call: ConvolutionCall) -> Tensor {
  let activated = call.before.map { $0.apply(to: call.x, silu: true) } ?? call.x
  let shape = Shape(call.x.shape.n, call.x.shape.h, call.x.shape.w, call.weights.outChannels)
  return product(BFloat16Rows(activated), call.weights, shape, residual: call.residual)
}

private func plane(_ call: ConvolutionCall) -> Tensor {
  let (x, weights) = (call.x, call.weights)
  let geometry = PlaneGeometry(x.shape, weights, call.padding, zoom: call.zoom)
  let result = geometry.result
  precondition(call.residual.map { $0.shape == result } ?? true, "a residual of the result's shape")
  var sums: ChannelSums?
  let tensor = Tensor(result) { out in
    withOptional(call.residual) { residual in
      for n in 0..<x.shape.n {
        let place = n * result.h * result.w * result.c
        let padded = x.read { geometry.padded($0 + n * x.shape.h * x.shape.w * x.shape.c, nil, n, call.before) }
        sums = geometry.multiply(padded, weights, isSummed: x.shape.n == 1) { product in
          product.y = out + place
          product.residual = residual.map { $0 + place }
        }
      }
    }
  }
  return tensor.knowing(sums)
}

/// A plane [1, H, W, C] in bfloat16, with what a norm wants to know of it.
public struct BFloat16Plane: Sendable {
  public let shape: Shape
  let rows: BFloat16Rows
  let sums: ChannelSums
}

extension BFloat16Plane {
  /// The convolution of SiLU(before(x)), of one picture, as `convolve`.
  public init(_ x: Tensor, _ weights: ConvolutionWeights, before: ChannelAffine) {
    precondition(x.shape.n == 1 && x.shape.c == weights.inChannels, "one picture, of as many channels")
    let entry = WorkCount.begin(.direct)
    let geometry = PlaneGeometry(x.shape, weights, .same, zoom: 1)
    let padded = x.read { geometry.padded($0, nil, 0, before) }
    var sums: ChannelSums?
    shape = geometry.result
    rows = BFloat16Rows(rows: shape.pixels, channels: shape.c) { out in
      sums = geometry.multiply(padded, weights) { product in
        (product.half, product.half_channels) = (out, BFloat16Rows.filled(weights.outChannels))
      }
    }
    guard let sums else { preconditionFailure("sums were asked for") }
    self.sums = sums
    entry?.end(operations: 2 * shape.count * weights.kernel * weights.kernel * weights.inChannels)
  }

  /// The convolution of SiLU(before(self)), plus `residual`.
  public func convolved(_ weights: ConvolutionWeights, before: ChannelAffine, residual: Tensor?) -> Tensor {
    precondition(shape.c == weights.inChannels, "as many channels")
    let entry = WorkCount.begin(.direct)
    let geometry = PlaneGeometry(shape, weights, .same, zoom: 1)
    let result = geometry.result
    precondition(residual.map { $0.shape == result } ?? true, "a residual of the result's shape")
    let padded = rows.read { geometry.padded(nil, $0, 0, before) }
    var sums: ChannelSums?
    let tensor = Tensor(result) { out in
      withOptional(residual) { residual in
        sums = geometry.multiply(padded, weights) { product in (product.y, product.residual) = (out, residual) }
      }
    }
    entry?.end(operations: 2 * result.count * weights.kernel * weights.kernel * weights.inChannels)
    return tensor.knowing(sums)
  }

  /// The plane in float32.
  public var widened: Tensor { rows.widened.reshaped(shape) }
}

/// How a plane lies in memory with its padding, and what comes of it.
private struct PlaneGeometry {
  let shape: Shape
  let result: Shape
  private let before: Int
  private let after: Int
  private let zoom: Int

  private var lines: Int { shape.h * zoom + before + after }
  private var pitch: Int { shape.w * zoom + before + after }

  init(_ shape: Shape, _ weights: ConvolutionWeights, _ padding: Padding, zoom: Int) {
    (self.shape, self.zoom) = (shape, zoom)
    before = padding == .same ? weights.kernel / 2 : 0
    after = padding == .same ? before : 1
    func side(_ length: Int, _ around: Int) -> Int { (length * zoom + around - weights.kernel) / weights.stride + 1 }
    result = Shape(
      shape.n, side(shape.h, before + after), side(shape.w, before + after), weights.outChannels)
    precondition(15 * weights.stride < BFloat16Rows.slack, "rows of a last tile within the slack")
    precondition(min(lines, pitch) >= weights.kernel, "a plane no smaller than the kernel")
  }

  /// The padded plane of picture n, whose pixels are in float32 or in bfloat16, after SiLU(affine) if there is one.
  func padded(
    _ x: UnsafePointer<Float>?, _ half: UnsafePointer<UInt16>?, _ n: Int, _ affine: ChannelAffine?
  ) -> BFloat16Rows {
    let filled = BFloat16Rows.filled(shape.c)
    return withOptional(affine) { scale, shift in
      let (scale, shift) = (scale.map { $0 + n * shape.c }, shift.map { $0 + n * shape.c })
      return BFloat16Rows(rows: lines * pitch, channels: shape.c) { plane in
        Parallel.forRanges(lines, chunk: max(1, Parallel.elementChunk / (pitch * filled))) { range in
          ck_bf16_plane(
            plane + range.lowerBound * pitch * filled, filled, x, half, shape.h, shape.w, shape.c, before, after,
            zoom == 2 ? 1 : 0, scale, shift, range.lowerBound, range.count)
        }
      }
    }
  }

  /// The product of a padded plane with weights; `target` says where it goes.
  func multiply(
    _ padded: BFloat16Rows, _ weights: ConvolutionWeights, isSummed: Bool = true,
    _ target: (inout ck_bf16_product) -> Void
  ) -> ChannelSums? {
    padded.read { plane in
      weights.bias.read { bias in
        var product = ck_bf16_product()
        (product.a, product.pitch, product.stride) = (plane, pitch, weights.stride)
        (product.height, product.width) = (result.h, result.w)
        target(&product)
        return weights.half.multiply(product, bias: bias, isSummed: isSummed)
      }
    }
  }
}

/// rows times the weights of a kernel of 1, as a tensor of `shape`; row i and what is added to it are those of pixel `places[i]`.
func product(
  _ rows: BFloat16Rows, _ weights: ConvolutionWeights, _ shape: Shape, residual: Tensor? = nil, places: [Int32]? = nil
) -> Tensor {
  precondition(
    weights.kernel == 1 && weights.inChannels == rows.channels && shape.count == rows.rows * weights.outChannels,
    "one pixel a row")
  precondition(places.map { $0.count == rows.rows } ?? true, "one place a row")
  precondition(residual.map { $0.shape == shape } ?? true, "a residual of the result's shape")
  var sums: ChannelSums?
  let tensor = Tensor(shape) { out in
    rows.read { left in
      weights.bias.read { bias in
        withOptional(residual) { residual in
          withOptional(places) { places in
            var product = ck_bf16_product(rows: left, count: rows.rows)
            (product.y, product.residual, product.places) = (out, residual, places)
            sums = weights.half.multiply(product, bias: bias, isSummed: shape.n == 1)
          }
        }
      }
    }
  }
  return tensor.knowing(sums)
}

extension BFloat16Rows {
  /// The product with the weights of a kernel of 1, in bfloat16 again, after GELU if asked for.
  public func times(_ weights: ConvolutionWeights, gelu: Bool = false) -> BFloat16Rows {
    precondition(weights.kernel == 1 && weights.inChannels == channels, "one pixel a row")
    let entry = WorkCount.begin(.pointwise)
    defer { entry?.end(operations: 2 * rows * channels * weights.outChannels) }
    return BFloat16Rows(rows: rows, channels: weights.outChannels) { out in
      read { left in
        weights.bias.read { bias in
          var product = ck_bf16_product(rows: left, count: rows)
          (product.half, product.half_channels) = (out, BFloat16Rows.filled(weights.outChannels))
          product.gelu = gelu ? 1 : 0
          weights.half.multiply(product, bias: bias)
        }
      }
    }
  }

  /// The same as a tensor of `shape`, plus `residual`; row i is that of the i-th pixel in the order of `grid`'s windows, if there is one.
  public func times(
    _ weights: ConvolutionWeights, shape: Shape, residual: Tensor?, windows grid: WindowGrid? = nil
  ) -> Tensor {
    let entry = WorkCount.begin(.pointwise)
    defer { entry?.end(operations: 2 * rows * channels * weights.outChannels) }
    return product(self, weights, shape, residual: residual, places: grid.map { $0.pixels(of: shape) })
  }
}
