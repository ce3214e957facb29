import ModelLibrary
import ResShift
import TestSupport
import Testing
import Wording

@testable import GimpShell

/// The work of the procedures on images in memory, with the built-in models.
@Suite struct WorkTests: Scenes {
  let gimp = MemoryGimp()

  private static let hole = PixelRect(x: 40, y: 30, width: 20, height: 16)

  @Test func inpaintAddsOneLayerOverTheSelectionInOneStep() throws {
    let picture = Self.picture(120, 90)
    let (image, layer) = image(picture, selecting: Self.hole)
    let new = try perform(.inpaint, image, layer, [.text(""), .number(7)])
    #expect(gimp.place(of: new) == Self.hole)
    #expect(gimp[new].name == "Inpainted (compact-inpaint)")
    #expect(gimp[image].layers == [new, layer])
    #expect(gimp[image].steps.count == 1)
    #expect(gimp[layer].pixels == picture, "the source keeps its pixels")
    #expect(gimp[new].mask?.values.samples.allSatisfy { $0 == 1 } == true)
    #expect(gimp[image].active == layer)
    #expect(gimp.progressTitles.map(\.text) == ["ResShift: inpainting “layer 2” with compact-inpaint"])
    #expect(!gimp[image].isShown)
  }

  @Test("A small hole in a large picture is filled from what is around it, as the whole picture would fill it")
  func onlyWhatIsNeededIsRead() throws {
    let picture = Self.picture(1600, 1200)
    let hole = PixelRect(x: 700, y: 600, width: 40, height: 30)
    let (image, layer) = image(picture, selecting: hole)
    let new = try perform(.inpaint, image, layer, [.text(""), .number(7)])
    let read = gimp.reads.reduce(0) { $0 + $1.width * $1.height }
    #expect(read < 1600 * 1200 / 4, "\(gimp.reads)")

    let model = try ModelCatalogue(roots: gimp.modelFolders).model(named: "", for: .inpainting)
    var options = RestoreOptions()
    (options.seed, options.threads, options.precision) = (7, 2, .automatic)
    let whole = try Restorer(model).inpaint(picture, mask: Self.weights(1600, 1200, hole), options)
    #expect(gimp[new].pixels == whole.cropped(to: hole))
  }

  @Test func restoringASelectionReadsItsSurroundingsOnly() throws {
    let picture = Self.picture(1600, 1200)
    let box = PixelRect(x: 300, y: 200, width: 60, height: 50)
    let (image, layer) = image(picture, selecting: box)
    let new = try perform(.restore, image, layer, [.text(""), .number(7)])
    #expect(gimp.reads.allSatisfy { $0.width * $0.height < 1600 * 1200 / 4 })

    let model = try ModelCatalogue(roots: gimp.modelFolders).model(named: "", for: .restoration)
    var options = RestoreOptions()
    (options.seed, options.threads, options.precision) = (7, 2, .automatic)
    let whole = try Restorer(model).restore(picture, boxes: [box], options)
    #expect(gimp[new].pixels == whole.cropped(to: box))
  }

  @Test("Where all around the hole is transparent, what is farther away is used")
  func contextFarAway() throws {
    var picture = PixelImage(width: 900, height: 900, channels: 4)
    for y in 0..<40 { for x in 0..<900 { for c in 0..<4 { picture[x, y, c] = c == 0 ? 0.8 : c == 3 ? 1 : 0.3 } } }
    // The hole itself is seen.
    let hole = PixelRect(x: 600, y: 700, width: 20, height: 20)
    for y in hole.y..<hole.y + 20 { for x in hole.x..<hole.x + 20 { picture[x, y, 3] = 1 } }
    let (image, layer) = image(picture, selecting: hole)
    let new = try perform(.inpaint, image, layer, [.text(""), .number(7)])
    #expect(gimp[new].pixels[10, 10, 0] > gimp[new].pixels[10, 10, 1], "the colour of the far strip")
  }

