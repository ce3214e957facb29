import Diffusion
import Foundation
import TensorCore
import TestSupport
import Testing

/// One entry of schedules.json.
private struct RecordedSchedule: Decodable {
  let steps: Int
  let min_noise_level, kappa, power, etas_end: Double
  let sqrt_etas, coef1, coef2, posterior_variance: [Double]
}

struct DiffusionTests {
  @Test func schedulesEqualTheRecordedOnes() throws {
    let file = try Data(contentsOf: URL(filePath: fixture("schedules.json")))
    let recorded = try JSONDecoder().decode([RecordedSchedule].self, from: file)
    #expect(recorded.count >= 2)
    for entry in recorded {
      let schedule = EtaSchedule(
        DiffusionConfiguration(
          sf: 1, steps: entry.steps, minNoiseLevel: entry.min_noise_level, etasEnd: entry.etas_end, kappa: entry.kappa,
          power: entry.power))
      #expect(schedule.steps == entry.steps)
      for t in 1...entry.steps {
        let (eta, before, alpha) = (schedule.eta(t), schedule.eta(t - 1), schedule.alpha(t))
        let variance = entry.kappa * entry.kappa * before * alpha / eta
        #expect(abs(schedule.sqrtEta[t] - entry.sqrt_etas[t - 1]) < 1e-6)
        #expect(abs(before / eta - entry.coef1[t - 1]) < 1e-6)
        #expect(abs(alpha / eta - entry.coef2[t - 1]) < 1e-6)
        #expect(abs(variance - entry.posterior_variance[t - 1]) < 1e-6)
      }
    }
  }

  /// A denoiser that knows x_0 leads to x_0 exactly, whatever the noise: the last step weighs it with 1.
  @Test(arguments: [PredictType.xstart, .residual])
  func aPerfectDenoiserIsFollowed(_ predictType: PredictType) {
    var random = SeededRandom(9)
    let shape = Shape(1, 4, 6, 3)
    let (clean, degraded) = (random.tensor(shape), random.tensor(shape))
    var residual = degraded
    residual.combine(1, clean, -1)
    for steps in [2, 4, 15] {
      let diffusion = GaussianDiffusion(
        DiffusionConfiguration(sf: 1, steps: steps, minNoiseLevel: 0.2, predictType: predictType))
      var seen: [Int] = []
      let result = Sampler(diffusion).sample(around: degraded, noise: SeededNoise(seed: 1)) { _, step in
        seen.append(step)
        return predictType == .xstart ? clean : residual
      }
      #expect(seen == Array((0..<steps).reversed()))
      expectClose(result, clean, nmse: 1e-12)
    }
  }

  @Test func theNetworksInputIsScaledAsConfigured() {
    let z = SeededNoise(seed: 3).draw(0, Shape(1, 2, 2, 3))
    for (normalize, latent) in [(true, true), (true, false), (false, true), (false, false)] {
      let configuration = DiffusionConfiguration(
        sf: 1, steps: 4, minNoiseLevel: 0.2, kappa: 1.5, normalizeInput: normalize, latentFlag: latent)
      let schedule = EtaSchedule(configuration)
      for t in 1...4 {
        let root = schedule.sqrtEta[t]
        let divisor = !normalize ? 1 : latent ? (1 + 1.5 * 1.5 * root * root).squareRoot() : 1 + 3 * 1.5 * root
        let expected = z.elements.map { Float(Double($0) / divisor) }
        expectClose(GaussianDiffusion(configuration).networkInput(z, t).elements, expected, nmse: 1e-13)
      }
    }
  }

  /// With x_0 = z_y the chain stays around z_y: z_(t-1) = z_y + kappa sqrt(eta_(t-1)) times noise of unit deviation.
  @Test func samplesKeepTheScheduledDeviation() {
    let zy = Tensor(Shape(1, 64, 64, 8), repeating: 0.5)
    let configuration = DiffusionConfiguration(sf: 1, steps: 5, minNoiseLevel: 0.2)
    let diffusion = GaussianDiffusion(configuration)
    var t = 5
    _ = Sampler(diffusion).sample(
      around: zy, noise: SeededNoise(seed: 4),
      observe: { z in
        t -= 1
        let variance = z.elements.reduce(0.0) { $0 + pow(Double($1) - 0.5, 2) } / Double(z.shape.count)
        let expected = pow(configuration.kappa, 2) * diffusion.schedule.eta(t)
        #expect(abs(variance - expected) <= 0.04 * expected, "after step \(t + 1)")
      }, denoise: { _, _ in zy })
    #expect(t == 0)
  }

