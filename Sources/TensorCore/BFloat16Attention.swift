import CKernels

/// `planeAttention` of rows in bfloat16, [H W, C] each, of one picture: the result as rows.
public func planeAttention(query: BFloat16Rows, key: BFloat16Rows, value: BFloat16Rows) -> BFloat16Rows {
  let (tokens, c) = (query.rows, query.channels)
  precondition((key.rows, key.channels) == (tokens, c) && (value.rows, value.channels) == (tokens, c), "of one shape")
  let scale = 1 / Float(c).squareRoot()
  let pieces = (tokens + keysAtOnce - 1) / keysAtOnce
  let entry = WorkCount.begin(.planeAttention)
  defer { entry?.end(operations: 4 * tokens * tokens * c) }
  let sums = OwnedStorage(count: tokens * c)
  // Of each row: the largest score so far, and the sum of exponentials.
  let state = OwnedStorage(count: 2 * tokens)
  return withExtendedLifetime((sums, state)) {
    let (out, top, sum) = (sums.pointer, state.pointer, state.pointer + tokens)
    top.update(repeating: -.infinity, count: tokens)
    sum.update(repeating: 0, count: tokens)
    for piece in 0..<pieces {
      let (first, end) = (tokens * piece / pieces, tokens * (piece + 1) / pieces)
      let count = end - first
      let filled = BFloat16Rows.filled(count)
      let keys = BFloat16Matrix(key, first: first, count: count, transposed: true)
      let values = BFloat16Matrix(value, first: first, count: count, transposed: false)
      let halves = (queriesAtOnce + BFloat16Rows.slack) * filled / 2
      query.read { query_ in
        Parallel.forRanges(tokens, chunk: queriesAtOnce, scratch: queriesAtOnce * (count + 1) + halves) {
          range, scores in
          let (row, factor) = (range.lowerBound, scores + queriesAtOnce * count)
          let exponentials = UnsafeMutableRawPointer(factor + queriesAtOnce).assumingMemoryBound(to: UInt16.self)
          let result = out + row * c
          var product = ck_bf16_product(rows: query_ + row * query.filled, count: range.count)
          product.y = scores
          keys.multiply(product)
          ck_scale(scores, scores, scale, range.count * count)
          ck_softmax_piece(scores, range.count, count, top + row, sum + row, factor)
          ck_bf16_rows(exponentials, filled, scores, range.count, count, nil, nil)
          if piece > 0 {
            for i in 0..<range.count where factor[i] != 1 { ck_scale(result + i * c, result + i * c, factor[i], c) }
          }
          product.a = UnsafePointer(exponentials)
          (product.y, product.residual) = (result, piece > 0 ? UnsafePointer(result) : nil)
          values.multiply(product)
          if piece == pieces - 1 {
            for i in 0..<range.count { ck_scale(result + i * c, result + i * c, 1 / sum[row + i], c) }
          }
        }
      }
    }
    return BFloat16Rows(rows: tokens, channels: c) { half in
      let filled = BFloat16Rows.filled(c)
      Parallel.forRanges(tokens, chunk: max(1, Parallel.elementChunk / c)) {
        ck_bf16_rows(half + $0.lowerBound * filled, filled, out + $0.lowerBound * c, $0.count, c, nil, nil)
      }
    }
  }
}

/// Whether `windowAttention` takes rows in bfloat16 of so many channels: heads fill the depth of a product.
public func windowAttentionTakesBFloat16(channels: Int, heads: Int) -> Bool {
  channels / heads % Int(CK_BF16_DEPTH) == 0
}

/// `windowAttention` of rows in bfloat16: `qkv` is [windows * tokens, 3C], the result [windows * tokens, C].
public func windowAttention(
  qkv: BFloat16Rows, tokens: Int, heads: Int, bias: Tensor, masks: Tensor?, maskOfWindow: (Int) -> Int?
) -> BFloat16Rows {
  let (windows, c) = (qkv.rows / tokens, qkv.channels / 3)
  precondition(qkv.rows == windows * tokens && windowAttentionTakesBFloat16(channels: c, heads: heads), "whole windows")
  precondition(bias.shape == Shape(1, heads, tokens, tokens), "a bias for every head and pair of tokens")
  let scale = 1 / Float(c / heads).squareRoot()
  let entry = WorkCount.begin(.windowAttention)
  defer { entry?.end(operations: 4 * windows * tokens * tokens * c) }
  return BFloat16Rows(rows: qkv.rows, channels: c) { out in
    qkv.read { rows in
      bias.read { bias in
        withOptional(masks) { masks in
          Parallel.forRanges(windows, chunk: 4, scratch: ck_bf16_window_scratch(tokens, c / heads)) { range, scratch in
            for window in range {
              let mask = maskOfWindow(window).flatMap { kind in masks.map { $0 + kind * tokens * tokens } }
              ck_bf16_window_attention(
                out + window * tokens * c, c, rows + window * tokens * 3 * c, 3 * c, tokens, c, heads, scale, bias,
                mask,
                scratch)
            }
          }
        }
      }
    }
  }
}
