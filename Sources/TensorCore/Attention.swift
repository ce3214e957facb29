import CKernels

/// One-head attention over all pixels of a picture: softmax(q kᵀ / sqrt(C)) v for q, k, v [N, H, W, C].
///
/// Rows of the score matrix are made in pieces; the whole matrix, (HW)², never exists.
public func planeAttention(query: Tensor, key: Tensor, value: Tensor) -> Tensor {
  let shape = query.shape
  precondition(key.shape == shape && value.shape == shape, "query, key and value of one shape")
  let (tokens, c) = (shape.h * shape.w, shape.c)
  let scale = 1 / Float(c).squareRoot()
  let chunk = max(16, min(512, attentionElements / tokens))
  let entry = WorkCount.begin(.planeAttention)
  defer { entry?.end(operations: 4 * shape.count * tokens) }
  return Tensor(shape) { out in
    query.scaled(by: scale).read { q in
      key.read { k in
        value.read { v in
          for n in 0..<shape.n {
            let base = n * tokens * c
            // Packed once for all rows of scores.
            let keys = PackedMatrix(columns: k + base, inner: c, outer: tokens)
            let values = PackedMatrix(rows: v + base, inner: tokens, outer: c)
            Parallel.forRanges(tokens, chunk: chunk, scratch: chunk * tokens) { range, scores in
              let first = base + range.lowerBound * c
              keys.multiply(q + first, rows: range.count, bias: nil, scores)
              ck_softmax_rows(scores, range.count, tokens, tokens)
              values.multiply(scores, rows: range.count, bias: nil, out + first)
            }
          }
        }
      }
    }
  }
}

/// Elements of one piece of the score matrix: 2 MB.
private let attentionElements = 1 << 19

/// Attention inside windows.
///
/// `qkv` is [windows, 1, tokens, 3C] with rows [q|k|v][head][dim]; `bias` is [1, heads, tokens, tokens]; `masks` is
/// [kinds, 1, tokens, tokens] of which window i uses `maskOfWindow(i)`, nil = none. `probabilities`, if wanted, receives
/// the softmax as [windows, heads, tokens, tokens]. Result: [windows, 1, tokens, C]
public func windowAttention(
  qkv: Tensor, heads: Int, bias: Tensor, masks: Tensor?, maskOfWindow: (Int) -> Int?,
  probabilities: UnsafeMutablePointer<Float>? = nil
) -> Tensor {
  let (windows, tokens, c) = (qkv.shape.n, qkv.shape.w, qkv.shape.c / 3)
  precondition(qkv.shape.c == 3 * c && c % heads == 0, "\(qkv.shape) for \(heads) heads")
  precondition(bias.shape == Shape(1, heads, tokens, tokens), "a bias for every head and pair of tokens")
  let (dim, square) = (c / heads, tokens * tokens)
  let scale = 1 / Float(dim).squareRoot()
  let entry = WorkCount.begin(.windowAttention)
  defer { entry?.end(operations: 4 * windows * tokens * tokens * c) }
  func run(
    _ qkv: UnsafePointer<Float>, _ bias: UnsafePointer<Float>, _ masks: UnsafePointer<Float>?,
    _ out: UnsafeMutablePointer<Float>
  ) {
    let products = Products.current
    let panel = products.columns
    let (keyPanels, valuePanels) = (products.panels(tokens), products.panels(dim))
    let (keySize, valueSize) = (keyPanels * panel * dim, valuePanels * panel * tokens)
    Parallel.forRanges(windows, chunk: 4, scratch: square + 2 * tokens * dim + keySize + valueSize) { range, scores in
      let (query, part) = (scores + square, scores + square + tokens * dim)
      let (keys, values) = (part + tokens * dim, part + tokens * dim + keySize)
      for window in range {
        let rows = qkv + window * tokens * 3 * c
        let mask = maskOfWindow(window).flatMap { kind in masks.map { $0 + kind * square } }
        for head in 0..<heads {
          let q = rows + head * dim
          for token in 0..<tokens { ck_scale(query + token * dim, q + token * 3 * c, scale, dim) }
          for token in 0..<tokens { (part + token * dim).update(from: q + c + token * 3 * c, count: dim) }
          for index in 0..<keyPanels {
            ck_gemm_pack(keys, panel, part, tokens, dim, 1, index)
            let column = index * panel
            products.multiply(
              scores + column, tokens, columns: min(panel, tokens - column), query, dim, rows: tokens,
              keys + column * dim, panel, inner: dim)
          }
          ck_add_softmax_rows(scores, bias + head * square, mask, tokens, tokens)
          probabilities.map { ($0 + (window * heads + head) * square).update(from: scores, count: square) }
          for token in 0..<tokens { (part + token * dim).update(from: q + 2 * c + token * 3 * c, count: dim) }
          for index in 0..<valuePanels {
            ck_gemm_pack_rows(values, panel, part, tokens, dim, index)
            let column = index * panel
            products.multiply(
              out + window * tokens * c + head * dim + column, c, columns: min(panel, dim - column), scores, tokens,
              rows: tokens, values + column * tokens, panel, inner: tokens)
          }
        }
      }
    }
  }
  return Tensor(Shape(windows, 1, tokens, c)) { out in
    qkv.read { qkv in
      bias.read { bias in
        if let masks { masks.read { run(qkv, bias, $0, out) } } else { run(qkv, bias, nil, out) }
      }
    }
  }
}
