import TestSupport
import Testing

@testable import ResShift

/// Gray that is stored as RGB stays gray.
struct NeutralTests {
  private static let area = PixelRect(x: 20, y: 16, width: 20, height: 18)

  private static func gray(_ x: Int, _ y: Int) -> Float {
    var random = SplitMix(UInt64(y * 1000 + x))
    return (x + y / 2) % 23 < 9 ? 0.8 : 0.2 + Float(x) / 200 + 0.05 * random.next()
  }

  /// A few bits of noise by place.
  private struct SplitMix {
    private var random: SeededRandom
    init(_ seed: UInt64) { random = SeededRandom(seed) }
    mutating func next() -> Float { Float.random(in: 0...1, using: &random) }
  }

  private static func picture(channels: Int, _ value: (Float) -> Float = { $0 }) -> PixelImage {
    PixelImage(64, 50, channels: channels) { x, y in
      let colours = [Float](repeating: value(gray(x, y)), count: channels < 3 ? 1 : 3)
      return channels % 2 == 0 ? colours + [0.3 + Float(x) / 100] : colours
    }
  }

  /// Three equal channels give three times what one gives, bit for bit.
  @Test(arguments: BuiltIn.Task.allCases, [nil, true, false])
  func threeEqualChannelsEqualOneChannel(_ task: BuiltIn.Task, _ toneMatch: Bool?) throws {
    for channels in [3, 4] {
      for value in [{ $0 }, { 4 * $0 - 0.5 }] as [(Float) -> Float] {
        let (colour, _) = try BuiltIn.run(
          task, Self.picture(channels: channels, value), area: Self.area, toneMatch: toneMatch)
        let (gray, _) = try BuiltIn.run(
          task, Self.picture(channels: channels - 2, value), area: Self.area, toneMatch: toneMatch)
        #expect(colour.samples.allSatisfy { $0.isFinite })
        for p in 0..<gray.width * gray.height {
          for c in 0..<3 { #expect(colour.samples[p * channels + c] == gray.samples[p * (channels - 2)]) }
        }
      }
    }
  }

  /// What conversions leave of gray is no colour, and no more is made of it; in finer samples it is not lost either.
  @Test(arguments: BuiltIn.Task.allCases)
  func differencesOfOneStepOfEightBitsAreNoColour(_ task: BuiltIn.Task) throws {
    let picture = PixelImage(64, 50, channels: 3) { x, y in
      let gray = (200 * Self.gray(x, y)).rounded() / 255
      return [gray, gray + ((x * 7 + y) % 3 == 0 ? 1.0 / 255 : 0), gray]
    }
    let (result, _) = try BuiltIn.run(task, picture, area: Self.area)
    for p in 0..<result.width * result.height {
      let pixel = result.samples[3 * p..<3 * p + 3]
      #expect((pixel.max() ?? 1) - (pixel.min() ?? 0) <= 1.01 / 255)
    }
    let tinted = PixelImage(64, 50, channels: 3) { _, _ in [0.5, 0.502, 0.501] }
    let (kept, _) = try BuiltIn.run(task, tinted, area: Self.area)
    let pixel = kept.pixel(kept.width / 2, kept.height / 2)
    #expect(abs(pixel[1] - pixel[0] - 0.002) < 1e-5 && abs(pixel[2] - pixel[0] - 0.001) < 1e-5, "\(pixel)")
  }

  /// Only what is seen and known counts: colours in the hole and under alpha 0 do not, others do.
  @Test func onlyKnownPixelsCount() throws {
    var picture = Self.picture(channels: 4)
    for c in 0..<3 { picture[2, 3, c] = c == 0 ? 1 : 0 }
    picture[2, 3, 3] = 0
    for x in 25..<30 { for c in 0..<3 { picture[x, 20, c] = .nan } }
    for task in BuiltIn.Task.allCases where task != .restoreBox {
      if task == .inpaint { for x in 30..<35 { picture[x, 20, 1] = 1 } }
      let (result, scale) = try BuiltIn.run(task, picture, area: Self.area)
      for y in 16 * scale..<34 * scale {
        for x in 20 * scale..<40 * scale {
          let pixel = result.pixel(x, y)
          #expect(pixel[0] == pixel[1] && pixel[1] == pixel[2])
        }
      }
      if task == .inpaint { for x in 30..<35 { picture[x, 20, 1] = picture[x, 20, 2] } }
    }
    var coloured = Self.picture(channels: 3)
    coloured[2, 3, 0] += 0.1
    let (result, _) = try BuiltIn.run(.upscale, coloured, area: Self.area)
    #expect((0..<result.width * result.height).contains { result.samples[3 * $0] != result.samples[3 * $0 + 1] })
  }
}
