import Glibc
import ResShift
import TensorCore
import Testing

@testable import Evaluation

@Suite struct MetricTests {
  /// Luma is held in single precision, 1e-5 of 255; the references are in double.
  private func expect(_ value: Double?, near reference: Double, _ location: SourceLocation = #_sourceLocation) {
    #expect(abs((value ?? .nan) - reference) < 1e-4, "\(value ?? .nan)", sourceLocation: location)
  }

  /// scikit-image's peak_signal_noise_ratio and structural_similarity (gaussian_weights, use_sample_covariance off); the
  /// spectrum by NumPy's fft2 and SciPy's Hann window.
  @Test func valuesOfOthers() {
    let small = Comparison(Pictures.waves(45, 37)).scores(of: Pictures.spoiltWaves(45, 37))
    expect(small[.psnr], near: 27.543597964)
    expect(small[.psnrRGB], near: 23.326394814)
    expect(small[.ssim], near: 0.971900791)
    expect(small[.spectrum], near: 2.010670876)
    expect(small[.spectrumBias], near: -2.010670876)
    let large = Comparison(Pictures.waves(150, 90)).scores(of: Pictures.spoiltWaves(150, 90))
    expect(large[.psnr], near: 22.624137780)
    expect(large[.psnrRGB], near: 19.559491670)
    expect(large[.ssim], near: 0.919894267)
    expect(large[.spectrum], near: 2.095866298)
    expect(large[.spectrumBias], near: -2.095866298)
  }

  /// By NumPy; the rim of the small picture ends at its edges.
  @Test func valuesOfOthersForHoles() {
    for (width, height, ratio) in [(45, 37, 0.853264231), (150, 90, 0.830856937)] {
      let hole = HoleScores(Pictures.waves(width, height), mask: Pictures.hole(width, height))
      let scores = hole.scores(of: Pictures.spoiltWaves(width, height))
      expect(scores[.holePSNR], near: 27.868357528)
      expect(scores[.holeL1], near: 9.674242424)
      expect(scores[.gradientRatio], near: ratio)
    }
  }

  /// By NumPy.
  @Test func valuesOfOthersForTonesAndNoise() {
    expect(
      Comparison(Pictures.waves(45, 37)).scores(of: Pictures.spoiltWaves(45, 37))[.tones], near: 4.649575824)
    let slope = Comparison(Pictures.slope(45, 37, spoilt: false)).scores(of: Pictures.slope(45, 37, spoilt: true))
    expect(slope[.noise], near: 3.354846505)
    // Nowhere flat.
    #expect(Comparison(Pictures.waves(64, 64)).scores(of: Pictures.flat(64, 64))[.noise] == nil)
  }

  @Test func nothingDiffersFromItself() {
    let picture = Pictures.waves(64, 40)
    let scores = Comparison(picture).scores(of: picture)
    #expect(scores[.psnr] == .infinity && scores[.psnrRGB] == .infinity)
    #expect(scores[.spectrum] == 0 && scores[.spectrumBias] == 0)
    expect(scores[.ssim], near: 1)
    let hole = HoleScores(picture, mask: Pictures.hole(64, 40)).scores(of: picture)
    #expect(hole[.holePSNR] == .infinity && hole[.holeL1] == 0)
  }

  @Test func blurIsTooSoftAndNoiseTooRough() throws {
    let picture = Pictures.waves(64, 64)
    let comparison = Comparison(picture)
    let soft = comparison.scores(of: picture.blurred(sigma: 0.7))
    let softer = comparison.scores(of: picture.blurred(sigma: 1.5))
    #expect(try #require(soft[.spectrum]) > 0.5 && #require(softer[.spectrum]) > #require(soft[.spectrum]))
    #expect(try #require(soft[.spectrumBias]) < -0.5 && #require(softer[.spectrumBias]) < #require(soft[.spectrumBias]))
    let flat = Comparison(Pictures.flat(64, 64))
    let rough = try Degradation.compressed.spoilt(Pictures.flat(64, 64), scale: 1, quality: 95, seed: 1)
    #expect(try #require(flat.scores(of: rough)[.spectrumBias]) > 5)
  }

  @Test func whatIsTooSmallIsMissing() {
    let picture = Pictures.waves(40, 10)
    #expect(Set(Comparison(picture).scores(of: picture).keys) == [.psnr, .psnrRGB])
    let mean = Scores.mean(of: [[.psnr: 20, .ssim: 0.5], [.psnr: 30]])
    #expect(mean == [.psnr: 25, .ssim: 0.5])
  }

  /// The difference of two exact algorithms: rounding of doubles of this size, 1e-13 a term.
  @Test func transformAsByItsDefinition() {
    let size = 16
    var random = SplitMix64(seed: 3)
    let values = (0..<size).map { _ in (random.uniform(-1, 1), random.uniform(-1, 1)) }
    var (re, im) = (values.map(\.0), values.map(\.1))
    FourierTransform(size: size).transform(&re, &im, start: 0, stride: 1)
    for k in 0..<size {
      var (x, y) = (0.0, 0.0)
      for (n, value) in values.enumerated() {
        let angle = -2 * Double.pi * Double(n * k) / Double(size)
        x += value.0 * cos(angle) - value.1 * sin(angle)
        y += value.0 * sin(angle) + value.1 * cos(angle)
      }
      #expect(abs(re[k] - x) < 1e-12 && abs(im[k] - y) < 1e-12)
    }
  }
}
