import CKernels

/// A scale and a shift for every channel of every picture: what group normalisation comes to once its statistics are known.
public struct ChannelAffine: Sendable {
  /// [N][C]
  let scale: [Float]
  let shift: [Float]

  /// The group normalisation of x [N, H, W, C] over the whole plane, with per-channel weight and bias.
  ///
  /// Statistics are summed in double. `modulation` is a per-channel (scale, shift) applied after it: y * (1 + scale) + shift.
  public init(
    normalising x: Tensor, groups: Int, epsilon: Double, weight: Tensor, bias: Tensor,
    modulation: (scale: Tensor, shift: Tensor)? = nil
  ) {
    let shape = x.shape
    let (plane, channels) = (shape.h * shape.w, shape.c)
    precondition(channels % groups == 0, "\(channels) channels in \(groups) groups")
    precondition(weight.shape.count == channels && bias.shape.count == channels, "a weight and a bias per channel")
    let entry = WorkCount.begin(.norm)
    defer { entry?.end() }
    let (gamma, beta) = (weight.elements, bias.elements)
    let (extraScale, extraShift) = (modulation?.scale.elements, modulation?.shift.elements)
    var scale = [Float](repeating: 0, count: shape.n * channels)
    var shift = scale
    for n in 0..<shape.n {
      let statistics = x.read {
        groupStatistics($0 + n * plane * channels, plane: plane, channels: channels, groups: groups)
      }
      for c in 0..<channels {
        let (mean, variance) = statistics[c / (channels / groups)]
        let factor = Double(gamma[c]) / (variance + epsilon).squareRoot()
        let offset = Double(beta[c]) - mean * factor
        let outer = 1 + Double(extraScale?[c] ?? 0)
        scale[n * channels + c] = Float(factor * outer)
        shift[n * channels + c] = Float(offset * outer + Double(extraShift?[c] ?? 0))
      }
    }
    self.scale = scale
    self.shift = shift
  }

  /// x * scale + shift, then SiLU if asked for: [N, H, W, C].
  public func apply(to x: Tensor, silu: Bool) -> Tensor {
    let entry = WorkCount.begin(.norm)
    defer { entry?.end() }
    let shape = x.shape
    let (plane, channels) = (shape.h * shape.w, shape.c)
    return Tensor(shape) { out in
      x.read { x in
        withPointers { scale, shift in
          for n in 0..<shape.n {
            let base = n * plane * channels
            let (scale, shift) = (scale + n * channels, shift + n * channels)
            Parallel.forRanges(plane, chunk: max(1, Parallel.elementChunk / channels)) { range in
              let offset = base + range.lowerBound * channels
              if silu {
                ck_affine_silu(out + offset, x + offset, scale, shift, range.count, channels)
              } else {
                ck_affine(out + offset, x + offset, scale, shift, range.count, channels)
              }
            }
          }
        }
      }
    }
  }

  /// Calls `body` with scale and shift, [N][C].
  func withPointers<R>(_ body: (UnsafePointer<Float>, UnsafePointer<Float>) -> R) -> R {
    scale.withUnsafeBufferPointer { scale in
      shift.withUnsafeBufferPointer { shift in
        guard let scale = scale.baseAddress, let shift = shift.baseAddress else {
          preconditionFailure("an affine map of at least one channel")
        }
        return body(scale, shift)
      }
    }
  }
}

/// Mean and variance of each group of channels. Pieces are summed in a fixed order, for any number of threads.
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
