import ResShift
import TestSupport
import Testing

@testable import GimpShell

/// Several results of one call, and the last call again.
@Suite struct VariantTests: Scenes {
  let gimp = MemoryGimp()
  private static let hole = PixelRect(x: 20, y: 16, width: 16, height: 12)

  private func names(_ image: Image) -> [String] { gimp[image].layers.map { gimp[$0].name } }

  private func call(_ procedure: Procedure, _ options: String, _ image: Image, _ layer: Layer) throws -> [Layer] {
    try performAll(.byName, image, [layer], [.text(procedure.name), .text(options)])
  }

  @Test func seedsAreDrawnFromTheFirst() {
    #expect(Variants.seeds(from: 7, count: 1) == [7])
    let six = Variants.seeds(from: 7, count: 6)
    #expect(six.count == 6 && Set(six).count == 6 && six[0] == 7)
    #expect(Array(six.prefix(3)) == Variants.seeds(from: 7, count: 3))
    #expect(six.allSatisfy { $0 <= UInt64(Int32.max) })
  }

  @Test("Each variant is a layer named after its seed, the first on top, in one undo step")
  func layersOfVariants() throws {
    let (image, layer) = image(Self.picture(60, 44), selecting: Self.hole)
    let new = try call(.inpaint, "seed=7\nvariants=3", image, layer)
    let seeds = Variants.seeds(from: 7, count: 3)
    #expect(gimp[image].layers == new.reversed() + [layer] && gimp[image].steps.count == 1)
    #expect(names(image).dropLast() == seeds.map { "Inpainted (compact-inpaint, seed \($0))" }[...])
    #expect(gimp[image].layers.dropLast().map { gimp[$0].notes["resshift-seed"] } == seeds.map { "\($0)" })
    let (other, otherLayer) = self.image(Self.picture(60, 44), selecting: Self.hole)
    let single = try perform(.inpaint, other, otherLayer, [.text(""), .number(Int(seeds[1]))])
    #expect(gimp[single].pixels == gimp[new[1]].pixels && gimp[single].pixels != gimp[new[2]].pixels)
    #expect(gimp[single].name == "Inpainted (compact-inpaint)" && gimp[single].notes["resshift-seed"] == "\(seeds[1])")
  }

  @Test("The image grows once, whatever the number of variants")
  func imagesGrowOnce() throws {
    let (image, layer) = image(Self.picture(24, 20))
    let new = try call(.upscale, "factor=2\nseed=7\nvariants=2", image, layer)
    #expect(gimp[image].size == (48, 40) && gimp[image].layers == new.reversed() + [layer])
    #expect(gimp[image].steps.count == 1)

    let (canvas, canvasLayer) = self.image(Self.picture(24, 20))
    let borders = try call(.outpaint, "left=8\nseed=7\nvariants=2", canvas, canvasLayer)
    #expect(gimp[canvas].size == (32, 20) && gimp[canvas].layers == borders.reversed() + [canvasLayer])
    #expect(borders.allSatisfy { gimp.place(of: $0).x == 0 } && gimp.place(of: canvasLayer).x == 8)

    let (source, sourceLayer) = self.image(Self.picture(24, 20))
    let apart = try call(.upscale, "factor=2\noutput=1\nseed=7\nvariants=2", source, sourceLayer)
    let made = gimp.image(of: apart[0])
    #expect(made != source && gimp[made].layers == apart.reversed() && gimp[source].layers == [sourceLayer])
  }

  @Test("Again is the last call with a new seed, above the earlier results")
  func again() throws {
    let (image, layer) = image(Self.picture(60, 44), selecting: Self.hole)
    #expect(throws: ShellError.nothingToRepeat) { try perform(.again, image, layer) }
    let arguments: [Value] = [.text(""), .number(7), .number(2), .number(0), .number(0)]
    let first = try perform(.inpaintFull, image, layer, arguments)
    let second = try perform(.again, image, layer, mode: .interactive)
    #expect(gimp[image].layers == [second, first, layer])
    #expect(gimp.place(of: second) == gimp.place(of: first), "grown as the first")
    let seed = try #require(gimp[second].notes["resshift-seed"])
    #expect(seed != "7" && gimp[second].name == "Inpainted (compact-inpaint, seed \(seed))")
    #expect(gimp[second].pixels != gimp[first].pixels)
    #expect(try perform(.again, image, layer) != second)
    try perform(.restore, image, layer, [.text(""), .number(3)])
    #expect(try gimp[perform(.again, image, layer)].name.hasPrefix("Restored ("))
  }

  @Test("What has made the image larger is not done again on what it made")
  func nothingGrowsTwice() throws {
    let (image, layer) = image(Self.picture(24, 20))
    let large = try perform(.upscale, image, layer, [.text(""), .number(2), .number(0), .number(7)])
    for item in [layer, large] {
      #expect(throws: ShellError.grownAlready(layer: gimp[large].name)) { try perform(.again, image, item) }
    }
    let (other, otherLayer) = self.image(Self.picture(24, 20))
    #expect(try gimp.image(of: perform(.again, other, otherLayer)) == other, "another image may grow")
    let (third, thirdLayer) = self.image(Self.picture(24, 20))
    let apart = try perform(.upscale, third, thirdLayer, [.text(""), .number(2), .number(1), .number(7)])
    #expect(throws: Never.self) { try perform(.again, third, thirdLayer) }
    #expect(throws: ShellError.self) { try perform(.again, gimp.image(of: apart), apart) }
  }

  @Test func indexedImagesAreNotRepeatedOn() throws {
    let (image, layer) = image(Self.picture(60, 44), selecting: Self.hole)
    try perform(.inpaint, image, layer, [.text(""), .number(7)])
    let (other, otherLayer) = self.image(Self.picture(60, 44), selecting: Self.hole)
    gimp[other].isIndexed = true
    #expect(throws: ShellError.indexed(layer: gimp[otherLayer].name)) {
      try perform(.again, other, otherLayer, mode: .interactive)
    }
  }

  @Test func callsByNameAreChecked() {
    let (image, layer) = image(Self.picture(24, 20))
    for name in ["plug-in-resshift-models", "plug-in-resshift-again", "inpaint"] {
      #expect(throws: ShellError.unknownProcedure(name)) {
        try performAll(.byName, image, [layer], [.text(name), .text("")])
      }
    }
  }
}
