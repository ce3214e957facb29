import CKernels

extension ck_bf16_product {
  /// A product of rows as they lie: where it goes is still to be said.
  init(rows: UnsafePointer<UInt16>, count: Int) {
    self.init()
    (a, pitch, height, width) = (rows, count, 1, count)
  }
}

/// The right factor of products in bfloat16, packed: weights of a convolution, or keys and values of attention.
struct BFloat16Matrix: Sendable {
  let kernel: Int
  let inner: Int
  let outer: Int
  /// [panels][panel], two elements in the place of one.
  private let packed: Tensor

  private static let columns = Int(CK_BF16_COLUMNS)
  private var panels: Int { (outer + Self.columns - 1) / Self.columns }
  private var panel: Int { kernel * kernel * BFloat16Rows.filled(inner) * Self.columns }

  private static func shape(_ inner: Int, _ outer: Int, kernel: Int) -> (Shape, panels: Int, panel: Int) {
    let panels = (outer + columns - 1) / columns
    let panel = kernel * kernel * BFloat16Rows.filled(inner) * columns
    return (Shape(1, 1, panels, panel / 2), panels, panel)
  }

  /// Made of weights [out, in, kernel, kernel], when they are first used.
  init(_ weights: Tensor, kernel: Int, inChannels: Int, outChannels: Int) {
    (self.kernel, inner, outer) = (kernel, inChannels, outChannels)
    let (shape, panels, panel) = Self.shape(inChannels, outChannels, kernel: kernel)
    packed = Tensor(whenFirstRead: shape, from: weights) { packed, weights in
      let packed = UnsafeMutableRawPointer(packed).assumingMemoryBound(to: UInt16.self)
      Parallel.forEach(panels) { ck_bf16_pack(packed + $0 * panel, weights, outChannels, inChannels, kernel, $0) }
    }
  }

  /// The matrix of `count` rows from `first` on, [inner, outer], or its transpose.
  init(_ rows: BFloat16Rows, first: Int, count: Int, transposed: Bool) {
    kernel = 1
    (inner, outer) = transposed ? (rows.channels, count) : (count, rows.channels)
    let (shape, panels, panel) = Self.shape(inner, outer, kernel: 1)
    let (inner, outer) = (inner, outer)
    packed = Tensor(shape) { packed in
      let packed = UnsafeMutableRawPointer(packed).assumingMemoryBound(to: UInt16.self)
      rows.read { rows_ in
        let from = rows_ + first * rows.filled
        let pack = transposed ? ck_bf16_pack_columns : ck_bf16_pack_rows
        Parallel.forEach(panels) { pack(packed + $0 * panel, from, rows.filled, outer, inner, $0) }
      }
    }
  }

  /// Runs a product of which all but the right factor is described, on all threads; the sums of its columns, if they are wanted.
  @discardableResult
  func multiply(
    _ product: ck_bf16_product, bias: UnsafePointer<Float>? = nil, isSummed: Bool = false
  ) -> ChannelSums? {
    var product = product
    product.kernel = kernel
    product.columns = outer
    product.bias = bias
    product.channels = BFloat16Rows.filled(inner)
    product.stride = max(1, product.stride)
    return packed.read { packed in
      product.b = UnsafeRawPointer(packed).assumingMemoryBound(to: UInt16.self)
      let (product, panels) = (product, panels)
      let blocks = withUnsafePointer(to: product, ck_bf16_blocks)
      let most = max(Self.fewestBlocks, Self.elements / (32 * product.channels))
      let chunks = (blocks + most - 1) / most
      // Enough pieces for every thread. Which piece an element is in makes no difference to its value.
      let groups = min(panels, max(1, 4 * Parallel.threads / chunks))
      func run(_ sums: UnsafeMutablePointer<Double>?) {
        Parallel.forEach(chunks * groups) { index in
          let (chunk, group) = (index / groups, index % groups)
          let (first, end) = (blocks * chunk / chunks, blocks * (chunk + 1) / chunks)
          let (panel, last) = (panels * group / groups, panels * (group + 1) / groups)
          withUnsafePointer(to: product) {
            ck_bf16_multiply($0, first, end - first, panel, last - panel, sums.map { $0 + chunk * 2 * outer })
          }
        }
      }
      if isSummed { return ChannelSums(pieces: chunks, channels: outer, run) }
      run(nil)
      return nil
    }
  }

  /// Elements of the left factor that a piece of work goes over once for each panel: 256 KB, for the second-level cache.
  private static let elements = 1 << 17
  /// Blocks of 32 rows that make loading a panel worth while.
  private static let fewestBlocks = 16
}
