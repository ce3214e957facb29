import Glibc
import ModelLibrary
import ResShift
import TestSupport
import Testing

@testable import GimpShell

/// Previews of dialogs, on images in memory, with the built-in models.
@Suite struct PreviewTests: Scenes {
  let gimp = MemoryGimp()
  private static let hole = PixelRect(x: 20, y: 16, width: 16, height: 12)

  private func preview(_ procedure: Procedure, _ options: String, _ image: Image, _ layer: Layer) throws -> Preview {
    guard case .layer(let work) = procedure.kind else { throw ShellError.itemMissing }
    return try Preview(
      work, Source(layer, in: image, of: gimp), Settings(options, of: procedure),
      ModelCatalogue(roots: gimp.modelFolders), Engines())
  }

  /// Looks at a preview as its dialog does, until nothing is left to be done.
  private func finish(_ preview: Preview) {
    for _ in 0..<40_000 where preview.problem == nil && preview.tries.contains(where: { $0.picture == nil }) {
      _ = preview.tick()
      usleep(2_000)
    }
  }

  @Test("What is shown is what comes", arguments: [1, 2])
  func previewAndResult(output: Int) throws {
    let (image, layer) = image(Self.picture(60, 44))
    let preview = try preview(.upscale, "factor=2\nseed=7\noutput=\(output)\nmodel=compact-sr-x2", image, layer)
    finish(preview)
    preview.close()
    let new = try perform(.upscale, image, layer, [.text("compact-sr-x2"), .number(2), .number(output), .number(7)])
    #expect(try #require(preview.after) == PreviewPicture(gimp[new].pixels))
    #expect(preview.before?.width == (output == 1 ? 120 : 60) && preview.before != preview.after)
    #expect(preview.square == PixelRect(x: 0, y: 0, width: 60, height: 44))
  }

  @Test func aRestoredLayerIsShownAsItComes() throws {
    let (image, layer) = image(Self.picture(60, 44))
    let preview = try preview(.restore, "seed=7", image, layer)
    finish(preview)
    preview.close()
    let new = try perform(.restore, image, layer, [.text(""), .number(7)])
    #expect(preview.after == PreviewPicture(gimp[new].pixels))
  }

  @Test("The whole fill is shown, with a little of what is around it")
  func fills() throws {
    let (image, layer) = image(Self.picture(120, 90), selecting: Self.hole)
    let preview = try preview(.inpaint, "seed=7", image, layer)
    #expect(!preview.hasPlace)
    finish(preview)
    preview.close()
    let new = try perform(.inpaint, image, layer, [.text(""), .number(7)])
    let (after, before) = (try #require(preview.after), try #require(preview.before))
    #expect((after.width, after.height) == (48, 44))
    let fill = PreviewPicture(gimp[new].pixels)
    for y in 0..<44 {
      for x in 0..<48 {
        let isHole = (16..<32).contains(x) && (16..<28).contains(y)
        let wanted = isHole ? fill.pixels[(y - 16) * 16 + x - 16] : before.pixels[y * 48 + x]
        #expect(after.pixels[y * 48 + x] == wanted)
      }
    }
  }

  @Test("Large fills and extended pictures are reduced")
  func reducedPictures() throws {
    let (image, layer) = image(Self.picture(700, 300), selecting: PixelRect(x: 50, y: 100, width: 600, height: 60))
    let fill = try preview(.inpaint, "seed=7", image, layer)
    finish(fill)
    fill.close()
    #expect(fill.problem == nil && fill.after.map { $0.width <= 300 && $0.width > 200 } == true)

    let canvas = try preview(.outpaint, "seed=7", image, layer)
    finish(canvas)
    #expect(canvas.problem == ShellError.nothingToExtend.message)
    canvas.change(Settings("seed=7\nleft=324", of: .outpaint))
    #expect(canvas.problem == nil)
    finish(canvas)
    canvas.close()
    #expect(canvas.after.map { ($0.width, $0.height) == (256, 75) } == true)
    #expect(gimp[image].steps.isEmpty && gimp.layerStates.count == 1, "nothing is left of what was read")
  }

  @Test("Other options drop what was computed; other seeds give other pictures")
  func changes() throws {
    let (image, layer) = image(Self.picture(60, 44))
    let preview = try preview(.upscale, "factor=2\noutput=1\nseed=7\nmodel=compact-sr-x2", image, layer)
    finish(preview)
    let (first, before) = (preview.after, preview.before)
    preview.change(Settings("factor=2\noutput=1\nseed=8\nmodel=compact-sr-x2", of: .upscale))
    #expect(preview.after == nil)
    _ = preview.tick()
    #expect(
      preview.before == before && preview.status != nil, "the place is there at once, the rest not before a pause")
    finish(preview)
    #expect(preview.after != nil && preview.after != first)
    preview.close()
  }

