import CKernels

/// One-head attention over all pixels of a picture: softmax(q kᵀ / sqrt(C)) v for q, k, v [N, H, W, C].
///
/// The softmax is taken in pieces of the keys, and what came of earlier ones is scaled to the largest score so far (Milakov and
/// Gimelshein, "Online normalizer calculation for softmax", 2018): the score matrix, (HW)², never exists, nor do whole rows of it, and
/// each piece of keys and values serves all queries while it is in the cache.
public func planeAttention(query: Tensor, key: Tensor, value: Tensor) -> Tensor {
  let shape = query.shape
  precondition(key.shape == shape && value.shape == shape, "query, key and value of one shape")
  let (tokens, c) = (shape.h * shape.w, shape.c)
  let scale = 1 / Float(c).squareRoot()
  let pieces = (tokens + keysAtOnce - 1) / keysAtOnce
  let entry = WorkCount.begin(.planeAttention)
  defer { entry?.end(operations: 4 * shape.count * tokens) }
  return Tensor(shape) { out in
    query.scaled(by: scale).read { q in
      key.read { k in
        value.read { v in
          for n in 0..<shape.n {
            let base = n * tokens * c
            // Of each row: the largest score so far, and the sum of exponentials.
            let state = OwnedStorage(count: 2 * tokens)
            withExtendedLifetime(state) {
              let (top, sum) = (state.pointer, state.pointer + tokens)
              top.update(repeating: -.infinity, count: tokens)
              sum.update(repeating: 0, count: tokens)
              for piece in 0..<pieces {
                let (first, end) = (tokens * piece / pieces, tokens * (piece + 1) / pieces)
                let count = end - first
                let keys = PackedMatrix(columns: k + base + first * c, inner: c, outer: count)
                let values = PackedMatrix(rows: v + base + first * c, inner: count, outer: c)
                Parallel.forRanges(tokens, chunk: queriesAtOnce, scratch: queriesAtOnce * (count + 1)) {
                  range, scores in
                  let (row, factor) = (range.lowerBound, scores + queriesAtOnce * count)
                  let result = out + base + row * c
                  keys.multiply(q + base + row * c, rows: range.count, bias: nil, scores)
                  ck_softmax_piece(scores, range.count, count, top + row, sum + row, factor)
                  if piece > 0 {
                    for i in 0..<range.count where factor[i] != 1 {
                      ck_scale(result + i * c, result + i * c, factor[i], c)
                    }
                  }
                  values.multiply(scores, rows: range.count, bias: nil, adding: piece > 0, result)
                  if piece == pieces - 1 {
                    for i in 0..<range.count { ck_scale(result + i * c, result + i * c, 1 / sum[row + i], c) }
                  }
                }
              }
            }
          }
        }
      }
    }
  }
}

/// Keys of one piece of the softmax.
let keysAtOnce = 512
/// Queries of one piece of work: with 512 keys its scores take 128 KB.
let queriesAtOnce = 64

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
    Parallel.forRanges(windows, chunk: 4, scratch: square + max(keySize, valueSize)) { range, scores in
      let packed = scores + square
      for window in range {
        let rows = qkv + window * tokens * 3 * c
        let mask = maskOfWindow(window).flatMap { kind in masks.map { $0 + kind * square } }
        for head in 0..<heads {
          let queries = rows + head * dim
          let (keys, values) = (queries + c, queries + 2 * c)
          for index in 0..<keyPanels {
            ck_gemm_pack(packed, panel, keys, 3 * c, tokens, dim, 1, index)
            let column = index * panel
            products.multiply(
              scores + column, tokens, columns: min(panel, tokens - column), queries, 3 * c, rows: tokens,
              packed + column * dim, panel, inner: dim)
          }
          ck_biased_softmax_rows(scores, scale, bias + head * square, mask, tokens, tokens)
          probabilities.map { ($0 + (window * heads + head) * square).update(from: scores, count: square) }
          for index in 0..<valuePanels {
            ck_gemm_pack_rows(packed, panel, values, 3 * c, tokens, dim, index)
            let column = index * panel
            products.multiply(
              out + window * tokens * c + head * dim + column, c, columns: min(panel, dim - column), scores, tokens,
              rows: tokens, packed + column * tokens, panel, inner: tokens)
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
