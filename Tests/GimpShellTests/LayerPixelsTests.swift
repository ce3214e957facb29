import ResShift
import TestSupport
import Testing

@testable import GimpShell

/// Pixels between layers and the engine.
@Suite struct LayerPixelsTests {
  private let gimp = MemoryGimp()

  private func source(_ pixels: PixelImage) throws -> Source {
    let image = gimp.makeImage(pixels.width, pixels.height)
    return try Source(gimp.addLayer(pixels, to: image), in: image, of: gimp)
  }

  @Test func encodedSamplesComeAsTheyAre() throws {
    let picture = PixelImage(width: 2, height: 1, channels: 4, samples: [-0.5, 0.2, 7, 1.5, 0.1, 0.2, 0.3, -1])
    let read = try LayerPixels(source(picture)).read(PixelRect(x: 0, y: 0, width: 2, height: 1))
    #expect(read.samples == [-0.5, 0.2, 7, 1, 0.1, 0.2, 0.3, 0], "only alpha is clamped")
  }

  @Test("Linear light gets the curve and loses it again", arguments: [true, false])
  func linearLight(byProfile: Bool) throws {
    let values: [Float] = [-0.25, 0, 0.001, 0.18, 0.5, 1, 3, 60_000]
    let source = try source(PixelImage(width: 8, height: 1, channels: 1, samples: values))
    if byProfile { gimp[source.image].hasLinearProfile = true } else { gimp[source.layer].isLinear = true }
    let pixels = try LayerPixels(source)
    let read = try pixels.read(source.bounds)
    #expect(abs(read.samples[3] - 0.461356) < 1e-5, "18 % gray")
    #expect(read.samples[1] == 0 && read.samples[5] == 1)
    try pixels.write(read, to: source.layer)
    for (found, expected) in zip(gimp[source.layer].pixels.samples, values) {
      #expect(abs(found - expected) <= 1e-6 * max(1, abs(expected)))
    }
  }

  @Test func whatGimpDoesNotNameIsAnError() throws {
    let source = try source(PixelImage(width: 1, height: 1, channels: 3))
    gimp.refusals = [.nameProfile]
    #expect(throws: ShellError.refused(.nameProfile, layer: source.name)) { try LayerPixels(source) }
  }

  @Test("Of a large colour picture nothing but the part is read")
  func coloursAreKnownByThePart() throws {
    var picture = PixelImage(width: 3000, height: 2000, channels: 3, repeating: 0.5)
    for pixel in stride(from: 0, to: picture.samples.count, by: 3) { picture.samples[pixel] = 0.7 }
    let area = PixelRect(x: 1000, y: 700, width: 300, height: 200)
    let part = try LayerPixels(source(picture)).part(area, hole: nil)
    #expect(gimp.reads == [area])
    #expect(part.place == area && (part.width, part.height) == (3000, 2000))
    #expect(!part.traits.isNeutral)
  }

  @Test("A gray picture is looked at in bands, and one coloured pixel far away is found", arguments: [false, true])
  func grayPicturesAreLookedAt(hasColour: Bool) throws {
    var picture = PixelImage(width: 600, height: 1500, channels: 3, repeating: 0.5)
    if hasColour { picture[599, 1499, 0] = 0.9 }
    let area = PixelRect(x: 0, y: 0, width: 100, height: 100)
    let part = try LayerPixels(source(picture)).part(area, hole: nil)
    #expect(part.traits.isNeutral == !hasColour)
    #expect(gimp.reads.count > 2)
    #expect(gimp.reads.allSatisfy { $0.height <= 256 })
  }

  @Test func somethingVisibleIsFoundWhereverItIs() throws {
    var picture = PixelImage(width: 20, height: 900, channels: 2)
    #expect(try !LayerPixels(source(picture)).isAnythingVisible())
    picture[19, 899, 1] = 0.1
    #expect(try LayerPixels(source(picture)).isAnythingVisible())
  }
}
