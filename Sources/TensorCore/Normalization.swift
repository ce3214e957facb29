import CKernels

/// Group normalisation of x [N, H, W, C] over the whole plane, with per-channel weight and bias.
///
/// Statistics are summed in double. `modulation` is a per-channel (scale, shift) applied after it: y * (1 + scale) + shift.
/// `silu` applies SiLU to the result in the same pass.
public func groupNorm(
  _ x: Tensor, groups: Int, epsilon: Double, weight: Tensor, bias: Tensor,
  modulation: (scale: Tensor, shift: Tensor)? = nil, silu: Bool = false
) -> Tensor {
  let shape = x.shape
  let (plane, channels) = (shape.h * shape.w, shape.c)
  precondition(channels % groups == 0, "\(channels) channels in \(groups) groups")
  precondition(weight.shape.count == channels && bias.shape.count == channels, "a weight and a bias per channel")
  let (gamma, beta) = (weight.elements, bias.elements)
  let (extraScale, extraShift) = (modulation?.scale.elements, modulation?.shift.elements)
  return Tensor(shape) { out in
    x.read { x in
      for n in 0..<shape.n {
        let picture = x + n * plane * channels
        let statistics = groupStatistics(picture, plane: plane, channels: channels, groups: groups)
        var scale = [Float](repeating: 0, count: channels)
        var shift = scale
        for c in 0..<channels {
          let (mean, variance) = statistics[c / (channels / groups)]
          let factor = Double(gamma[c]) / (variance + epsilon).squareRoot()
          let offset = Double(beta[c]) - mean * factor
          let outer = 1 + Double(extraScale?[c] ?? 0)
          scale[c] = Float(factor * outer)
          shift[c] = Float(offset * outer + Double(extraShift?[c] ?? 0))
        }
        let result = out + n * plane * channels
        Parallel.forRanges(plane, chunk: max(1, Parallel.elementChunk / channels)) { range in
          let offset = range.lowerBound * channels
          if silu {
            ck_affine_silu(result + offset, picture + offset, scale, shift, range.count, channels)
          } else {
            ck_affine(result + offset, picture + offset, scale, shift, range.count, channels)
          }
        }
      }
    }
  }
}

/// Mean and variance of each group of channels. Pieces are summed in a fixed order, whatever the number of threads.
private func groupStatistics(
  _ x: UnsafePointer<Float>, plane: Int, channels: Int, groups: Int
) -> [(mean: Double, variance: Double)] {
  let chunk = max(1, 4 * Parallel.elementChunk / channels)
  let pieces = (plane + chunk - 1) / chunk
  var sums = [Double](repeating: 0, count: pieces * 2 * channels)
  sums.withUnsafeMutableBufferPointer { buffer in
    guard let sums = buffer.baseAddress else { return }
    Parallel.forRanges(plane, chunk: chunk) { range in
      let piece = sums + range.lowerBound / chunk * 2 * channels
      ck_channel_sums(x + range.lowerBound * channels, range.count, channels, piece, piece + channels)
    }
  }
  let width = channels / groups
  let count = Double(plane * width)
  return (0..<groups).map { group in
    var (sum, square) = (0.0, 0.0)
    for piece in 0..<pieces {
      for c in group * width..<(group + 1) * width {
        sum += sums[piece * 2 * channels + c]
        square += sums[(piece * 2 + 1) * channels + c]
      }
    }
    let mean = sum / count
    return (mean, max(0, square / count - mean * mean))
  }
}
