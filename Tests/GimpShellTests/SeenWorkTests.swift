import ModelLibrary
import ResShift
import TestSupport
import Testing

@testable import GimpShell

/// Work on what is seen of a layer: with the results that lie over it.
@Suite struct SeenWorkTests: Scenes {
  let gimp = MemoryGimp()
  private static let object = PixelRect(x: 40, y: 20, width: 20, height: 40)
  private static let beside = PixelRect(x: 60, y: 20, width: 20, height: 40)

  /// Dark, with noise that pieces can be told by, and a bright object.
  private static func scene(channels: Int = 3) -> PixelImage {
    var random = SeededRandom(9)
    var scene = PixelImage(width: 140, height: 90, channels: channels, repeating: 1)
    for y in 0..<scene.height {
      for x in 0..<scene.width {
        let isBright = object.contains(x: x, y: y)
        for c in 0..<scene.colourChannels {
          scene[x, y, c] = (isBright ? 0.9 : 0.2) + Float.random(in: -0.05...0.05, using: &random)
        }
      }
    }
    return scene
  }

  private func brightest(_ picture: PixelImage, _ area: PixelRect) -> Float {
    picture.cropped(to: area).samples.max() ?? 1
  }

  @Test("What was removed does not come back as a piece of the next fill, nor in what is restored")
  func removedObjectsStayAway() throws {
    let (image, layer) = image(Self.scene(), selecting: Self.object)
    try perform(.inpaint, image, layer, [.text(""), .number(1)])
    gimp[image].selection = Self.weights(140, 90, Self.beside)
    let second = try perform(.inpaint, image, layer, [.text(""), .number(1)])
    #expect((gimp[second].pixels.samples.max() ?? 1) < 0.5, "from the dark, for nothing bright is seen any more")
    gimp[image].selection = nil
    let restored = try perform(.restore, image, layer, [.text(""), .number(1)])
    #expect(brightest(gimp[restored].pixels, Self.object) < 0.5)
    let again = try perform(.restore, image, layer, [.text(""), .number(1)])
    #expect(gimp[again].pixels == gimp[restored].pixels, "a further try is not one on the first")
    let detail = try perform(.upscale, image, layer, [.text(""), .number(2), .number(2), .number(1)])
    #expect(brightest(gimp[detail].pixels, Self.object) < 0.5)
    #expect(gimp[image].layers.first == detail && gimp[layer].pixels == Self.scene())
    // Hidden, the results count no longer.
    for other in gimp[image].layers where other != layer { gimp[other].isVisible = false }
    let plain = try perform(.restore, image, layer, [.text(""), .number(1)])
    #expect(brightest(gimp[plain].pixels, Self.object) > 0.8)
  }

  @Test("A further try with the same seed is the same, feather included")
  func furtherTries() throws {
    let (image, layer) = image(Self.scene(channels: 4), selecting: Self.object)
    gimp[image].selection = Self.weights(140, 90, Self.object, 0.5)
    let first = try perform(.inpaint, image, layer, [.text(""), .number(1)])
    let second = try perform(.inpaint, image, layer, [.text(""), .number(1)])
    #expect(gimp[first].pixels == gimp[second].pixels)
  }

  @Test("Where a copy stands for the layer, work begins with the copy's fills")
  func copiesAreSeen() throws {
    let (image, layer) = image(Self.scene(), selecting: Self.object)
    gimp[layer].blending = Blending(opacity: 0.5, isNormal: false)
    try perform(.inpaint, image, layer, [.text(""), .number(1)])
    gimp[image].selection = Self.weights(140, 90, Self.beside)
    let second = try perform(.inpaint, image, layer, [.text(""), .number(1)])
    #expect(brightest(gimp[second].pixels, Self.beside) < 0.5 && brightest(gimp[second].pixels, Self.object) < 0.5)
    gimp[image].selection = nil
    let restored = try perform(.restore, image, layer, [.text(""), .number(1)])
    #expect(brightest(gimp[restored].pixels, Self.object) < 0.5)
  }

