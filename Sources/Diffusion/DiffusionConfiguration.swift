/// What the network predicts at each step.
public enum PredictType: String, Sendable, CaseIterable {
  /// x_0 itself.
  case xstart
  /// The residual z_y - x_0.
  case residual
}

/// The parameters of the residual-shifting diffusion; the names are those of the published configurations.
public struct DiffusionConfiguration: Sendable, Equatable {
  /// Scale of super-resolution; 1 for the other tasks.
  public var sf: Int
  public var steps: Int
  public var minNoiseLevel: Double
  /// The square root of eta_T, despite the name.
  public var etasEnd: Double
  public var kappa: Double
  public var power: Double
  public var predictType: PredictType
  public var scaleFactor: Double
  public var normalizeInput: Bool
  public var latentFlag: Bool

  public init(
    sf: Int, steps: Int, minNoiseLevel: Double, etasEnd: Double = 0.99, kappa: Double = 2, power: Double = 0.3,
    predictType: PredictType = .xstart, scaleFactor: Double = 1, normalizeInput: Bool = true, latentFlag: Bool = true
  ) {
    self.sf = sf
    self.steps = steps
    self.minNoiseLevel = minNoiseLevel
    self.etasEnd = etasEnd
    self.kappa = kappa
    self.power = power
    self.predictType = predictType
    self.scaleFactor = scaleFactor
    self.normalizeInput = normalizeInput
    self.latentFlag = latentFlag
  }
}
