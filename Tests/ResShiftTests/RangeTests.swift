import TestSupport
import Testing

@testable import ResShift

/// Values beyond 0...1 are carried past the network, and come back.
struct RangeTests {
  /// Scene light, colours outside a small gamut, ordinary ones. Each fills a square of 32.
  private static let colours: [[Float]] = [
    [4, 4, 4], [4, 2, 0.5], [-0.25, 0.5, 1.5], [0.3, -2, 0.3], [0.02, -0.01, 1.01], [60000, 0.1, -60000],
    [0.2, 0.5, 0.7], [0, 1, 1],
  ]

  private let patches = PixelImage(32 * Self.colours.count, 32, channels: 3) { x, _ in Self.colours[x / 32] }

  /// What the picture would be if it could only hold what the network sees.
  private func clipped(_ picture: PixelImage) -> PixelImage {
    var result = picture
    result.samples = picture.samples.map { min(max($0, 0), 1) }
    return result
  }

  /// No colour is further from itself than the network puts the one that it sees.
  private func expectBack(_ got: [Float], _ colour: [Float], like seen: [Float], _ what: String) {
    for c in colour.indices {
      let networksOwn = abs(seen[c] - min(max(colour[c], 0), 1))
      #expect(networksOwn < 0.1, "\(what): the network does not see \(colour) as it is, but as \(seen)")
      // Float32 holds seven digits of 60000.
      #expect(abs(got[c] - colour[c]) <= networksOwn + 1e-6 + abs(colour[c]) * 1e-6, "\(what) \(colour): \(got)")
    }
  }

  @Test(arguments: BuiltIn.Task.allCases)
  func flatColoursComeBack(_ task: BuiltIn.Task) throws {
    let wholePicture = task == .upscale || task == .sameSize || task == .restore
    for (index, colour) in Self.colours.enumerated() where !wholePicture || index == 0 {
      // A hole or box inside the patch.
      let area = PixelRect(x: 32 * index + 10, y: 10, width: 12, height: 12)
      let (result, scale) = try BuiltIn.run(task, patches, area: area)
      let (seen, _) = try BuiltIn.run(task, clipped(patches), area: area)
      for (patch, other) in Self.colours.enumerated() where wholePicture || patch == index {
        for y in 12..<20 {
          for x in 32 * patch + 12..<32 * patch + 20 {
            let (x, y) = (x * scale + scale / 2, y * scale + scale / 2)
            expectBack(result.pixel(x, y), wholePicture ? other : colour, like: seen.pixel(x, y), "\(task)")
          }
        }
      }
    }
  }

  @Test(arguments: BuiltIn.Task.allCases)
  func grayPicturesKeepTheirRange(_ task: BuiltIn.Task) throws {
    let picture = PixelImage(64, 64, channels: 1) { x, _ in [x < 32 ? 3 : -0.5] }
    let area = PixelRect(x: 8, y: 20, width: 14, height: 14)
    let (result, scale) = try BuiltIn.run(task, picture, area: area)
    let (seen, _) = try BuiltIn.run(task, clipped(picture), area: area)
    for (x, colour) in [(14, Float(3)), (50, -0.5)] {
      expectBack(result.pixel(x * scale, 26 * scale), [colour], like: seen.pixel(x * scale, 26 * scale), "\(task)")
    }
  }

  /// A lamp beside a dark wall: no ring of darkness around the lamp, no light on what is put before the wall.
  @Test func highlightsKeepToTheirPlace() throws {
    let picture = PixelImage(96, 64, channels: 3) { x, _ in x < 48 ? [5, 5, 4] : [0.2, 0.3, 0.25] }
    let area = PixelRect(x: 36, y: 20, width: 24, height: 24)
    for task in BuiltIn.Task.allCases {
      let (result, _) = try BuiltIn.run(task, picture, area: area)
      let (seen, _) = try BuiltIn.run(task, clipped(picture), area: area)
      for (got, network) in zip(result.samples, seen.samples) {
        #expect(got >= network && got < 5.1, "\(task)")
        if network < 0.5 { #expect(got == network, "\(task)") }
      }
    }
    let (filled, _) = try BuiltIn.run(.inpaint, picture, area: area)
    let bright = (0..<24 * 24).count { abs(filled[36 + $0 % 24, 20 + $0 / 24, 0] - 5) < 0.1 }
    let dark = (0..<24 * 24).count { filled[36 + $0 % 24, 20 + $0 / 24, 0] < 0.5 }
    #expect(bright > 200 && dark > 200 && bright + dark > 500, "\(bright) bright, \(dark) dark pixels")
  }

  /// One highlight changes nothing elsewhere: what is carried is added, what the network sees is the same.
  @Test func theRestIsAsWithoutHighlights() throws {
    let plain = PixelImage(40, 40, channels: 3) { x, y in [Float(x) / 40, Float(y) / 40, x == 20 && y == 20 ? 1 : 0.4] }
    var bright = plain
    bright[20, 20, 2] = 7
    for task in BuiltIn.Task.allCases where task != .inpaint {
      let area = PixelRect(x: 4, y: 4, width: 32, height: 32)
      let (a, scale) = try BuiltIn.run(task, plain, area: area)
      let (b, _) = try BuiltIn.run(task, bright, area: area)
      for y in 0..<a.height {
        for x in 0..<a.width where !(19...21).contains(x / scale) || !(19...21).contains(y / scale) {
          #expect(a.pixel(x, y) == b.pixel(x, y))
        }
      }
      #expect(a != b)
    }
  }

  @Test func infinityBecomesTheLargestValue() {
    let picture = PixelImage(
      width: 1, height: 2, channels: 4, samples: [.nan, .infinity, -.infinity, .nan, 3, -2, 0, 1])
    #expect(picture.madeFinite().samples == [0, 3, -2, 0, 3, -2, 0, 1])
    let plain = PixelImage(width: 2, height: 1, channels: 1, samples: [.infinity, -.infinity])
    #expect(plain.madeFinite().samples == [1, 0])
  }
}
