import COpenBLAS

/// Set once: the parallel loop is ours, and OpenBLAS's own threads would fight with it.
private let singleThreadedBLAS: Void = openblas_set_num_threads(1)

/// A square product of `size` by OpenBLAS, on every thread at once: what the machine's matrix rate is measured with.
public func multiplySquare(_ a: Tensor, _ b: Tensor, size: Int) -> Tensor {
  _ = singleThreadedBLAS
  return Tensor(Shape(1, 1, size, size)) { out in
    a.read { a in
      b.read { b in
        let rows = (size + Parallel.threads - 1) / Parallel.threads
        Parallel.forRanges(size, chunk: rows) { range in
          cblas_sgemm(
            CblasRowMajor, CblasNoTrans, CblasNoTrans, blasint(range.count), blasint(size), blasint(size), 1,
            a + range.lowerBound * size, blasint(size), b, blasint(size), 0, out + range.lowerBound * size,
            blasint(size))
        }
      }
    }
  }
}
