import ResShift
import TensorCore
import Testing

@testable import Evaluation

@Suite struct NaturalnessTests {
  /// scikit-video's niqe of the luma in 8 bits. It computes in single precision, which leaves 1e-3 of the features of flat places.
  @Test func distancesOfOthers() throws {
    let cases = [
      (Pictures.waves(400, 390), 30.400372), (Pictures.spoiltWaves(400, 390), 20.351513),
      (Pictures.slowWaves(400, 390), 48.306347),
    ]
    for (picture, reference) in cases {
      let distance = try #require(Naturalness.distance(Luma(picture)))
      #expect(abs(distance - reference) < 2e-3 * reference, "\(distance)")
    }
  }

  @Test func smallPicturesHaveNone() {
    #expect(Naturalness.distance(Luma(Pictures.waves(383, 400))) == nil)
  }

  /// A flat picture is far from natural, and no division by zero comes of it.
  @Test func flatPicturesAreFarFromNatural() throws {
    #expect(try #require(Naturalness.distance(Luma(Pictures.flat(384, 384)))) > 10)
  }

  /// Values drawn from the distributions themselves, so within what 40,000 draws leave open.
  @Test func fitsOfKnownDistributions() {
    var random = SplitMix64(seed: 5)
    let gaussian = (0..<40_000).map { _ in (0..<12).reduce(-6) { sum, _ in sum + random.uniform(0, 1) } }
    let even = AsymmetricGaussian(gaussian)
    // The sum of twelve uniform values has slightly lighter tails than a Gaussian.
    #expect(abs(even.shape - 2.1) < 0.15 && abs(even.mean) < 0.03)
    let skewed = AsymmetricGaussian(gaussian.map { $0 < 0 ? $0 : 2 * $0 })
    #expect(abs(skewed.right / skewed.left - 2) < 0.05 && skewed.mean > 0.5)
  }
}
