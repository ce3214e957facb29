import CKernels

/// The right factor of several products, packed for one implementation of `Products`.
struct PackedMatrix: Sendable {
  /// Rows and columns of the matrix.
  let inner: Int
  let outer: Int
  /// Products with so many parts of each row are added up, 1 but for convolutions.
  private let taps: Int
  /// The implementation that was current when the matrix was made.
  let products = Products.current
  /// [panels, inner / taps, taps, columns of a panel], the last panel filled up with zeros.
  let packed: Tensor

  /// Weights [taps * in, out] made of [out, in, taps], when they are first used.
  ///
  /// All taps of an input channel lie together: Winograd's transform reads them, and the distance between the taps of
  /// all channels would be a power of two often enough.
  init(_ weights: Tensor, taps: Int, inChannels: Int, outChannels: Int) {
    (inner, outer, self.taps) = (taps * inChannels, outChannels, taps)
    let (panels, columns) = (products.panels(outChannels), products.columns)
    let shape = Shape(panels, inChannels, taps, columns)
    packed = Tensor(whenFirstRead: shape, from: weights) { packed, weights in
      Parallel.forEach(panels) {
        ck_gemm_pack(packed, columns, weights, inChannels * taps, outChannels, inChannels, taps, $0)
      }
    }
  }

  /// The matrix whose rows are given: [inner, outer].
  init(rows: UnsafePointer<Float>, inner: Int, outer: Int) {
    (self.inner, self.outer, taps) = (inner, outer, 1)
    let (panels, columns) = (products.panels(outer), products.columns)
    packed = Tensor(Shape(panels, 1, inner, columns)) { packed in
      Parallel.forEach(panels) { ck_gemm_pack_rows(packed, columns, rows, outer, inner, outer, $0) }
    }
  }

  /// The transpose of the matrix whose rows are given: [inner, outer] made of [outer, inner].
  init(columns rows: UnsafePointer<Float>, inner: Int, outer: Int) {
    (self.inner, self.outer, taps) = (inner, outer, 1)
    let (panels, columns) = (products.panels(outer), products.columns)
    packed = Tensor(Shape(panels, 1, inner, columns)) { packed in
      Parallel.forEach(panels) { ck_gemm_pack(packed, columns, rows, inner, outer, inner, 1, $0) }
    }
  }

  /// y [rows, outer] = a [rows, inner] times the matrix, plus bias [outer] if there is one, or plus y if `adding`.
  func multiply(
    _ a: UnsafePointer<Float>, rows: Int, bias: UnsafePointer<Float>?, adding: Bool = false,
    _ y: UnsafeMutablePointer<Float>
  ) {
    let (inner, outer, taps, products) = (inner, outer, taps, products)
    let (columns, panels) = (products.columns, products.panels(outer))
    let chunk = min(rows, max(Self.fewestRows, Self.elements / inner))
    let chunks = (rows + chunk - 1) / chunk
    // Enough pieces for every thread. Which piece an element is in makes no difference to its value.
    let groups = min(panels, max(1, 4 * Parallel.threads / chunks))
    packed.read { b in
      Parallel.forEach(chunks * groups) { index in
        let (row, group) = (index / groups * chunk, index % groups)
        for panel in panels * group / groups..<panels * (group + 1) / groups {
          let column = panel * columns
          for tap in 0..<taps {
            products.multiply(
              y + row * outer + column, outer, columns: min(columns, outer - column),
              a + row * inner + tap * inner / taps, inner, rows: min(chunk, rows - row),
              b + column * inner + tap * columns, taps * columns, inner: inner / taps,
              bias: tap == 0 ? bias.map { $0 + column } : nil, adding: adding || tap > 0)
          }
        }
      }
    }
  }

  /// Elements of the left factor that a piece of work goes over once for each panel: 128 KB, for the second-level cache.
  private static let elements = 1 << 15
  /// Rows that make loading a panel worth while.
  private static let fewestRows = 48
}
