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
    let entry = WorkCount.begin(.norm)
    defer { entry?.end() }
    self.init(
      normalising: x.shape, x.sums ?? ChannelSums(x), groups: groups, epsilon: epsilon, weight: weight, bias: bias,
      modulation: modulation)
  }

  /// The same of a plane in bfloat16.
  public init(
    normalising x: BFloat16Plane, groups: Int, epsilon: Double, weight: Tensor, bias: Tensor,
    modulation: (scale: Tensor, shift: Tensor)? = nil
  ) {
    let entry = WorkCount.begin(.norm)
    defer { entry?.end() }
    self.init(
      normalising: x.shape, x.sums, groups: groups, epsilon: epsilon, weight: weight, bias: bias, modulation: modulation
    )
  }

  private init(
    normalising shape: Shape, _ sums: ChannelSums, groups: Int, epsilon: Double, weight: Tensor, bias: Tensor,
    modulation: (scale: Tensor, shift: Tensor)?
  ) {
    let (plane, channels) = (shape.h * shape.w, shape.c)
    precondition(channels % groups == 0, "\(channels) channels in \(groups) groups")
    precondition(weight.shape.count == channels && bias.shape.count == channels, "a weight and a bias per channel")
    let (gamma, beta) = (weight.elements, bias.elements)
    let (extraScale, extraShift) = (modulation?.scale.elements, modulation?.shift.elements)
    var scale = [Float](repeating: 0, count: shape.n * channels)
    var shift = scale
    for n in 0..<shape.n {
      let statistics = sums.statistics(n, plane: plane, channels: channels, groups: groups)
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
