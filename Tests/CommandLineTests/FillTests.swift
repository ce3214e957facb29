import ResShift
import Testing

/// What can be chosen about fills, margins and sizes.
@Suite struct FillTests {
  private func mask(_ width: Int, _ height: Int, _ hole: PixelRect) -> PixelImage {
    var mask = PixelImage(width: width, height: height, channels: 1)
    for y in hole.y..<hole.y + hole.height { for x in hole.x..<hole.x + hole.width { mask[x, y, 0] = 1 } }
    return mask
  }

  @Test func aGrownHoleChangesItsRimAndNothingElse() throws {
    let bench = try Workbench()
    let picture = Workbench.picture(64, 48)
    try bench.write(picture, "a.png")
    try bench.write(mask(64, 48, PixelRect(x: 24, y: 20, width: 8, height: 6)), "m.png")
    #expect(try bench.run("inpaint", "a.png", "--mask", "m.png", "-o", "b.png", "--grow", "4").status == 0)
    let (before, after) = (try bench.read("a.png"), try bench.read("b.png"))
    var changedOutside = 0
    for y in 0..<48 {
      for x in 0..<64 {
        let isSame = (0..<3).allSatisfy { before[x, y, $0] == after[x, y, $0] }
        let (dx, dy) = (max(24 - x, x - 31, 0), max(20 - y, y - 25, 0))
        if dx * dx + dy * dy > 16 { #expect(isSame) } else if dx + dy > 0 && !isSame { changedOutside += 1 }
      }
    }
    #expect(changedOutside > 10, "the rim was filled, too")
    let refused = try bench.run("inpaint", "a.png", "--mask", "m.png", "-o", "c.png", "--grow", "-3")
    #expect(refused.status == 64 && refused.onlyErrorLine().contains("holes do not shrink"))
    let all = try bench.run("inpaint", "a.png", "--mask", "m.png", "-o", "c.png", "--grow", "100")
    #expect(all.status == 65 && all.errors.contains("smaller --grow"))
  }

  @Test func nothingIsTakenFromWhatIsExcluded() throws {
    let bench = try Workbench()
    // Bright at the left, dark at the right, the hole between them.
    var picture = PixelImage(width: 120, height: 80, channels: 3)
    var noise = SystemNoise()
    for i in picture.samples.indices { picture.samples[i] = (i / 3 % 120 < 50 ? 0.8 : 0.2) + noise.next() }
    let hole = PixelRect(x: 40, y: 30, width: 24, height: 24)
    try bench.write(picture, "a.png")
    try bench.write(mask(120, 80, hole), "m.png")
    try bench.write(mask(120, 80, PixelRect(x: 0, y: 0, width: 50, height: 80)), "left.png")
    func mean(_ options: String...) throws -> Float {
      #expect(try bench.run(["inpaint", "a.png", "--mask", "m.png", "-o", "b.png"] + options).status == 0)
      let samples = try bench.read("b.png").cropped(to: hole).samples
      return samples.reduce(0, +) / Float(samples.count)
    }
    let (without, with) = (try mean(), try mean("--exclude", "left.png"))
    #expect(with < without - 0.05, "\(with), \(without)")
    try bench.write(mask(20, 20, PixelRect(x: 0, y: 0, width: 5, height: 5)), "small.png")
    let refused = try bench.run("inpaint", "a.png", "--mask", "m.png", "-o", "b.png", "--exclude", "small.png")
    #expect(refused.status == 65 && refused.onlyErrorLine().contains("small.png"))
  }

  @Test func grainIsOffUnlessAskedFor() throws {
    let bench = try Workbench()
    var random = SystemNoise()
    var picture = PixelImage(width: 96, height: 80, channels: 3, repeating: 0.5)
    for i in picture.samples.indices { picture.samples[i] += random.next() }
    try bench.write(picture, "a.png")
    try bench.write(mask(96, 80, PixelRect(x: 30, y: 24, width: 34, height: 30)), "m.png")
    for (name, options) in [("plain", []), ("off", ["--grain", "off"]), ("on", ["--grain", "on"])] {
      #expect(try bench.run(["inpaint", "a.png", "--mask", "m.png", "-o", "\(name).png"] + options).status == 0)
    }
    #expect(try bench.bytes("plain.png") == bench.bytes("off.png"))
  }

  /// Fixed noise of 0.05 at most.
  private struct SystemNoise {
    var state: UInt32 = 7
    mutating func next() -> Float {
      state = state &* 1_664_525 &+ 1_013_904_223
      return Float(state >> 8) / Float(1 << 24) * 0.1 - 0.05
    }
  }

  @Test func extendToASize() throws {
    let bench = try Workbench()
    let picture = Workbench.picture(40, 32)
    try bench.write(picture, "a.png")
    func run(_ options: String...) throws -> Run { try bench.run(["extend", "a.png", "-o", "b.png"] + options) }
    for (options, size, corner) in [
      (["--width", "60", "--height", "50"], (60, 50), (10, 9)),
      (["--width", "60", "--anchor", "west", "--bottom", "4"], (60, 36), (0, 0)),
      (["--height", "48", "--anchor", "south-east"], (40, 48), (0, 16)),
      (["--ratio", "16:9"], (57, 32), (8, 0)), (["--ratio", "1:1", "--anchor", "north"], (40, 40), (0, 0)),
    ] {
      let done = try bench.run(["extend", "a.png", "-o", "b.png", "--quiet"] + options)
      #expect(done.status == 0, "\(done.errors)")
      let result = try bench.read("b.png")
      #expect((result.width, result.height) == size)
      #expect(
        result.cropped(to: PixelRect(x: corner.0, y: corner.1, width: 40, height: 32)) == (try bench.read("a.png")))
    }
    let small = try run("--width", "30")
    #expect(small.status == 64 && small.onlyErrorLine().contains("can only be extended, not become 30x32"))
    let same = try run("--ratio", "5:4")
    #expect(same.status == 64 && same.onlyErrorLine().contains("nothing to extend"))
    for options in [["--width", "60", "--left", "3"], ["--ratio", "1:1", "--top", "3"], ["--ratio", "16"]] {
      #expect(try bench.run(["extend", "a.png", "-o", "c.png"] + options).status == 64)
    }
  }

