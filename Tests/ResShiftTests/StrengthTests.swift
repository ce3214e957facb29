import Synchronization
import TestSupport
import Testing

@testable import ResShift

/// How much of a result is the network's.
struct StrengthTests {
  private static let area = PixelRect(x: 8, y: 6, width: 20, height: 16)

  private func picture(channels: Int) -> PixelImage {
    var random = SeededRandom(5)
    var picture = PixelImage(width: 44, height: 32, channels: channels)
    for pixel in picture.samples.indices { picture.samples[pixel] = Float.random(in: 0.1...0.9, using: &random) }
    return picture
  }

  private func run(
    _ task: BuiltIn.Task, _ picture: PixelImage, strength: Double, seed: UInt64 = 12345
  ) throws -> PixelImage {
    try BuiltIn.run(task, picture, area: Self.area) {
      $0.strength = strength
      $0.seed = seed
    }.result
  }

  @Test("Strength 0 is the plain picture, and strength 1 the network's", arguments: BuiltIn.Task.allCases)
  func ends(_ task: BuiltIn.Task) throws {
    let picture = picture(channels: 3)
    let whole = try BuiltIn.run(task, picture, area: Self.area).result
    #expect(try run(task, picture, strength: 1) == whole && run(task, picture, strength: 2) == whole)
    let plain = try run(task, picture, strength: 0)
    switch task {
    case .upscale:
      let cubic = picture.resized(width: 4 * picture.width, height: 4 * picture.height)
      // To and from the network's range, each rounded to 24 bits.
      #expect(zip(plain.samples, cubic.samples).allSatisfy { abs($0 - $1) < 1e-6 })
    case .sameSize, .restore, .restoreBox: #expect(plain == picture)
    case .inpaint: #expect(plain == whole, "fills have no plain picture")
    }
  }

  @Test("Between them values are mixed as they are stored, alpha stays", arguments: [BuiltIn.Task.upscale, .restore])
  func between(_ task: BuiltIn.Task) throws {
    let picture = picture(channels: 4)
    let (none, half, all) = try (
      run(task, picture, strength: 0), run(task, picture, strength: 0.5), run(task, picture, strength: 1)
    )
    for pixel in 0..<half.width * half.height {
      for c in 4 * pixel..<4 * pixel + 3 {
        #expect(abs(half.samples[c] - (none.samples[c] + all.samples[c]) / 2) < 1e-5)
      }
      #expect(half.samples[4 * pixel + 3] == all.samples[4 * pixel + 3])
    }
    #expect(half != all && half != none)
  }

  @Test func whatIsOutOfRangeBecomesTheNearest() {
    var options = RestoreOptions()
    for (given, kept) in [(0.3, 0.3), (-1, 0), (7, 1), (Double.nan, 1)] {
      options.strength = given
      #expect(options.strength == kept)
    }
  }

  @Test("Without the network's part there is no work, and progress is whole")
  func progressIsTold() throws {
    let told = Mutex<[Double]>([])
    _ = try BuiltIn.run(.upscale, picture(channels: 3), area: Self.area) {
      $0.strength = 0
      $0.progress = { share in told.withLock { $0.append(share) } }
    }
    #expect(told.withLock { $0 } == [1])
  }
}
