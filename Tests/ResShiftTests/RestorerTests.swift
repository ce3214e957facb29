import ModelLibrary
import TensorCore
import TestSupport
import Testing

@testable import ResShift

/// The built-in models on small pictures.
struct RestorerTests {
  private static let upscaler = Result { try load("compact-sr-x4") }
  private static let inpainter = Result { try load("compact-inpaint") }

  private static func load(_ name: String) throws -> Restorer {
    try Restorer(ModelDescriptor(contentsOf: packageFolder.appending(path: "plugin/models/\(name)").path))
  }

  /// A smooth picture with an edge and some noise.
  private func picture(_ width: Int, _ height: Int, channels: Int) -> PixelImage {
    var random = SeededRandom(UInt64(width * 1000 + height))
    var picture = PixelImage(width: width, height: height, channels: channels)
    for y in 0..<height {
      for x in 0..<width {
        for c in 0..<channels {
          let edge: Float = 2 * x > width + y / 2 ? 0.3 : 0
          let slope = Float(y) / Float(2 * height) + Float(c) * 0.05
          picture[x, y, c] = min(1, edge + slope + Float.random(in: 0...0.03, using: &random))
        }
      }
    }
    return picture
  }

  private func options(_ change: (inout RestoreOptions) -> Void = { _ in }) -> RestoreOptions {
    var options = RestoreOptions()
    options.threads = 2
    change(&options)
    return options
  }

  @Test(arguments: zip([(1, 1), (1, 9), (31, 7), (65, 33)], [3, 1, 4, 2]))
  func anySizeAndKindIsEnlarged(_ size: (Int, Int), _ channels: Int) throws {
    let input = picture(size.0, size.1, channels: channels)
    let output = try Self.upscaler.get().upscale(input, options())
    #expect((output.width, output.height, output.channels) == (4 * size.0, 4 * size.1, channels))
    #expect(output.samples.allSatisfy { (0...1).contains($0) })
    // Averaged back it is about the input: the network restores, it does not invent another picture.
    let back = try Self.upscaler.get().upscale(input, factor: 1, options())
    for c in 0..<input.colourChannels {
      let error = (0..<size.0 * size.1).reduce(Float(0)) { sum, p in
        sum + abs(back.samples[p * channels + c] - input.samples[p * channels + c])
      }
      #expect(error / Float(size.0 * size.1) < 0.06)
    }
  }

  /// The work of a thin picture follows its area: as much as that of a square of the same area, and not that of the square
  /// that it could be mirrored into.
  @Test(arguments: [(4, 512), (512, 4), (16, 128), (7, 300)])
  func thinPicturesAreLittleWork(_ height: Int, _ width: Int) throws {
    func work(_ width: Int, _ height: Int) throws -> Int {
      let count = WorkCount()
      _ = try WorkCount.$current.withValue(count) {
        try Self.upscaler.get().upscale(picture(width, height, channels: 3), options())
      }
      return count.operations
    }
    let square = try work(64, 64)
    let share = Double(width * height) / 4096
    #expect(Double(try work(width, height)) < (1.25 * share + 0.25) * Double(square))
  }

  @Test func factorsBelowTheScaleAreReducedAndAboveRefused() throws {
    let input = picture(20, 12, channels: 3)
    let output = try Self.upscaler.get().upscale(input, factor: 3, options())
    #expect((output.width, output.height) == (60, 36))
    #expect(throws: RestoreError.self) { try Self.upscaler.get().upscale(input, factor: 5, options()) }
    #expect(throws: RestoreError.self) { try Self.upscaler.get().upscale(input, factor: 0, options()) }
    #expect(throws: RestoreError.self) { try Self.inpainter.get().upscale(input, options()) }
  }

  @Test func smallerFactorsAreTheAreaAverageOfTheWhole() throws {
    let input = picture(24, 20, channels: 3)
    let whole = try Self.upscaler.get().upscale(input, options())
    let half = try Self.upscaler.get().upscale(input, factor: 2, options())
    let average = Tensor(Shape(1, 80, 96, 3), whole.samples).resized(height: 40, width: 48)
    #expect(largestDifference(half.samples, average.elements) < 1e-6)
  }

