import CKernels
import COpenBLAS

/// OpenBLAS's sgemm, row-major, always on the calling thread: C = alpha * A * B + beta * C with A [m, k], B [k, n], C [m, n].
///
/// `transposeB`: B is stored [n, k]. `lda`, `ldb`, `ldc` are the distances between rows.
func sgemm(
  _ m: Int, _ n: Int, _ k: Int, alpha: Float = 1, _ a: UnsafePointer<Float>, lda: Int, _ b: UnsafePointer<Float>,
  ldb: Int,
  transposeB: Bool = false, beta: Float = 0, _ c: UnsafeMutablePointer<Float>, ldc: Int
) {
  _ = singleThreadedBLAS
  cblas_sgemm(
    CblasRowMajor, CblasNoTrans, transposeB ? CblasTrans : CblasNoTrans, blasint(m), blasint(n), blasint(k), alpha, a,
    blasint(lda), b, blasint(ldb), beta, c, blasint(ldc))
}

/// Set once: the parallel loop is ours, and OpenBLAS's own threads would fight with it.
private let singleThreadedBLAS: Void = openblas_set_num_threads(1)

/// x [rows, in] times weights [out, in] transposed, plus bias: [rows, out], where rows are the pixels of `x`.
public func linear(_ x: Tensor, _ weights: Tensor, bias: Tensor) -> Tensor {
  let (rows, inner, outer) = (x.shape.pixels, x.shape.c, weights.shape.n)
  precondition(weights.shape.count == outer * inner, "weights \(weights.shape) do not fit \(x.shape)")
  precondition(bias.shape.count == outer, "one bias per output channel")
  WorkCount.add(matmul: rows, inner, outer)
  return Tensor(Shape(x.shape.n, x.shape.h, x.shape.w, outer)) { out in
    x.read { x in
      weights.read { w in
        bias.read { bias in
          Parallel.forRanges(rows, chunk: 512) { range in
            let y = out + range.lowerBound * outer
            ck_fill_rows(y, bias, range.count, outer)
            sgemm(
              range.count, outer, inner, x + range.lowerBound * inner, lda: inner, w, ldb: inner, transposeB: true,
              beta: 1, y, ldc: outer)
          }
        }
      }
    }
  }
}

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
