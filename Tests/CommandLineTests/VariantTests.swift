import Foundation
import ResShift
import Testing

/// Several results of one picture.
@Suite struct VariantTests {
  private static let seeds = Variants.seeds(from: 7, count: 3)

  @Test("Each variant is the result of its seed, in a file named after it")
  func namesAndSeeds() throws {
    let bench = try Workbench()
    try bench.write(Workbench.picture(8, 8), "a.b.png")
    let names = Self.seeds.map { "a.b-seed\($0).png" }
    #expect(try bench.run("upscale", "a.b.png", "-o", "out/a.b.png", "--seed", "7", "--variants", "3").status == 73)
    #expect(try bench.run("upscale", "a.b.png", "-o", "a.b.png", "--seed", "7", "--variants", "3").status == 0)
    #expect(try bench.files == (["a.b.png"] + names).sorted())
    #expect(
      try bench.run("upscale", "a.b.png", "-o", "one.png", "--seed", "\(Self.seeds[2])", "--variants", "1").status == 0)
    #expect(try bench.bytes("one.png") == bench.bytes(names[2]) && bench.bytes(names[2]) != bench.bytes(names[0]))
  }

  @Test func ofSeveralPicturesIntoAFolder() throws {
    let bench = try Workbench()
    try FileManager.default.createDirectory(at: bench.folder.appending(path: "in"), withIntermediateDirectories: true)
    try bench.write(Workbench.picture(8, 8), "in/a.png")
    try bench.write(Workbench.picture(8, 8, variant: 1), "in/b.jpg")
    try Data("text".utf8).write(to: bench.folder.appending(path: "in/c.png"))
    let run = try bench.run(
      "restore", "in", "-o", "out", "--seed", "7", "--variants", "2", "--progress", "json")
    #expect(run.status == 65)
    #expect(run.onlyErrorLine().hasPrefix("in/c.png: "), "once, not for each variant")
    let names = ["a", "b"].flatMap { name in
      Self.seeds.prefix(2).map { "\(name)-seed\($0).\(name == "a" ? "png" : "jpg")" }
    }
    #expect(try FileManager.default.contentsOfDirectory(atPath: bench.path("out")).sorted() == names.sorted())
    #expect(run.output.components(separatedBy: "\"done\"").count == 5)
    #expect(run.output.components(separatedBy: "\"failed\"").count == 3)
  }

  @Test("What is there already is left alone, of each variant on its own")
  func skipExisting() throws {
    let bench = try Workbench()
    try bench.write(Workbench.picture(8, 8), "a.png")
    let kept = "out-seed\(Self.seeds[1]).png"
    try Data("mine".utf8).write(to: bench.folder.appending(path: kept))
    let arguments = [
      "upscale", "a.png", "-o", "out.png", "--seed", "7", "--variants", "2", "--skip-existing", "--quiet",
    ]
    #expect(try bench.run(arguments).status == 0)
    #expect(try bench.files == ["a.png", "out-seed7.png", kept].sorted())
    #expect(try bench.bytes(kept) == Data("mine".utf8))
  }

  @Test func fillsAndMargins() throws {
    let bench = try Workbench()
    try bench.write(Workbench.picture(24, 20), "a.png")
    var mask = PixelImage(width: 24, height: 20, channels: 1)
    for y in 6..<12 { for x in 8..<16 { mask[x, y, 0] = 1 } }
    try bench.write(mask, "m.png")
    #expect(
      try bench.run("inpaint", "a.png", "--mask", "m.png", "-o", "f.png", "--variants", "2", "--seed", "7").status == 0)
    #expect(
      try bench.run("extend", "a.png", "--left", "8", "-o", "e.png", "--variants", "2", "--seed", "7").status == 0)
    let names = ["e", "f"].flatMap { name in Self.seeds.prefix(2).map { "\(name)-seed\($0).png" } }
    #expect(try bench.files == (["a.png", "m.png"] + names).sorted())
  }

  @Test(arguments: ["0", "7", "-1", "two"])
  func numbersThatThereAreNot(_ number: String) throws {
    let bench = try Workbench()
    let run = try bench.run("upscale", "a.png", "-o", "b.png", "--variants", number)
    #expect(run.status == 64 && run.onlyErrorLine().contains("--variants"))
  }
}