  @Test func nanStaysInItsPixel() throws {
    var input = picture(40, 30, channels: 4)
    for c in 0..<4 { input[20, 15, c] = 0 }
    let black = try Self.upscaler.get().upscale(input, options())
    for (c, value) in [Float.nan, -.infinity, -.nan, .nan].enumerated() { input[20, 15, c] = value }
    let output = try Self.upscaler.get().upscale(input, options())
    #expect(output.samples.allSatisfy { (0...1).contains($0) })
    #expect(output == black, "alpha, too")
    let broken = Tensor(Shape(1, 1, 1, 3), [.nan, .infinity, -.infinity])
    var shown = PixelImage(width: 1, height: 1, channels: 3)
    shown.setColours(broken)
    #expect(shown.samples == [0, 1, 0])
  }

  /// On demand an enlargement keeps the tones of the input exactly, cell by cell; by default it is the network's.
  @Test func tonesOfAnEnlargementAreMatchedOnDemand() throws {
    let input = picture(48, 32, channels: 3)
    let wanted = Tensor(Shape(1, 32, 48, 3), input.samples).resized(height: 4, width: 6).elements
    func toneError(_ match: Bool?) throws -> Float {
      let output = try Self.upscaler.get().upscale(input, options { $0.toneMatch = match })
      let cells = Tensor(Shape(1, 128, 192, 3), output.samples).resized(height: 4, width: 6).elements
      return zip(cells, wanted).map { abs($0 - $1) }.reduce(0, +)
    }
    #expect(try toneError(true) < toneError(false) / 2)
    #expect(try toneError(nil) == toneError(false))
  }

