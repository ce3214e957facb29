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

  /// Some rows of z_t from its mean (equation 2): adds kappa sqrt(eta_t) eps, where `noise` is eps. At t = T, where x_0 no longer
  /// matters, the mean is z_y.
  public func addNoise(to z: inout Tensor, rows: Range<Int>, _ t: Int, _ noise: Tensor) {
    z.combine(rows: rows, 1, noise, Float(configuration.kappa * schedule.sqrtEta[t]))
  }

  /// z_y becomes the mean of z_t for an x_0: x_0 + eta_t (z_y - x_0) (equation 2).
  public func mix(_ zy: inout Tensor, _ start: Tensor, at t: Int) {
    zy.combine(Float(schedule.eta(t)), start, Float(1 - schedule.eta(t)))
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

  /// x_0 from the network's output, of the whole or of some rows; `zy` is read if it takes z_y.
  public func predictedStart(_ output: Tensor, _ zy: @autoclosure () -> Tensor) -> Tensor {
    switch configuration.predictType {
    case .xstart: return output
    case .residual:
      var start = output
      start.combine(-1, zy(), 1)
      return start
    }
  }

  /// Some rows of z_t become those of z_(t-1), from x_0 there (equation 7); `noise` is not used in the last step, t = 1.
  public func step(_ z: inout Tensor, rows: Range<Int>, _ t: Int, start: Tensor, _ noise: Tensor?) {
    let (eta, before, alpha) = (schedule.eta(t), schedule.eta(t - 1), schedule.alpha(t))
    let deviation = configuration.kappa * (before * alpha / eta).squareRoot()
    z.combine(rows: rows, Float(before / eta), start, Float(alpha / eta), t > 1 ? noise : nil, Float(deviation))
  }
}
