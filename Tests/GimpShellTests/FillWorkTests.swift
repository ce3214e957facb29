import ResShift
import TestSupport
import Testing

@testable import GimpShell

/// Fills with options, extended canvases and enlargements to a width, on images in memory.
@Suite struct FillWorkTests: Scenes {
  let gimp = MemoryGimp()
  private static let hole = PixelRect(x: 40, y: 30, width: 20, height: 16)

  private func full(grow: Int = 0, tone: Int = 1, merged: Int = 0, opaque: Int = 0, exclude: String = "") -> [Value] {
    [.text(""), .number(7), .number(grow), .number(tone), .number(merged), .number(opaque), .text(exclude), .number(1)]
  }

  @Test func withoutOptionsTheFillIsThatOfInpaint() throws {
    let (image, layer) = image(Self.picture(120, 90), selecting: Self.hole)
    let plain = try perform(.inpaint, image, layer, [.text(""), .number(7)])
    let (other, otherLayer) = self.image(Self.picture(120, 90), selecting: Self.hole)
    // Five arguments are all that scripts of GIMP 2.10 know.
    let new = try perform(.inpaintFull, other, otherLayer, Array(full().prefix(5)))
    #expect(gimp[new].pixels == gimp[plain].pixels && gimp.place(of: new) == Self.hole)
    let (third, thirdLayer) = self.image(Self.picture(120, 90), selecting: Self.hole)
    #expect(try gimp[perform(.inpaintFull, third, thirdLayer, full(tone: 0))].pixels != gimp[plain].pixels)
  }

