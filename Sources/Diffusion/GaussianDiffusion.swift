import TensorCore

/// The residual-shifting diffusion between a degraded latent z_y and a clean one (paper, section 3).
public struct GaussianDiffusion: Sendable {
  public let schedule: EtaSchedule
  private let configuration: DiffusionConfiguration

  public init(_ configuration: DiffusionConfiguration) {
    self.configuration = configuration
    schedule = EtaSchedule(configuration)
  }

  /// t = T, ..., 1.
  public var steps: ReversedCollection<ClosedRange<Int>> { (1...schedule.steps).reversed() }

  /// z_T = z_y + kappa sqrt(eta_T) eps (equation 2 at t = T, where x_0 no longer matters).
  public func prior(around zy: Tensor, _ noise: Tensor) -> Tensor {
    var z = zy
    z.combine(1, noise, Float(configuration.kappa * schedule.sqrtEta[schedule.steps]))
    return z
  }

  /// z_t scaled to about unit variance, as the network wants it.
  public func networkInput(_ z: Tensor, _ t: Int) -> Tensor {
    guard configuration.normalizeInput else { return z }
    let kappa = configuration.kappa
    let deviation =
      configuration.latentFlag
      ? (1 + kappa * kappa * schedule.eta(t)).squareRoot() : 1 + 3 * kappa * schedule.sqrtEta[t]
    return z.scaled(by: Float(1 / deviation))
  }

  /// x_0 from the network's output.
  public func predictedStart(_ output: Tensor, _ zy: Tensor) -> Tensor {
    switch configuration.predictType {
    case .xstart: return output
    case .residual:
      var start = output
      start.combine(-1, zy, 1)
      return start
    }
  }

  /// z_(t-1) from z_t and x_0 (equation 7); `noise` is not used in the last step, t = 1.
  public func step(_ z: Tensor, _ t: Int, start: Tensor, _ noise: Tensor?) -> Tensor {
    let (eta, before, alpha) = (schedule.eta(t), schedule.eta(t - 1), schedule.alpha(t))
    var next = z
    let deviation = configuration.kappa * (before * alpha / eta).squareRoot()
    next.combine(Float(before / eta), start, Float(alpha / eta), t > 1 ? noise : nil, Float(deviation))
    return next
  }
}
