import Testing

@testable import ResShift

@Suite struct BlendTests {
  @Test func weightsMixAndZeroKeepsTheBits() {
    let base = PixelImage(width: 4, height: 1, channels: 2, samples: [0.1, 0.5, 0.2, 0.6, 0.3, 0.7, -0.0, 0.8])
    let fill = PixelImage(width: 4, height: 1, channels: 2, repeating: 1)
    let weights = PixelImage(width: 4, height: 1, channels: 1, samples: [0, 0.25, 1, -1])
    let result = fill.blended(over: base, weights: weights)
    let mixed: Float = 0.2 * 0.75 + 0.25
    #expect(result.samples == [0.1, 0.5, mixed, 0.6, 1, 0.7, 0, 0.8])
    #expect(result.samples[6].bitPattern == base.samples[6].bitPattern)
  }

  @Test func alphaIsThatOfTheBase() {
    let base = PixelImage(width: 1, height: 1, channels: 4, samples: [0, 0, 0, 0.25])
    let fill = PixelImage(width: 1, height: 1, channels: 4, samples: [1, 0.5, 0.25, 1])
    let weights = PixelImage(width: 1, height: 1, channels: 1, repeating: 2)
    #expect(fill.blended(over: base, weights: weights).samples == [1, 0.5, 0.25, 0.25])
  }

  @Test func maskWeightsAreTheMeanTimesAlpha() {
    let rgb = PixelImage(width: 2, height: 1, channels: 3, samples: [1, 1, 1, 0, 0.75, 0])
    #expect(rgb.maskWeights.samples == [1, 0.25])
    let rgba = PixelImage(width: 2, height: 1, channels: 4, samples: [1, 1, 1, 0.5, 1, 1, 1, 0])
    #expect(rgba.maskWeights.samples == [0.5, 0])
    let gray = PixelImage(width: 2, height: 1, channels: 1, samples: [0.25, 1.5])
    #expect(gray.maskWeights.samples == [0.25, 1])
  }
}
