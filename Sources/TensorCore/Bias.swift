import CKernels

/// Calls `body` with the bias's elements, or nil where there is none.
func withBias<R>(_ bias: Tensor?, _ body: (UnsafePointer<Float>?) -> R) -> R {
  guard let bias else { return body(nil) }
  return bias.read { body($0) }
}

/// Writes the bias into every row, so that a product can be added to it; without one the product overwrites.
func initialise(_ y: UnsafeMutablePointer<Float>, rows: Int, columns: Int, bias: UnsafePointer<Float>?) {
  if let bias { ck_fill_rows(y, bias, rows, columns) }
}