  @Test func extendAddsMargins() throws {
    let bench = try Workbench()
    try bench.write(Workbench.picture(40, 32), "a.png")
    let run = try bench.run("extend", "a.png", "-o", "b.png", "--left", "10", "--bottom", "6", "--quiet")
    #expect(run.status == 0 && run.errors.isEmpty)
    let result = try bench.read("b.png")
    #expect((result.width, result.height) == (50, 38))
    #expect(try result.cropped(to: PixelRect(x: 10, y: 0, width: 40, height: 32)) == bench.read("a.png"))
    let nothing = try bench.run("extend", "a.png", "-o", "c.png")
    #expect(nothing.status == 64 && nothing.onlyErrorLine().contains("nothing to add"))
    let negative = try bench.run("extend", "a.png", "-o", "c.png", "--top", "-5")
    #expect(negative.status == 64 && negative.onlyErrorLine().contains("--top must be 0 to 65535, found -5"))
    #expect(try bench.run("extend", ".", "-o", "c.png", "--top", "5").status == 64)
    #expect(try bench.files == ["a.png", "b.png"])
  }

  @Test(arguments: [
    (["--width", "30"], 30, 24), (["--height", "48"], 60, 48), (["--factor", "1.5"], 30, 24),
    (["--width", "75"], 75, 60),
  ])
  func anySizeUpToTheModelsScale(_ options: [String], _ width: Int, _ height: Int) throws {
    let bench = try Workbench()
    try bench.write(Workbench.picture(20, 16), "a.png")
    #expect(try bench.run(["upscale", "a.png", "-o", "b.png"] + options).status == 0)
    let result = try bench.read("b.png")
    #expect((result.width, result.height) == (width, height))
  }

  @Test(arguments: [
    (["--width", "81"], "choose a size from 20 x 16 to 80 x 64"), (["--width", "19"], "does not reduce"),
    (["--width", "40", "--factor", "2"], "give one of them"), (["--height", "0"], "--height must be 1 or more"),
    (["--factor", "4.5"], "found 4.5"), (["--factor", "1"], "found 1"),
  ])
  func sizesThatThereAreNot(_ options: [String], _ words: String) throws {
    let bench = try Workbench()
    try bench.write(Workbench.picture(20, 16), "a.png")
    let run = try bench.run(["upscale", "a.png", "-o", "b.png"] + options)
    #expect(run.status == 64 && run.onlyErrorLine().contains(words), "\(run.errors)")
    #expect(try bench.files == ["a.png"])
  }
}
