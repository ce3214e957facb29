import TensorCore

#if canImport(Glibc)
  import Glibc
#endif

/// Convolution as its definition says, in double: the specification of the fast ones. Zero padding `before` at the top and
/// left, `after` at the bottom and right; weights [out][in][ky][kx].
public func naiveConvolution(
  _ x: Tensor, _ weights: [Float], _ bias: [Float], kernel: Int, stride: Int, before: Int, after: Int
) -> Tensor {
  let (s, outChannels) = (x.shape, bias.count)
  let height = (s.h + before + after - kernel) / stride + 1
  let width = (s.w + before + after - kernel) / stride + 1
  let (input, shape) = (x.elements, Shape(s.n, height, width, outChannels))
  return Tensor(shape) { out in
    for i in 0..<shape.count {
      let (o, column, row, n) = (
        i % outChannels, i / outChannels % width, i / (outChannels * width) % height,
        i / (outChannels * width * height)
      )
      var sum = Double(bias[o])
      for ky in 0..<kernel {
        for kx in 0..<kernel {
          let (y, x) = (row * stride + ky - before, column * stride + kx - before)
          guard (0..<s.h).contains(y), (0..<s.w).contains(x) else { continue }
          for c in 0..<s.c {
            sum +=
              Double(input[((n * s.h + y) * s.w + x) * s.c + c])
              * Double(weights[((o * s.c + c) * kernel + ky) * kernel + kx])
          }
        }
      }
      out[i] = Float(sum)
    }
  }
}

/// softmax(q kᵀ * scale + extra) v in double, for q, k, v of `tokens` rows of `dim`.
public func naiveAttention(
  _ q: [[Float]], _ k: [[Float]], _ v: [[Float]], scale: Double, extra: (Int, Int) -> Double = { _, _ in 0 }
) -> [[Float]] {
  q.indices.map { i in
    let scores = k.indices.map { j in
      zip(q[i], k[j]).reduce(0.0) { $0 + Double($1.0) * Double($1.1) } * scale + extra(i, j)
    }
    let top = scores.max() ?? 0
    let powers = scores.map { exp($0 - top) }
    let sum = powers.reduce(0, +)
    return v[0].indices.map { d in
      Float(zip(powers, v).reduce(0.0) { $0 + $1.0 / sum * Double($1.1[d]) })
    }
  }
}