  @Test func alphaIsScaledOnItsOwn() throws {
    var input = picture(16, 16, channels: 4)
    for y in 0..<16 { for x in 0..<16 { input[x, y, 3] = x < 8 ? 0.1 : 1 } }
    let output = try Self.upscaler.get().upscale(input, options())
    for y in 0..<64 {
      for x in 0..<64 where !(26..<38).contains(x) { #expect(output[x, y, 3] == (x < 32 ? 0.1 : 1)) }
    }
    var opaque = input
    for p in 0..<256 { opaque.samples[4 * p + 3] = 1 }
    let same = try Self.upscaler.get().upscale(opaque, options())
    for p in 0..<64 * 64 { for c in 0..<3 { #expect(output.samples[4 * p + c] == same.samples[4 * p + c]) } }
  }

  @Test func resultsDependOnTheSeedAndNotOnThreads() throws {
    let input = picture(60, 40, channels: 3)
    let one = try Self.upscaler.get().upscale(input, options { $0.threads = 1 })
    #expect(try Self.upscaler.get().upscale(input, options { $0.threads = 2 }) == one)
    #expect(try Self.upscaler.get().upscale(input, options { $0.threads = 5 }) == one)
    #expect(try Self.upscaler.get().upscale(input, options { $0.seed = 7 }) != one)
  }

  /// Tiles see the same noise, so they differ from the whole only by the context they lack.
  @Test func tilesAgreeWithTheWhole() throws {
    let input = picture(120, 60, channels: 3)
    let whole = try Self.upscaler.get().upscale(input, options { $0.tile = .whole })
    let tiled = try Self.upscaler.get().upscale(input, options { $0.tile = .pixels(64) })
    let independent = try Self.upscaler.get().upscale(
      input,
      options {
        $0.tile = .pixels(64)
        $0.tiling = .independent
      })
    #expect(tiled != whole)
    let difference = nmse(tiled.samples, whole.samples)
    #expect(difference < 1e-3)
    #expect(difference < nmse(independent.samples, whole.samples))
  }

  @Test(arguments: [1, 2, 3, 4])
  func onlyTheHoleIsFilled(_ channels: Int) throws {
    let input = picture(150, 90, channels: channels)
    var mask = PixelImage(width: 150, height: 90, channels: 1)
    for y in 20..<50 { for x in 30..<75 { mask[x, y, 0] = x < 50 ? 1 : 0.4 } }
    for y in 60..<70 { for x in 120..<140 { mask[x, y, 0] = 0.004 } }
    let output = try Self.inpainter.get().inpaint(input, mask: mask, options())
    var (changed, inside) = (0, 0)
    for p in 0..<150 * 90 {
      for c in 0..<channels {
        let (before, after) = (input.samples[p * channels + c], output.samples[p * channels + c])
        if mask.samples[p] == 0 || c >= input.colourChannels {
          #expect(before == after)
        } else {
          inside += 1
          changed += before == after ? 0 : 1
        }
      }
    }
    #expect(changed > inside * 9 / 10)
    #expect(try Self.inpainter.get().inpaint(input, mask: mask, options { $0.threads = 1 }) == output)
    #expect(try Self.inpainter.get().inpaint(input, mask: mask, options { $0.seed = 1 }) != output)
  }

  @Test func tonesOfAFillAreMatchedByDefault() throws {
    let input = picture(64, 64, channels: 3)
    var mask = PixelImage(width: 64, height: 64, channels: 1)
    for y in 20..<40 { for x in 20..<40 { mask[x, y, 0] = 1 } }
    func fill(_ match: Bool?) throws -> PixelImage {
      try Self.inpainter.get().inpaint(input, mask: mask, options { $0.toneMatch = match })
    }
    #expect(try fill(nil) == fill(true))
    #expect(try fill(nil) != fill(false))
  }

  /// Fresh noise for every tile: the same content comes out different.
  @Test func independentTilesHaveNoiseOfTheirOwn() throws {
    let flat = PixelImage(width: 128, height: 64, channels: 1, repeating: 0.5)
    let output = try Self.upscaler.get().upscale(
      flat, options { ($0.tile, $0.overlap, $0.tiling) = (.pixels(64), 0, .independent) })
    let halves = [0, 256].map { left in output.cropped(to: PixelRect(x: left, y: 0, width: 256, height: 256)) }
    #expect(halves[0] != halves[1])
  }

  /// The noise belongs to places in the picture: what another seed changes is alike, whatever part is worked on.
  @Test func theRegionWorkedOnDoesNotChangeTheNoise() throws {
    let input = picture(500, 330, channels: 3)
    var mask = PixelImage(width: 500, height: 330, channels: 1)
    for y in 210..<250 { for x in 301..<350 { mask[x, y, 0] = 1 } }
    // The first built-in model: its fill does not depend on the seed.
    let inpainter = try Restorer(ModelDescriptor(contentsOf: fixture("compact-inpaint")))
    func changeBySeed(_ tile: TileSize) throws -> [Double] {
      let (a, b) = (
        try inpainter.inpaint(input, mask: mask, options { ($0.seed, $0.tile) = (1, tile) }),
        try inpainter.inpaint(input, mask: mask, options { ($0.seed, $0.tile) = (2, tile) })
      )
      return (210..<250).flatMap { y in
        (301..<350).flatMap { x in (0..<3).map { Double(a[x, y, $0]) - Double(b[x, y, $0]) } }
      }
    }
    let (part, whole) = (try changeBySeed(.automatic), try changeBySeed(.whole))
    func product(_ a: [Double], _ b: [Double]) -> Double { zip(a, b).reduce(0) { $0 + $1.0 * $1.1 } }
    #expect(product(part, whole) / (product(part, part) * product(whole, whole)).squareRoot() > 0.7)
  }

  /// What lies in the hole is not looked at.
  @Test func theContentOfTheHoleIsIgnored() throws {
    let input = picture(80, 60, channels: 3)
    var mask = PixelImage(width: 80, height: 60, channels: 1)
    for y in 10..<40 { for x in 20..<50 { mask[x, y, 0] = 1 } }
    var other = input
    for y in 10..<40 { for x in 20..<50 { for c in 0..<3 { other[x, y, c] = 1 - input[x, y, c] } } }
    let output = try Self.inpainter.get().inpaint(input, mask: mask, options())
    #expect(try Self.inpainter.get().inpaint(other, mask: mask, options()) == output)
    // Nor what is wholly transparent.
    var (first, second) = (picture(80, 60, channels: 4), picture(80, 60, channels: 4))
    for x in 0..<80 { (first[x, 5, 3], second[x, 5, 3], second[x, 5, 0]) = (0, 0, 0.9) }
    let (a, b) = (
      try Self.inpainter.get().inpaint(first, mask: mask, options()),
      try Self.inpainter.get().inpaint(second, mask: mask, options())
    )
    for y in 10..<40 { for x in 20..<50 { for c in 0..<3 { #expect(a[x, y, c] == b[x, y, c]) } } }
  }

  @Test func progressRisesToOneAndCanStop() throws {
    let values = Notices()
    _ = try Self.upscaler.get().upscale(
      picture(20, 20, channels: 3), options { $0.progress = { values.add(String($0)) } })
    let fractions = values.all.compactMap { Double($0) }
    #expect(fractions.first == 0)
    #expect(fractions == fractions.sorted())
    #expect(abs((fractions.last ?? 0) - 1) < 1e-9)
    #expect(throws: RestoreError.cancelled) {
      try Self.upscaler.get().upscale(
        picture(20, 20, channels: 3), options { $0.progress = { if $0 > 0.3 { throw RestoreError.cancelled } } })
    }
  }
}
