import TensorCore

/// The sampling loop (paper, algorithm 1): from the prior around z_y to z_0 in the schedule's few steps.
public struct Sampler: Sendable {
  public let diffusion: GaussianDiffusion

  public init(_ diffusion: GaussianDiffusion) {
    self.diffusion = diffusion
  }

  /// Takes a band of rows of the network's output, each row once: those of z_t become z_(t-1).
  public typealias Step = (_ z: inout Tensor, _ rows: Range<Int>, _ output: Tensor) -> Void

  /// Rows whose noise is drawn together.
  private static let bandRows = 32

  /// One latent drawn around `zy`, a single picture.
  ///
  /// `denoise` gets z_t as it is (see `GaussianDiffusion.networkInput`) and t, and calls `step` with its output, band by band, where
  /// it no longer needs z_t: no more than z_y and one z are held. `start` is an x_0 to begin with, at the step where it counts for
  /// most of z_t (`EtaSchedule.stepToBeginAt`). `observe`, for tests, sees each z_(t-1).
  public func sample(
    around zy: Tensor, from start: Tensor? = nil, noise: some NoiseSource,
    observe: ((_ sample: Tensor) -> Void)? = nil,
    inBands denoise: (_ z: inout Tensor, _ t: Int, _ step: Step) throws -> Void
  ) rethrows -> Tensor {
    let (shape, height) = (zy.shape, zy.shape.h)
    func bands(_ rows: Range<Int>) -> [Range<Int>] {
      stride(from: rows.lowerBound, to: rows.upperBound, by: Self.bandRows).map {
        $0..<min($0 + Self.bandRows, rows.upperBound)
      }
    }
    var z = zy
    let first = start == nil ? diffusion.schedule.steps : diffusion.schedule.stepToBeginAt
    if let start { diffusion.mix(&z, start, at: first) }
    for rows in bands(0..<height) { diffusion.addNoise(to: &z, rows: rows, first, noise.draw(0, shape, rows: rows)) }
    for (index, t) in diffusion.steps.enumerated() where t <= first {
      try denoise(&z, t) { z, rows, output in
        for band in bands(rows) {
          func part(_ tensor: Tensor, from first: Int) -> Tensor {
            tensor.cropped(y: band.lowerBound - first, x: 0, height: band.count, width: shape.w)
          }
          let start = diffusion.predictedStart(part(output, from: rows.lowerBound), part(zy, from: 0))
          diffusion.step(
            &z, rows: band, t, start: start, t > 1 ? noise.draw(index + 1, shape, rows: band) : nil)
        }
      }
      observe?(z)
    }
    return z
  }

  /// The same with a network that gives its output for the whole scaled z_t; it gets the 0-based step.
  public func sample(
    around zy: Tensor, noise: some NoiseSource, observe: ((_ sample: Tensor) -> Void)? = nil,
    denoise: (_ input: Tensor, _ step: Int) throws -> Tensor
  ) rethrows -> Tensor {
    try sample(around: zy, noise: noise, observe: observe) { z, t, step in
      let output = try denoise(diffusion.networkInput(z, t), t - 1)
      step(&z, 0..<zy.shape.h, output)
    }
  }
}