  @Test("Restored, then enlarged: the result is of what is seen, and lies on top")
  func enlargedIsWhatIsSeen() throws {
    let (image, layer) = image(Self.scene(), selecting: Self.object)
    let fill = try perform(.inpaint, image, layer, [.text(""), .number(1)])
    let new = try perform(.upscale, image, layer, [.text(""), .number(2), .number(0), .number(1)])
    #expect(gimp[image].layers == [new, fill, layer])
    let object = PixelRect(x: 80, y: 40, width: 40, height: 80)
    #expect(brightest(gimp[new].pixels, object) < 0.5)
    #expect(gimp[layer].isVisible && gimp[fill].isVisible, "hidden by an opaque result as it is")
  }

  @Test("Of a layer that is not opaque nothing is seen below its enlargement, in one step", arguments: [0, 1, 2, 3])
  func enlargedAlphaIsNotDoubled(_ kind: Int) throws {
    var picture = Self.scene(channels: kind == 0 ? 4 : 3)
    if kind == 0 { picture[3, 3, 3] = 0.5 }
    let (image, layer) = image(picture)
    if kind == 1 { gimp[layer].mask = (MaskState(), PixelImage(width: 140, height: 90, channels: 1, repeating: 0.5)) }
    if kind == 2 { gimp[layer].blending.opacity = 0.5 }
    if kind == 3 { gimp[layer].blending.isNormal = false }
    let new = try perform(.upscale, image, layer, [.text(""), .number(2), .number(0), .number(1)])
    #expect(!gimp[layer].isVisible && gimp[new].isVisible)
    #expect(gimp[new].blending == gimp[layer].blending)
    #expect(gimp[image].steps.count == 1)
  }

  @Test("A hidden layer that is not opaque gets a result that is seen, as ever")
  func hiddenSources() throws {
    let (image, layer) = image(Self.scene())
    gimp[layer].blending.opacity = 0.5
    gimp[layer].isVisible = false
    let new = try perform(.upscale, image, layer, [.text(""), .number(2), .number(0), .number(1)])
    #expect(gimp[new].isVisible && gimp[new].blending == Blending())
  }

  @Test func newImagesAreNamedAfterTheFile() throws {
    let (image, layer) = image(Self.picture(20, 16))
    func path(_ procedure: Procedure, _ arguments: [Value]) throws -> String? {
      gimp[gimp[try perform(procedure, image, layer, arguments)].image].file
    }
    let twice: [Value] = [.text(""), .number(2), .number(1), .number(1)]
    #expect(try path(.upscale, twice) == nil, "without a file there is no name")
    gimp[image].file = "/nowhere/at.all/boats.tar.jpg"
    #expect(try path(.upscale, twice) == "/nowhere/at.all/boats.tar-2x.xcf")
    #expect(try path(.upscale, twice) == "/nowhere/at.all/boats.tar-2x-2.xcf", "the first is taken")
    #expect(
      try path(.upscaleTo, [.text(""), .number(30), .number(1), .number(1)]) == "/nowhere/at.all/boats.tar-30px.xcf")
    gimp[image].file = "/nowhere/.boats"
    #expect(try path(.upscale, twice) == "/nowhere/.boats-2x.xcf")
  }

  @Test("What stays transparent in the selection is told of, and filled if asked for")
  func transparentParts() throws {
    var picture = Self.scene(channels: 4)
    for y in 0..<30 { for x in 0..<30 { picture[x, y, 3] = 0 } }
    let corner = PixelRect(x: 0, y: 0, width: 36, height: 36)
    let (image, layer) = image(picture, selecting: corner)
    try perform(.inpaint, image, layer, [.text(""), .number(1)])
    #expect(gimp.messages.map(\.text) == [Notice.staysTransparent(gimp[layer].name).text])
    gimp.messages = []
    let filled = try perform(.inpaint, image, layer, [.text(""), .number(1), .number(1), .number(1)])
    #expect(gimp.messages.isEmpty && !gimp[filled].keepsAlphaBelow)
    #expect((0..<36 * 36).allSatisfy { gimp[filled].pixels.samples[4 * $0 + 3] == 1 })
    // A rim of little transparency is no matter.
    gimp[image].selection = Self.weights(140, 90, PixelRect(x: 29, y: 10, width: 40, height: 10))
    try perform(.inpaint, image, layer, [.text(""), .number(1)])
    #expect(gimp.messages.isEmpty)
  }
}