  @Test func thePlaceIsChosenInTheOverview() throws {
    let (image, layer) = image(Self.picture(1440, 720))
    let preview = try preview(.restore, "seed=7", image, layer)
    _ = preview.tick()
    #expect(preview.overview.map { ($0.width, $0.height) == (144, 72) } == true)
    #expect(preview.square == PixelRect(x: 62, y: 26, width: 19, height: 19))
    preview.move(toX: 0, y: 200)
    _ = preview.tick()
    #expect(preview.square == PixelRect(x: 0, y: 52, width: 19, height: 19), "at the edge it stays inside")
    let shown = Self.picture(1440, 720).cropped(to: PixelRect(x: 0, y: 528, width: 192, height: 192))
    #expect(preview.before == PreviewPicture(shown))
    #expect(gimp.reads.allSatisfy { $0.width < 400 && $0.height < 400 })
    preview.close()
  }

  @Test("Closing stops the work at once, and changes nothing")
  func closing() throws {
    let (image, layer) = image(Self.picture(400, 300), selecting: PixelRect(x: 100, y: 50, width: 150, height: 150))
    let description = gimp.description(of: image)
    let preview = try preview(.inpaint, "seed=7", image, layer)
    for _ in 0..<1_000 where preview.status?.text.contains("working") != true { _ = preview.tick() }
    preview.close()
    #expect(preview.after == nil && gimp.description(of: image) == description)
    preview.close()
  }

  @Test("What the user looked at and ticked becomes layers, the chosen one on top")
  func variants() throws {
    let (image, layer) = image(Self.picture(60, 44), selecting: Self.hole)
    var seeds: [UInt64] = []
    gimp.answer = { form in
      guard let preview = form.preview else { return nil }
      preview.count = 3
      finish(preview)
      seeds = preview.tries.map(\.seed)
      #expect(Set(preview.tries.compactMap { $0.picture?.pixels }).count == 3)
      preview.choose(1)
      preview.setTicked(2, true)
      return form
    }
    let new = try performAll(.inpaint, image, [layer], [], mode: .interactive)
    #expect(seeds.count == 3 && gimp[image].layers == new.reversed() + [layer] && gimp[image].steps.count == 1)
    #expect(new.map { gimp[$0].notes["resshift-seed"] } == ["\(seeds[2])", "\(seeds[1])"])
    #expect(new.allSatisfy { gimp[$0].name.contains("seed ") })
    #expect(gimp.memory["plug-in-resshift-inpaint"]?.contains("seed=-1\n") == true, "random stays random")
  }

  @Test func fewerVariantsKeepTheFirst() throws {
    let (image, layer) = image(Self.picture(60, 44), selecting: Self.hole)
    let preview = try preview(.inpaint, "seed=7", image, layer)
    finish(preview)
    let first = preview.after
    preview.count = 4
    #expect(preview.after == first && preview.tries.count == 4)
    preview.choose(3)
    preview.count = 2
    #expect(preview.chosen == 1)
    preview.count = 1
    #expect(preview.after == first)
    preview.close()
  }

  @Test("Switched off it does nothing, and stays so in the next dialog")
  func switchedOff() throws {
    let (image, layer) = image(Self.picture(60, 44), selecting: Self.hole)
    let preview = try preview(.inpaint, "seed=7", image, layer)
    preview.isOn = false
    #expect(!preview.tick() && preview.status == nil && gimp.reads.isEmpty)
    let settings = Settings("seed=-1", of: .inpaint)
    #expect(preview.decided(settings) == settings)
    #expect(try !self.preview(.restore, "", image, layer).isOn)
    preview.isOn = true
    #expect(try self.preview(.restore, "", image, layer).isOn)
  }

  @Test func aLayerThatGoesIsTold() throws {
    let (image, layer) = image(Self.picture(60, 44))
    let preview = try preview(.restore, "seed=7", image, layer)
    gimp.delete(layer)
    _ = preview.tick()
    #expect(preview.status?.text.contains("was removed") == true)
    preview.close()
  }

  @Test func transparencyIsSeenOverACheckerboard() {
    var picture = PixelImage(width: 16, height: 1, channels: 2, repeating: 1)
    picture[0, 0, 1] = 0
    picture[8, 0, 1] = 0
    let drawn = PreviewPicture(picture)
    #expect(drawn.pixels[0] == 0x666666 && drawn.pixels[8] == 0x999999 && drawn.pixels[1] == 0xFFFFFF)
    let colours = PreviewPicture(PixelImage(width: 1, height: 1, channels: 3, samples: [1, 0.5, -3]))
    #expect(colours.pixels == [0xFF8000])
  }

  @Test func reducedPixelsAreMeans() {
    let picture = PixelImage(width: 3, height: 3, channels: 1, samples: [0, 1, 2, 3, 4, 5, 6, 7, 8])
    #expect(picture.reduced(by: 2).samples == [2, 3.5, 6.5, 8])
  }
}
