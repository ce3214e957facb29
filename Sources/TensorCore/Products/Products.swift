import CKernels
import COpenBLAS
import Glibc

/// The implementation of matrix products: our own kernel, or OpenBLAS. Packed factors fit only the one that they were packed for.
public enum Products: String, CaseIterable, Sendable {
  /// The kernel of CKernels.
  case own
  case openblas

  /// The default: the choice of the environment, or our own kernel where it was written for
  /// the processor (x86-64 with AVX2 or AVX-512), elsewhere OpenBLAS.
  public static let standard: Products =
    environment.flatMap(Products.init) ?? (ck_gemm_is_tuned() != 0 ? .own : .openblas)

  /// What networks that are built from here on use, for measurements and tests; nil = `standard`.
  @TaskLocal public static var forced: Products?

  public static var current: Products { forced ?? standard }

  /// The variable that chooses: `own` or `openblas`.
  public static let variable = "RESSHIFT_PRODUCTS"

  /// The value of the variable if it is no valid choice; otherwise nil.
  public static var unknownChoice: String? { environment.flatMap { Products(rawValue: $0) == nil ? $0 : nil } }

  private static var environment: String? {
    getenv(variable).map { String(cString: $0) }.flatMap { $0.isEmpty ? nil : $0 }
  }

  /// Columns of a panel of a packed right factor. OpenBLAS packs the left factor anew for each panel, so its panels are wide.
  var columns: Int {
    switch self {
    case .own: Products.ownColumns
    case .openblas: 64
    }
  }

  private static let ownColumns = ck_gemm_columns()

  /// Panels of a matrix of so many columns.
  func panels(_ outer: Int) -> Int { (outer + columns - 1) / columns }

  /// c [m, columns] = a [m, k] times b [k, columns], plus bias [columns], or plus c if `adding`; rows are `ldc`, `lda` and
  /// `ldb` apart. `columns` are the first ones of a panel.
  @inline(__always)
  func multiply(
    _ c: UnsafeMutablePointer<Float>, _ ldc: Int, columns: Int, _ a: UnsafePointer<Float>, _ lda: Int, rows m: Int,
    _ b: UnsafePointer<Float>, _ ldb: Int, inner k: Int, bias: UnsafePointer<Float>? = nil, adding: Bool = false
  ) {
    switch self {
    case .own: ck_gemm_panel(c, ldc, columns, a, lda, m, b, ldb, k, bias, adding ? 1 : 0)
    case .openblas:
      _ = Products.singleThreadedBLAS
      if let bias { for row in 0..<m { (c + row * ldc).update(from: bias, count: columns) } }
      cblas_sgemm(
        CblasRowMajor, CblasNoTrans, CblasNoTrans, blasint(m), blasint(columns), blasint(k), 1, a, blasint(lda), b,
        blasint(ldb), adding || bias != nil ? 1 : 0, c, blasint(ldc))
    }
  }

  /// Set once: the parallel loop is ours, and OpenBLAS's own threads would compete with it.
  private static let singleThreadedBLAS: Void = openblas_set_num_threads(1)
}

/// A square product of `size` by OpenBLAS, on every thread at once: what the machine's matrix rate is measured with.
public func multiplySquare(_ a: Tensor, _ b: Tensor, size: Int) -> Tensor {
  Tensor(Shape(1, 1, size, size)) { out in
    a.read { a in
      b.read { b in
        let rows = (size + Parallel.threads - 1) / Parallel.threads
        Parallel.forRanges(size, chunk: rows) { range in
          Products.openblas.multiply(
            out + range.lowerBound * size, size, columns: size, a + range.lowerBound * size, size, rows: range.count, b,
            size, inner: size)
        }
      }
    }
  }
}
