#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// The noise schedule of residual shifting (paper, section 3.2): sqrt(eta_t) grows geometrically, t = 1...T.
public struct EtaSchedule: Sendable {
  /// sqrt(eta_t) at index t; index 0 holds 0.
  public let sqrtEta: [Double]

  public var steps: Int { sqrtEta.count - 1 }

  public init(_ configuration: DiffusionConfiguration) {
    let steps = configuration.steps
    precondition(steps >= 2, "a schedule has at least two steps")
    let first = min(configuration.minNoiseLevel / configuration.kappa, configuration.minNoiseLevel)
    let growth = configuration.etasEnd / first
    sqrtEta =
      [0]
      + (0..<steps).map { index in
        first * pow(growth, pow(Double(index) / Double(steps - 1), configuration.power))
      }
  }

  /// Where a chain begins that has a coarse x_0: the last t at which that counts for two thirds of z_t or more. There its forms
  /// survive the noise, and what it lacks is drawn anew.
  public var stepToBeginAt: Int { (1...steps).last { eta($0) <= 1.0 / 3 } ?? 1 }

  /// eta_t; eta_0 = 0.
  public func eta(_ t: Int) -> Double { sqrtEta[t] * sqrtEta[t] }

  /// alpha_t = eta_t - eta_(t-1).
  public func alpha(_ t: Int) -> Double { eta(t) - eta(t - 1) }
}
