import ResShift
import TensorCore
import Testing

@testable import Evaluation

@Suite struct DegradationTests {
  /// Every 2 x 2 pixels of 0 and 1 become their mean, in 8 bits.
  @Test func cleanIsTheAreaAverage() throws {
    var picture = PixelImage(width: 8, height: 6, channels: 3)
    for c in 0..<3 { picture[2, 4, c] = 1 }
    let small = try Degradation.clean.spoilt(picture, scale: 2, seed: 1)
    #expect((small.width, small.height) == (4, 3))
    for y in 0..<3 {
      for x in 0..<4 { #expect(small[x, y, 1] == ((x, y) == (1, 2) ? Float(64) / 255 : 0)) }
    }
  }

  /// SciPy's gaussian_filter, mode nearest, truncate 4; single precision here.
  @Test func blurAsOthersDoIt() {
    var picture = PixelImage(width: 12, height: 9, channels: 3)
    for y in 0..<9 {
      for x in 0..<12 { picture[x, y, 0] = Float((x * 7 + y * 5 + x * y / 3) % 256) / 255 }
    }
    let blurred = picture.blurred(sigma: 1)
    #expect(abs(blurred[0, 0, 0] - 0.017143489) < 1e-6)
    #expect(abs(blurred[5, 4, 0] - 0.240850379) < 1e-6)
    #expect(abs(blurred[11, 8, 0] - 0.546259367) < 1e-6)
  }

  /// 3 x 64 x 64 samples: their deviation is known to 0.6 % (one sigma); JPEG of quality 100 adds little.
  @Test func noiseIsOfTheSizeStated() throws {
    let noisy = try Degradation.everyday.spoilt(Pictures.flat(256, 256), scale: 4, quality: 100, seed: 1)
    let values = noisy.samples.map { 255 * Double($0) - 128 }
    let deviation = (values.reduce(0) { $0 + $1 * $1 } / Double(values.count)).squareRoot()
    #expect(abs(deviation - 4) < 0.3)
    #expect(abs(values.reduce(0, +) / Double(values.count)) < 0.2)
  }

  @Test func seedsAndQualitiesCount() throws {
    let picture = Pictures.waves(64, 48)
    func spoilt(_ degradation: Degradation, quality: Int? = nil, seed: UInt64 = 1) throws -> PixelImage {
      try degradation.spoilt(picture, scale: 1, quality: quality, seed: seed)
    }
    #expect(try spoilt(.compressed) == spoilt(.compressed, quality: 50))
    #expect(try spoilt(.everyday) == spoilt(.everyday, quality: 75))
    #expect(try spoilt(.everyday) != spoilt(.everyday, seed: 2))
    let comparison = Comparison(picture)
    let psnr = try [90, 50, 10].map { try comparison.scores(of: spoilt(.compressed, quality: $0))[.psnr] ?? 0 }
    #expect(psnr[0] > psnr[1] && psnr[1] > psnr[2])
    #expect(Degradation.allCases.filter(\.hasQuality) == [.everyday, .compressed])
  }

  @Test(arguments: [Degradation.boxes, .irregular])
  func masksCoverWhatTheyShould(_ degradation: Degradation) {
    for (width, height) in [(64, 64), (200, 40), (90, 300)] {
      var shares: [Float] = []
      for seed in 0..<20 as Range<UInt64> {
        let mask = degradation.mask(width: width, height: height, seed: seed)
        #expect(mask.channels == 1 && mask.samples.allSatisfy { $0 == 0 || $0 == 1 })
        #expect(degradation.mask(width: width, height: height, seed: seed) == mask)
        shares.append(mask.samples.reduce(0, +) / Float(width * height))
      }
      #expect(shares.allSatisfy { (0.05...0.3).contains($0) }, "\(shares)")
      #expect((shares.max() ?? 0) - (shares.min() ?? 0) > 0.1)
    }
    for side in 1...4 { #expect(degradation.mask(width: side, height: side, seed: 1).samples.contains(1)) }
  }

  /// The generator's published sequence for seed 1234567.
  @Test func generatorAsPublished() {
    var random = SplitMix64(seed: 1_234_567)
    #expect(
      (0..<3).map { _ in random.next() } == [
        6_457_827_717_110_365_317, 3_203_168_211_198_807_973, 9_817_491_932_198_370_423,
      ])
  }

  @Test func holesAreGrayInTheInput() {
    let (picture, mask) = (Pictures.waves(45, 37), Pictures.hole(45, 37))
    let input = Trial(name: "a", original: picture, mask: mask).input
    for pixel in mask.samples.indices {
      for sample in 3 * pixel..<3 * pixel + 3 {
        #expect(input.samples[sample] == (mask.samples[pixel] > 0 ? 128.0 / 255 : picture.samples[sample]))
      }
    }
  }

  @Test func grayAndAlphaBecomeRGB() {
    let samples: [Float] = [0.25, 0.5, 0.75, 1]
    #expect(
      PixelImage(width: 2, height: 1, channels: 2, samples: samples).opaqueRGB.samples == [
        0.25, 0.25, 0.25, 0.75, 0.75, 0.75,
      ])
    #expect(PixelImage(width: 1, height: 1, channels: 4, samples: samples).opaqueRGB.samples == [0.25, 0.5, 0.75])
  }
}