  @Test func transparencyIsToldOfByWhereItIs() throws {
    var picture = PixelImage(width: 64, height: 64, channels: 4)
    let (empty, emptyLayer) = image(picture, selecting: Self.hole)
    #expect(throws: ShellError.transparentLayer(gimp[emptyLayer].name)) {
      try perform(.inpaint, empty, emptyLayer, [.text(""), .number(1)])
    }
    picture[0, 0, 3] = 1
    let (image, layer) = image(picture, selecting: Self.hole)
    #expect(throws: ShellError.transparentHole(layer: gimp[layer].name)) {
      try perform(.inpaint, image, layer, [.text(""), .number(1)])
    }
    #expect(throws: ShellError.transparentSelection(layer: gimp[layer].name)) {
      try perform(.restore, image, layer, [.text(""), .number(1)])
    }
    let (full, fullLayer) = self.image(
      Self.picture(30, 30), selecting: PixelRect(x: 0, y: 0, width: 30, height: 30))
    #expect(throws: ShellError.nothingKnown(layer: gimp[fullLayer].name)) {
      try perform(.inpaint, full, fullLayer, [.text(""), .number(1)])
    }
  }

  @Test("Whatever GIMP refuses, the image is as it was", arguments: MemoryGimp.Refusal.allCases)
  func refusalsLeaveTheImageAlone(_ refusal: MemoryGimp.Refusal) throws {
    let calls: [(Procedure, [Value])] = [
      (.upscale, [.text(""), .number(2), .number(0), .number(1)]),
      (.upscale, [.text(""), .number(2), .number(1), .number(1)]), (.inpaint, [.text(""), .number(1)]),
    ]
    var failures = 0
    for (procedure, arguments) in calls {
      let (image, layer) = image(Self.picture(48, 40), selecting: PixelRect(x: 10, y: 10, width: 8, height: 8))
      gimp[layer].isText = true
      gimp[layer].blending.isNormal = false  // so that a copy takes its place
      // Layers of an image that was deleted go with it.
      func layers() -> Set<Layer> { Set(gimp.layerStates.keys.filter { gimp.isValid(gimp[$0].image) }) }
      let (before, images, layersBefore) = (gimp.description(of: image), gimp.images, layers())
      gimp.refusals = [refusal]
      do {
        try perform(procedure, image, layer, arguments)
      } catch {
        failures += 1
        #expect(error is ShellError)
        #expect(gimp.images == images, "no image is left behind")
        #expect(layers() == layersBefore, "no layer is left behind")
        if gimp[image].steps == [["scale"]] {
          // No plug-in can take back that an image was scaled; users can, in one step.
          #expect(refusal == .insert)
        } else {
          #expect(gimp.description(of: image) == before)
        }
      }
      gimp.refusals = []
    }
    #expect(failures > 0 || [.convertToRGB, .copy, .addMask].contains(refusal))
  }

  @Test("An indexed image becomes indexed again if GIMP refuses the result")
  func conversionIsTakenBack() throws {
    let (image, layer) = image(Self.picture(32, 32))
    gimp[image].isIndexed = true
    gimp.refusals = [.scale]
    #expect(throws: ShellError.refused(.scaleImage, layer: gimp[layer].name)) {
      try perform(.upscale, image, layer, mode: .interactive)
    }
    #expect(gimp[image].isIndexed)
    gimp[image].selection = Self.weights(32, 32, PixelRect(x: 10, y: 10, width: 8, height: 8))
    gimp.refusals = [.insert]
    #expect(throws: ShellError.refused(.insertLayer, layer: gimp[layer].name)) {
      try perform(.inpaint, image, layer, mode: .interactive)
    }
    #expect(gimp[image].isIndexed && gimp[image].layers == [layer])
    gimp.refusals = []
    try perform(.inpaint, image, layer, mode: .interactive)
    #expect(!gimp[image].isIndexed && gimp[image].layers.count == 2)
    gimp[image].isIndexed = true
    try perform(.upscale, image, layer, mode: .interactive)
    #expect(!gimp[image].isIndexed)
    #expect(throws: ShellError.indexed(layer: "x")) {
      gimp[image].isIndexed = true
      gimp[layer].name = "x"
      try perform(.upscale, image, layer, [.text(""), .number(2), .number(0), .number(1)])
    }
  }

  enum Meanwhile: CaseIterable { case close, remove, move, convert }

  private static let calls: [(Procedure, [Value])] = [
    (.inpaint, [.text(""), .number(1)]), (.restore, [.text(""), .number(1)]),
    (.inpaintFull, [.text(""), .number(1), .number(0), .number(1), .number(1)]),
    (.outpaint, [.text(""), .number(8), .number(0), .number(0), .number(0), .number(1)]),
    (.upscale, [.text(""), .number(2), .number(0), .number(1)]),
    (.upscale, [.text(""), .number(2), .number(1), .number(1)]),
    (.upscale, [.text(""), .number(2), .number(2), .number(1)]),
  ]

  @Test("Users go on while a result is computed", arguments: Meanwhile.allCases, Self.calls.indices)
  func changesMeanwhile(_ change: Meanwhile, _ call: Int) throws {
    let (procedure, arguments) = Self.calls[call]
    let (image, layer) = image(Self.picture(64, 48), selecting: PixelRect(x: 20, y: 20, width: 8, height: 8))
    let name = gimp[layer].name
    var before = ""
    gimp.meanwhile = { [gimp] in
      guard before.isEmpty else { return }
      switch change {
      case .close: gimp.delete(image)
      case .remove: gimp.take(layer)
      case .move: gimp[layer].x += 3
      case .convert: gimp[image].isIndexed = true
      }
      before = gimp.description(of: image)
    }
    let expected: ShellError =
      switch change {
      case .close: .imageClosed(layer: name)
      case .remove: .layerGone(name)
      case .move: .layerMoved(name)
      case .convert: .layerConverted(name)
      }
    let isNewImage = procedure.name == Procedure.upscale.name && arguments[2] == .number(1)
    if isNewImage && change != .close {
      // What becomes of the layer is no matter to an image of its own.
      let new = try perform(procedure, image, layer, arguments)
      #expect(gimp[new].image != image)
    } else {
      #expect(throws: expected) { try perform(procedure, image, layer, arguments) }
    }
    #expect(gimp.description(of: image) == before)
  }

  @Test func dialogsAreRememberedAndCanBeClosed() throws {
    let (image, layer) = image(Self.picture(32, 32))
    gimp.answer = { _ in nil }
    #expect(throws: ShellError.cancelled) { try perform(.upscale, image, layer, mode: .interactive) }
    #expect(gimp.memory.isEmpty)
    gimp.answer = { form in
      var form = form
      form.choose(0, inRow: 1)
      form.choose(1, inRow: 2)
      form.choose(seed: 5)
      return form
    }
    let first = try perform(.upscale, image, layer, mode: .interactive)
    #expect(gimp.place(of: first) == PixelRect(x: 0, y: 0, width: 64, height: 64))
    #expect(gimp[gimp.image(of: first)].isShown)
    let again = try perform(.upscale, image, layer, mode: .lastValues)
    #expect(gimp[again].pixels == gimp[first].pixels, "the same seed")
  }

  @Test func strengthMixesWithTheLayersPixels() throws {
    let picture = Self.picture(48, 32)
    let (image, layer) = image(picture)
    let plain = try perform(.restore, image, layer, [.text(""), .number(7), .number(0), .number(1)])
    #expect(gimp[plain].pixels == picture)
    let whole = try perform(.restore, image, layer, [.text(""), .number(7)])
    #expect(
      try gimp[perform(.restore, image, layer, [.text(""), .number(7), .number(100), .number(1)])].pixels
        == gimp[whole].pixels)
    let half = try perform(.restore, image, layer, [.text(""), .number(7), .number(50), .number(1)])
    let (between, all) = (gimp[half].pixels, gimp[whole].pixels)
    #expect(
      picture.samples.indices.allSatisfy {
        abs(between.samples[$0] - (picture.samples[$0] + all.samples[$0]) / 2) < 1e-5
      })
    #expect(throws: ShellError.strengthImpossible(101)) {
      try perform(.restore, image, layer, [.text(""), .number(7), .number(101), .number(1)])
    }
  }

  @Test("Each precision is the one that is calculated with, or is refused where the processor lacks it")
  func precisionsAreUsed() throws {
    let picture = Self.picture(48, 32)
    let (image, layer) = image(picture)
    func result(_ precision: Int) throws -> PixelImage {
      gimp[try perform(.restore, image, layer, [.text(""), .number(7), .number(100), .number(1), .number(precision)])]
        .pixels
    }
    let full = try result(1)
    #expect(throws: ShellError.precisionUnknown(3)) { try result(3) }
    // The dialog of another machine.
    gimp.remember("seed=7\nprecision=2\n", as: Procedure.restore.name)
    let last = gimp[try perform(.restore, image, layer, mode: .lastValues)].pixels
    guard Precision.possible.contains(.bf16) else {
      #expect(throws: ShellError.precisionImpossible) { try result(2) }
      #expect(try full == result(0) && full == last)
      return
    }
    let rough = try result(2)
    #expect(rough != full && rough == last)
    #expect(zip(rough.samples, full.samples).allSatisfy { abs($0 - $1) < 8 / 255.0 })
    #expect(try result(0) == (Precision.bf16.hasMatrixUnits ? rough : full), "no codebook in this model")
  }

  @Test func itemsWithoutPixelsOfTheirOwnAreRefused() throws {
    let (image, layer) = image(Self.picture(16, 16))
    let group = gimp.addGroup(to: image)
    #expect(throws: ShellError.group(layer: gimp[group].name)) { try perform(.restore, image, group) }
    #expect(throws: ShellError.itemMissing) { try perform(.restore, image, Layer(9999)) }
    let (other, _) = self.image(Self.picture(16, 16))
    #expect(throws: ShellError.otherImage(layer: gimp[layer].name)) { try perform(.restore, other, layer) }
    gimp[image].hasFloatingSelection = true
    #expect(throws: ShellError.floatingSelection) { try perform(.restore, image, layer) }
    #expect(throws: ShellError.emptySelection) {
      gimp[image].hasFloatingSelection = false
      try perform(.inpaint, image, layer, [.text(""), .number(1)])
    }
  }

  @Test("The second try lies above the first one, which is hidden where only its feather would be seen")
  func secondTry() throws {
    let (image, layer) = image(Self.picture(80, 60), selecting: Self.hole)
    gimp[image].selection = Self.weights(80, 60, Self.hole, 0.5)
    let first = try perform(.inpaint, image, layer, [.text(""), .number(1)])
    let second = try perform(.inpaint, image, layer, [.text(""), .number(2)])
    #expect(gimp[image].layers == [second, first, layer])
    #expect(!gimp[first].isVisible && gimp[second].isVisible)
    #expect(Tries(on: try Source(layer, in: image, of: gimp)).all.map(\.layer) == [second, first])
  }

  @Test("A source that is blended otherwise gets a copy in its place, locked as it was")
  func copies() throws {
    let (image, layer) = image(Self.picture(80, 60), selecting: Self.hole)
    gimp[layer].blending = Blending(opacity: 0.5, isNormal: false)
    gimp[layer].isLocked = true
    gimp.addLayer(Self.picture(80, 60), to: image)
    gimp.take(layer)
    gimp[image].layers.insert(layer, at: 0)
    gimp[layer].isInImage = true
    let copy = try perform(.inpaint, image, layer, [.text(""), .number(1)])
    #expect(gimp.place(of: copy) == gimp.place(of: layer))
    #expect(gimp[copy].isVisible && !gimp[layer].isVisible && gimp[copy].isLocked)
    let (old, new) = (gimp[layer].pixels, gimp[copy].pixels)
    for y in 0..<60 {
      for x in 0..<80 where !(Self.hole.contains(x: x, y: y)) { #expect(new[x, y, 0] == old[x, y, 0]) }
    }
    #expect(gimp[image].steps.count == 1)
  }

  // MARK: Several layers

  @Test("Several layers are done each in turn, as one by one, in one step")
  func severalLayers() throws {
    let (image, lower) = image(Self.picture(120, 90), selecting: Self.hole)
    let upper = gimp.addLayer(Self.picture(100, 80), to: image, x: 10, y: 5)
    let news = try performAll(.inpaint, image, [lower, upper, lower], [.text(""), .number(7)])
    #expect(news.count == 2, "a layer that is named twice is one")
    #expect(news.map { gimp.place(of: $0) } == [Self.hole, Self.hole])
    #expect(
      gimp[image].layers == [news[1], upper, news[0], lower] || gimp[image].layers == [news[0], lower, news[1], upper])
    #expect(gimp[image].steps.count == 1)
    let (other, alone) = self.image(Self.picture(120, 90), selecting: Self.hole)
    let new = try perform(.inpaint, other, alone, [.text(""), .number(7)])
    #expect(gimp[new].pixels == gimp[news[0]].pixels)
  }

  @Test("Of several layers, indexed colours included, the image is scaled once")
  func severalLayersAreScaledOnce() throws {
    let (image, lower) = image(Self.picture(40, 30))
    let upper = gimp.addLayer(Self.picture(20, 16), to: image, x: 10, y: -4)
    gimp[image].isIndexed = true
    guard case .layer(let work) = Procedure.upscale.kind else { throw ShellError.itemMissing }
    gimp.answer = { $0 }
    gimp.memory["plug-in-resshift-upscale"] = "factor=2\noutput=0\nseed=1\n"
    let news = try Procedure.upscale.perform(work, LayerCall(.interactive, image, [lower, upper], []), in: gimp)
    #expect(gimp[image].size == (80, 60))
    #expect(news.map { gimp.place(of: $0) } == [lower, upper].map { gimp.place(of: $0) })
    #expect(gimp.place(of: upper) == PixelRect(x: 20, y: -8, width: 40, height: 32))
    #expect(!gimp[image].isIndexed)
    #expect(gimp[image].steps.count == 1)
    #expect(gimp[image].steps.first?.filter { $0 == "scale" }.count == 1)
  }

  @Test("Several results and a canvas that was changed meanwhile do not fit: nothing is scaled")
  func canvasChangedMeanwhile() throws {
    let (image, lower) = image(Self.picture(40, 30))
    let upper = gimp.addLayer(Self.picture(20, 16), to: image, x: 10, y: -4)
    var isDone = false
    gimp.meanwhile = { [gimp] in
      if !isDone && gimp.progressTitles.count == 2 { gimp[image].size = (60, 30) }
      isDone = gimp.progressTitles.count == 2
    }
    #expect(throws: ShellError.layerMoved(gimp[lower].name)) {
      try performAll(.upscale, image, [lower, upper], [.text(""), .number(2), .number(0), .number(1)])
    }
    #expect(gimp[image].size == (60, 30) && gimp[image].steps.isEmpty && gimp[image].layers.count == 2)
  }

  @Test("New images leave the old one without a step to undo")
  func newImagesOfSeveralLayers() throws {
    let (image, lower) = image(Self.picture(24, 20))
    let upper = gimp.addLayer(Self.picture(20, 16), to: image)
    let news = try performAll(.upscale, image, [lower, upper], [.text(""), .number(2), .number(1), .number(1)])
    #expect(Set(news.map { gimp[$0].image }).count == 2 && gimp[image].steps.isEmpty)
  }

  @Test("What one of several layers does not allow is said before anything is computed")
  func oneOfSeveralLayersIsWrong() throws {
    let (image, layer) = image(Self.picture(120, 90), selecting: Self.hole)
    let beside = gimp.addLayer(Self.picture(20, 20), to: image, x: 90, y: 60)
    let before = gimp.description(of: image)
    #expect(throws: ShellError.selectionOutside(layer: gimp[beside].name)) {
      try performAll(.inpaint, image, [layer, beside], [.text(""), .number(7)])
    }
    #expect(throws: ShellError.group(layer: "layer \(gimp.addGroup(to: image).id)")) {
      try performAll(.inpaint, image, [layer, gimp[image].layers[0]], [.text(""), .number(7)])
    }
    gimp.take(gimp[image].layers[0])
    #expect(throws: ShellError.noLayerSelected) { try performAll(.inpaint, image, [], [.text(""), .number(7)]) }
    #expect(gimp.description(of: image) == before)
    #expect(gimp.progressTitles.isEmpty)
  }
}
