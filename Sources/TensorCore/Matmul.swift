import CKernels
import COpenBLAS

/// OpenBLAS's sgemm, row-major, always on the calling thread: C = alpha * A * B with A [m, k], B [k, n], C [m, n].
///
/// `transposeB`: B is stored [n, k]. `lda`, `ldb`, `ldc` are the distances between rows.
func sgemm(
  _ m: Int, _ n: Int, _ k: Int, alpha: Float = 1, _ a: UnsafePointer<Float>, lda: Int, _ b: UnsafePointer<Float>,
  ldb: Int,
  transposeB: Bool = false, _ c: UnsafeMutablePointer<Float>, ldc: Int
) {
  _ = singleThreadedBLAS
  cblas_sgemm(
    CblasRowMajor, CblasNoTrans, transposeB ? CblasTrans : CblasNoTrans, blasint(m), blasint(n), blasint(k), alpha, a,
    blasint(lda), b, blasint(ldb), 0, c, blasint(ldc))
}

/// Set once: the parallel loop is ours, and OpenBLAS's own threads would fight with it.
private let singleThreadedBLAS: Void = openblas_set_num_threads(1)

/// A square product of `size` on every thread at once: what the machine's matrix rate is measured with.
public func multiplySquare(_ a: Tensor, _ b: Tensor, size: Int) -> Tensor {
  Tensor(Shape(1, 1, size, size)) { out in
    a.read { a in
      b.read { b in
        let rows = (size + Parallel.threads - 1) / Parallel.threads
        Parallel.forRanges(size, chunk: rows) { range in
          sgemm(
            range.count, size, size, a + range.lowerBound * size, lda: size, b, ldb: size,
            out + range.lowerBound * size, ldc: size)
        }
      }
    }
  }
}