  @Test func noiseIsAFunctionOfSeedDrawAndPosition() {
    let whole = SeededNoise(seed: 42).draw(1, Shape(1, 8, 9, 48))
    let part = SeededNoise(seed: 42, origin: (y: 3, x: 4)).draw(1, Shape(1, 2, 5, 48))
    #expect(part.elements == whole.cropped(y: 3, x: 4, height: 2, width: 5).elements)
    let threaded = Parallel.$threads.withValue(2) { SeededNoise(seed: 42).draw(1, Shape(1, 8, 9, 48)) }
    #expect(threaded.elements == whole.elements)
    for other in [
      SeededNoise(seed: 43).draw(1, whole.shape), SeededNoise(seed: 42).draw(2, whole.shape),
      SeededNoise(seed: 42, stream: 1).draw(1, whole.shape),
    ] {
      #expect(abs(correlation(other.elements, whole.elements)) < 0.06)
    }
  }

  @Test("Bands of rows give the same bytes as the whole", arguments: [PredictType.xstart, .residual])
  func bandsOfRows(_ predictType: PredictType) {
    let zy = SeededNoise(seed: 8).draw(0, Shape(1, 75, 6, 5))
    let diffusion = GaussianDiffusion(
      DiffusionConfiguration(sf: 1, steps: 3, minNoiseLevel: 0.2, predictType: predictType))
    let noise = SeededNoise(seed: 3, origin: (y: 7, x: 2))
    let whole = Sampler(diffusion).sample(around: zy, noise: noise) { input, _ in input.scaled(by: 0.5) }
    let banded = Sampler(diffusion).sample(around: zy, noise: noise) { z, t, step in
      for rows in [0..<1, 1..<40, 40..<75] {
        let part = z.cropped(y: rows.lowerBound, x: 0, height: rows.count, width: 6)
        step(&z, rows, diffusion.networkInput(part, t).scaled(by: 0.5))
      }
    }
    #expect(banded.elements == whole.elements)
    let draw = noise.draw(2, zy.shape)
    #expect(noise.draw(2, zy.shape, rows: 20..<33).elements == draw.cropped(y: 20, x: 0, height: 13, width: 6).elements)
  }

  @Test func noiseIsStandardNormal() {
    let values = SeededNoise(seed: 7).draw(0, Shape(1, 128, 128, 7)).elements.map(Double.init)
    let count = Double(values.count)
    let mean = values.reduce(0, +) / count
    let variance = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / count
    let fourth = values.reduce(0) { $0 + pow($1 - mean, 4) } / count
    // Standard errors for 114,688 numbers: 0.003, 0.0042, 0.029; the bounds are four of them.
    #expect(abs(mean) < 0.012)
    #expect(abs(variance - 1) < 0.017)
    #expect(abs(fourth - 3) < 0.12)
    #expect(values.allSatisfy { $0.isFinite && abs($0) < 6.5 })
  }

  /// Philox, and Box and Muller's numbers in double: the kernel's own logarithm and cosine to single precision.
  @Test func noiseIsThatOfTheDefinition() {
    let (seed, draw, width, channels) = (UInt64(0x1234_5678_9abc_def0), 3, 37, 150)
    let found = SeededNoise(seed: seed, stream: 9).draw(draw, Shape(1, 1, width, channels)).elements
    for x in 0..<width {
      for c in stride(from: 0, to: channels, by: 2) {
        let words = philox(
          [UInt32(x), 0, UInt32(draw) << 16 | UInt32(c / 4), 9],
          key: [UInt32(truncatingIfNeeded: seed), UInt32(seed >> 32)])
        let u = (Double(words[c % 4] >> 8) + 1) * 0x1p-24
        let (radius, angle) = ((-2 * log(u)).squareRoot(), Double(words[c % 4 + 1]) * 0x1p-32 * 2 * Double.pi)
        #expect(abs(Double(found[x * channels + c]) - radius * cos(angle)) < 2e-6)
        #expect(abs(Double(found[x * channels + c + 1]) - radius * sin(angle)) < 2e-6)
      }
    }
  }

  private func philox(_ counter: [UInt32], key: [UInt32]) -> [UInt32] {
    var (v, k) = (counter, key)
    for _ in 0..<10 {
      let (a, b) = (UInt64(v[0]) * 0xD251_1F53, UInt64(v[2]) * 0xCD9E_8D57)
      v = [
        UInt32(b >> 32) ^ v[1] ^ k[0], UInt32(truncatingIfNeeded: b), UInt32(a >> 32) ^ v[3] ^ k[1],
        UInt32(truncatingIfNeeded: a),
      ]
      k = [k[0] &+ 0x9E37_79B9, k[1] &+ 0xBB67_AE85]
    }
    return v
  }

  private func correlation(_ a: [Float], _ b: [Float]) -> Double {
    zip(a, b).reduce(0.0) { $0 + Double($1.0) * Double($1.1) } / Double(a.count)
  }
}