  @Test func theSelectionGrows() throws {
    let (image, layer) = image(Self.picture(120, 90), selecting: Self.hole)
    let new = try perform(.inpaintFull, image, layer, full(grow: 5))
    #expect(gimp.place(of: new) == PixelRect(x: 35, y: 25, width: 30, height: 26))
    let mask = try #require(gimp[new].mask?.values)
    #expect(mask[0, 0, 0] == 0 && mask[0, 12, 0] == 1 && mask[15, 0, 0] == 1, "by a disc")
    #expect(gimp[image].steps.count == 1)
    let (small, smallLayer) = self.image(Self.picture(62, 60), selecting: Self.hole)
    #expect(
      try gimp.place(of: perform(.inpaintFull, small, smallLayer, full(grow: 5))).width == 27, "not beyond the layer")
  }

  @Test func allVisibleLayersAreSampled() throws {
    let (image, layer) = image(PixelImage(width: 120, height: 90, channels: 3, repeating: 0.1), selecting: Self.hole)
    let bright = gimp.addLayer(PixelImage(width: 120, height: 90, channels: 3, repeating: 0.8), to: image)
    let before = gimp.layerStates.count
    let new = try perform(.inpaintFull, image, layer, full(merged: 1))
    #expect(gimp[image].layers == [new, bright, layer], "above all")
    #expect(abs(gimp[new].pixels[10, 8, 0] - 0.8) < 0.1)
    #expect(gimp.layerStates.count == before + 1, "what was seen is deleted")
    #expect(gimp[image].steps.count == 1 && gimp.place(of: new) == Self.hole && gimp[new].keepsAlphaBelow)
    #expect(gimp[image].active == layer)
    gimp[bright].isVisible = false
    gimp[new].isVisible = false
    #expect(try gimp[perform(.inpaintFull, image, layer, full(merged: 1))].pixels[10, 8, 0] < 0.3)
  }

  @Test func mergedErrorsAreAboutTheImage() throws {
    let (image, layer) = image(Self.picture(40, 40), selecting: PixelRect(x: 0, y: 0, width: 40, height: 40))
    #expect(throws: ShellError.nothingSeenKnown) { try perform(.inpaintFull, image, layer, full(merged: 1)) }
    gimp[layer].isVisible = false
    #expect(throws: ShellError.nothingSeen) { try perform(.inpaintFull, image, layer, full(merged: 1)) }
    #expect(throws: ShellError.nothingSeen) {
      try perform(.outpaint, image, layer, [.text(""), .number(1), .number(0), .number(0), .number(0), .number(1)])
    }
    #expect(gimp.layerStates.count == 1 && gimp[image].steps.isEmpty)
  }

  @Test("What was erased is filled and becomes opaque, if asked for")
  func transparentPartsBecomeOpaque() throws {
    var picture = Self.picture(120, 90, channels: 4)
    for y in 30..<46 { for x in 40..<60 { picture[x, y, 3] = 0 } }
    let (image, layer) = image(picture, selecting: Self.hole)
    #expect(throws: ShellError.transparentHole(layer: gimp[layer].name)) {
      try perform(.inpaintFull, image, layer, full())
    }
    let new = try perform(.inpaintFull, image, layer, full(opaque: 1))
    #expect(!gimp[new].keepsAlphaBelow && gimp[new].pixels[3, 3, 3] == 1)
    // Where an overlay is not exact, the copy becomes opaque there.
    let (faint, faintLayer) = self.image(picture, selecting: Self.hole)
    gimp[faintLayer].blending.opacity = 0.5
    let copy = try perform(.inpaintFull, faint, faintLayer, full(opaque: 1))
    #expect(gimp[copy].pixels.width == 120 && gimp[copy].pixels[50, 40, 3] == 1 && gimp[copy].pixels[5, 5, 3] == 1)
  }

  @Test func theCanvasGrowsInOneStep() throws {
    let picture = Self.picture(60, 44)
    let (image, layer) = image(picture)
    let new = try perform(
      .outpaint, image, layer, [.text(""), .number(20), .number(3), .number(0), .number(11), .number(7)])
    #expect(gimp[image].size == (83, 55) && gimp[image].layers == [new, layer])
    #expect(gimp.place(of: layer) == PixelRect(x: 20, y: 0, width: 60, height: 44) && gimp[layer].pixels == picture)
    #expect(gimp.place(of: new) == PixelRect(x: 0, y: 0, width: 83, height: 55))
    let mask = try #require(gimp[new].mask?.values)
    #expect(
      mask[0, 0, 0] == 1 && mask[20, 0, 0] == 0 && mask[79, 43, 0] == 0 && mask[80, 0, 0] == 1 && mask[40, 44, 0] == 1)
    #expect(gimp[image].steps.count == 1 && gimp[image].active == layer)
    #expect(gimp[new].name == "Extended (compact-inpaint)")
    #expect(throws: ShellError.nothingToExtend) {
      try perform(.outpaint, image, layer, [.text("")] + [Value](repeating: .number(0), count: 4) + [.number(7)])
    }
  }

  @Test(
    "A new size or new proportions say what is added, the anchor where",
    arguments: [(4, 20, 8), (0, 0, 0), (8, 40, 16)])
  func theCanvasGrowsToASize(_ anchor: Int, _ left: Int, _ top: Int) throws {
    let zero = [Value](repeating: .number(0), count: 4)
    let (image, layer) = image(Self.picture(60, 44))
    try perform(
      .outpaint, image, layer,
      [.text("")] + zero + [.number(7), .number(100), .number(60), .number(0), .number(anchor), .number(1)])
    #expect(gimp[image].size == (100, 60))
    #expect(gimp.place(of: layer) == PixelRect(x: left, y: top, width: 60, height: 44))
    // The height as the sides say.
    let (other, otherLayer) = self.image(Self.picture(60, 44))
    try perform(
      .outpaint, other, otherLayer,
      [
        .text(""), .number(0), .number(0), .number(3), .number(0), .number(7), .number(70), .number(0), .number(0),
        .number(4), .number(1),
      ])
    #expect(gimp[other].size == (70, 47))
    let (wide, wideLayer) = self.image(Self.picture(60, 44))
    try perform(
      .outpaint, wide, wideLayer,
      [.text("")] + zero + [.number(7), .number(0), .number(0), .number(4), .number(anchor), .number(1)])
    #expect(gimp[wide].size == (78, 44), "16 : 9")
    #expect(throws: ShellError.canvasSmaller(width: 78, height: 44, newWidth: 70, newHeight: 44)) {
      try perform(
        .outpaint, wide, wideLayer,
        [.text("")] + zero + [.number(7), .number(70), .number(0), .number(0), .number(4), .number(1)])
    }
  }

  @Test("What a channel marks is not what the fill is made of")
  func channelsExclude() throws {
    // The hole lies in the dark, beside something bright that is as rough.
    var random = SeededRandom(4)
    var picture = PixelImage(width: 160, height: 100, channels: 3)
    let bright = PixelRect(x: 0, y: 0, width: 60, height: 100)
    for pixel in 0..<160 * 100 {
      let base: Float = pixel % 160 < 60 ? 0.8 : 0.2
      for c in 0..<3 { picture.samples[3 * pixel + c] = base + Float.random(in: -0.05...0.05, using: &random) }
    }
    let hole = PixelRect(x: 50, y: 40, width: 30, height: 30)
    let (image, layer) = image(picture, selecting: hole)
    func mean(_ channel: String) throws -> Float {
      let new = try perform(.inpaintFull, image, layer, full(exclude: channel))
      gimp[new].isVisible = false
      return gimp[new].pixels.samples.reduce(0, +) / Float(gimp[new].pixels.samples.count)
    }
    gimp[image].channels = [("bright", Self.weights(160, 100, bright))]
    let (with, without) = (try mean("bright"), try mean(""))
    #expect(with < without - 0.1, "\(with), \(without)")
    #expect(throws: ShellError.noChannel("dark")) { try mean("dark") }
  }

  @Test func allLayersTogetherAreFilledOnce() throws {
    let (image, lower) = image(Self.picture(60, 44), selecting: PixelRect(x: 10, y: 10, width: 8, height: 8))
    let upper = gimp.addLayer(Self.picture(30, 30), to: image)
    let news = try performAll(.inpaintFull, image, [lower, upper], full(merged: 1))
    #expect(news.count == 1 && gimp.progressTitles.count == 1 && gimp[image].layers.count == 3)
  }

  @Test func refusalsLeaveCanvasAndLayersAlone() throws {
    let (image, layer) = image(Self.picture(60, 44), selecting: PixelRect(x: 10, y: 10, width: 8, height: 8))
    let before = gimp.description(of: image)
    let count = gimp.layerStates.count
    for refusal in [MemoryGimp.Refusal.insert, .addMask, .makeLayer] {
      gimp.refusals = [refusal]
      #expect(throws: ShellError.self) {
        try perform(.outpaint, image, layer, [.text(""), .number(8), .number(0), .number(0), .number(0), .number(7)])
      }
      #expect(throws: ShellError.self) { try perform(.inpaintFull, image, layer, full(merged: 1)) }
      #expect(gimp.description(of: image) == before && gimp.layerStates.count == count, "\(refusal)")
    }
  }

  @Test func imagesAreEnlargedToAWidth() throws {
    let (image, layer) = image(Self.picture(40, 30))
    let new = try perform(.upscaleTo, image, layer, [.text(""), .number(70), .number(0), .number(7)])
    #expect(gimp[image].size == (70, 53) && gimp.place(of: new) == PixelRect(x: 0, y: 0, width: 70, height: 53))
    #expect(gimp[new].name == "Upscaled to 70 pixels (compact-sr-x2)", "the smallest model that reaches it")
    let (other, otherLayer) = self.image(Self.picture(40, 30), selecting: PixelRect(x: 5, y: 5, width: 20, height: 10))
    let apart = try perform(.upscaleTo, other, otherLayer, [.text(""), .number(50), .number(1), .number(7)])
    #expect(gimp.place(of: apart) == PixelRect(x: 0, y: 0, width: 50, height: 25) && gimp[apart].image != other)
    #expect(gimp[apart].name == "Upscaled to 50 pixels (compact-sr-x4)")
    for width in [161, 39] {
      let (third, thirdLayer) = self.image(Self.picture(40, 30))
      let model = width > 80 ? "compact-sr-x4" : "compact-sr-x2"
      #expect(
        throws: ShellError.widthNotReached(model: model, asked: width, from: 40, largest: width > 80 ? 160 : 80)
      ) { try perform(.upscaleTo, third, thirdLayer, [.text(""), .number(width), .number(0), .number(7)]) }
    }
  }

  @Test func argumentsThatThereAreNot() {
    func refusal(_ procedure: Procedure, _ arguments: [Value]) -> ShellError? {
      do { _ = try Settings(arguments, of: procedure) } catch { return error as? ShellError }
      return nil
    }
    #expect(refusal(.inpaintFull, full(grow: -1)) == .growImpossible(-1))
    #expect(refusal(.inpaintFull, full(grow: 257)) == .growImpossible(257))
    #expect(refusal(.inpaintFull, full(tone: 2)) == .switchImpossible("tone-match", 2))
    #expect(refusal(.upscaleTo, [.text(""), .number(0), .number(0), .number(1)]) == .widthImpossible(0))
    #expect(refusal(.upscaleTo, [.text(""), .number(9), .number(2), .number(1)]) == .scaledOutputUnknown(2))
    #expect(
      refusal(.outpaint, [.text(""), .number(0), .number(-4), .number(0), .number(0), .number(1)])
        == .marginImpossible("right", -4))
  }
}
