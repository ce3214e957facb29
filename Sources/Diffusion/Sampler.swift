import TensorCore

/// The sampling loop (paper, algorithm 1): from the prior around z_y to z_0 in the schedule's few steps.
public struct Sampler: Sendable {
  public let diffusion: GaussianDiffusion

  public init(_ diffusion: GaussianDiffusion) {
    self.diffusion = diffusion
  }

  /// One latent drawn around `zy`.
  ///
  /// `denoise` gets the scaled z_t and the 0-based step and returns the network's output. `observe`, for tests, sees each
  /// predicted x_0 and each z_(t-1).
  public func sample(
    around zy: Tensor, noise: some NoiseSource, observe: ((_ start: Tensor, _ sample: Tensor) -> Void)? = nil,
    denoise: (_ input: Tensor, _ step: Int) throws -> Tensor
  ) rethrows -> Tensor {
    var z = diffusion.prior(around: zy, noise.draw(0, zy.shape))
    for (index, t) in diffusion.steps.enumerated() {
      let start = diffusion.predictedStart(try denoise(diffusion.networkInput(z, t), t - 1), zy)
      z = diffusion.step(z, t, start: start, t > 1 ? noise.draw(index + 1, zy.shape) : nil)
      observe?(start, z)
    }
    return z
  }
}
