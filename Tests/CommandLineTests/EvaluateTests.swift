import Foundation
import PictureFiles
import ResShift
import Testing

@Suite struct EvaluateTests {
  private typealias Object = [String: Any]

  private func json(_ run: Run, _ location: SourceLocation = #_sourceLocation) throws -> Object {
    #expect(run.status == 0 && run.errors.isEmpty, "\(run.errors)", sourceLocation: location)
    return try #require(
      try JSONSerialization.jsonObject(with: Data(run.output.utf8)) as? Object, sourceLocation: location)
  }

  private func score(_ object: Object, _ method: String, _ metric: String) throws -> Double {
    try #require((object[method] as? Object)?[metric] as? Double)
  }

  /// Two pictures of different sizes in a folder `photos`.
  private func photos(_ bench: Workbench) throws {
    try FileManager.default.createDirectory(
      at: bench.folder.appending(path: "photos"), withIntermediateDirectories: true)
    try bench.write(Workbench.picture(70, 53), "photos/a.png")
    try bench.write(Workbench.picture(64, 64, channels: 1, variant: 1), "photos/b.png")
  }

  @Test func tableOfSuperResolution() throws {
    let bench = try Workbench()
    try photos(bench)
    let run = try bench.run(
      "evaluate", "photos", "--degrade", "everyday", "--seeds", "2", "--sheet", "sheet.png", "--crop", "62")
    #expect(run.status == 0 && run.errors.isEmpty)
    let lines = run.output.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    #expect(lines[0] == "compact-sr-x4, 4 steps, 4 times, everyday, seed 12345")
    #expect(lines[2].hasPrefix("PICTURE") && lines[2].hasSuffix("SECONDS"))
    let names = lines[3..<12].map { $0.split(separator: " ").prefix { Double($0) == nil }.joined(separator: " ") }
    #expect(
      names == [
        "a bicubic", "result", "mean of", "b bicubic", "result", "mean of", "mean bicubic", "result", "mean of",
      ])
    #expect(lines.contains("sheet.png: from left to right input, bicubic, result, original"))
    // Cropped to multiples of the scale: 60 x 52 and 60 x 60.
    let sheet = try bench.read("sheet.png")
    #expect((sheet.width, sheet.height) == (4 * 68 + 8, 8 + 60 + 68))
    #expect(try bench.files == ["photos", "sheet.png"])
  }

  /// The same numbers again from what was saved, and as measured by hand.
  @Test func savedPicturesGiveTheSameNumbers() throws {
    let bench = try Workbench()
    try photos(bench)
    let options = ["--seeds", "2", "--seed", "7", "--json"]
    let first = try json(
      try bench.run(["evaluate", "photos/a.png", "--degrade", "clean", "--factor", "2", "--save", "out"] + options))
    #expect(
      try Set(FileManager.default.contentsOfDirectory(atPath: bench.path("out")))
        == ["originals", "inputs", "baselines", "results", "means"])
    #expect(try bench.read("out/inputs/a.png").width == 35 && bench.read("out/originals/a.png").height == 52)
    let second = try json(
      try bench.run(["evaluate", "out/originals", "--inputs", "out/inputs", "--factor", "2"] + options))
    for method in ["baseline", "result", "mean_of_results"] {
      for metric in ["psnr_y", "psnr_rgb", "ssim", "spectrum_db", "spectrum_bias_db"] {
        let pictures = try [first, second].map { try #require(($0["pictures"] as? [Object])?.first) }
        #expect(try score(pictures[0], method, metric) == score(pictures[1], method, metric))
        #expect(try score(pictures[0], method, metric) == score(try #require(first["mean"] as? Object), method, metric))
      }
    }
    #expect(first["task"] as? String == "super-resolution" && first["scale"] as? Int == 2)
    // What upscale makes of the input with the first seed.
    let upscale = try bench.run("upscale", "out/inputs/a.png", "-o", "up.png", "--factor", "2", "--seed", "7")
    #expect(upscale.status == 0)
    #expect(try bench.read("up.png") == bench.read("out/results/a.png"))
  }

  /// What the built-in models are for, on a photograph that none of them was trained on.
  @Test(arguments: [
    ("compact-sr-x2", ["--degrade", "clean", "--factor", "2"]), ("compact-sr-x4", ["--degrade", "everyday"]),
    ("compact-restore", ["--degrade", "compressed"]),
  ])
  func builtInModelsAreNearerToTheOriginal(model: String, options: [String]) throws {
    let photo = Workbench.package.appending(path: "demo/boats.jpg").path
    let found = try json(try Workbench().run(["evaluate", photo, "--json"] + options))
    #expect(found["model"] as? String == model)
    let mean = try #require(found["mean"] as? Object)
    let gain = try score(mean, "result", "psnr_y") - score(mean, "baseline", "psnr_y")
    #expect(gain > 0.1, "\(gain) dB")
  }

  /// Another program's results are measured like ours, as they are or cut like the originals.
  @Test func references() throws {
    let bench = try Workbench()
    try photos(bench)
    let run = try bench.run("evaluate", "photos", "--degrade", "clean", "--crop", "40", "--save", "out")
    #expect(run.status == 0)
    let found = try json(
      try bench.run(
        "evaluate", "photos", "--degrade", "clean", "--crop", "40", "--reference", "itself=photos", "--reference",
        "re\"duced=out/baselines", "--json"))
    for picture in try #require(found["pictures"] as? [Object]) {
      // The originals themselves: an infinite ratio, which JSON cannot say.
      #expect(try #require(picture["reference_itself"] as? Object)["psnr_y"] is NSNull)
      #expect(try score(picture, "reference_itself", "tones_rms") == 0)
      // Saved in 8 bits.
      let reduced = try score(picture, "reference_re\"duced", "psnr_y") - score(picture, "baseline", "psnr_y")
      #expect(abs(reduced) < 0.1)
    }
    let table = try bench.run(
      "evaluate", "photos", "--degrade", "clean", "--crop", "40", "--reference", "other=out/results", "--sheet", "s.png"
    )
    #expect(table.output.contains("s.png: from left to right input, bicubic, other, result, original"))
    #expect(try bench.read("s.png").width == 5 * 48 + 8)
    let names = table.output.split(separator: "\n").map { $0.split(separator: " ").first }
    #expect(names.filter { $0 == "other" }.count == 3)
  }

  @Test(arguments: ["boxes", "irregular"])
  func holes(degradation: String) throws {
    let bench = try Workbench()
    try photos(bench)
    let found = try json(
      try bench.run("evaluate", "photos", "--degrade", degradation, "--save", "out", "--json"))
    #expect(found["model"] as? String == "compact-inpaint" && found["baseline"] as? String == "exemplar")
    let pictures = try #require(found["pictures"] as? [Object])
    #expect(pictures.map { $0["name"] as? String } == ["a", "b"])
    for picture in pictures {
      for method in ["baseline", "result"] {
        #expect(try score(picture, method, "hole_psnr_y") > 5)
        #expect(try (0...128).contains(score(picture, method, "hole_l1")))
      }
      #expect(try score(picture, "original", "gradient_ratio") > 0)
      #expect((picture["original"] as? Object)?.count == 1)
    }
    // Outside the hole nothing has changed.
    let (mask, original, result) = (
      try bench.read("out/masks/a.png"), try bench.read("out/originals/a.png"), try bench.read("out/results/a.png")
    )
    for pixel in mask.samples.indices where mask.samples[pixel] == 0 {
      #expect(result.samples[3 * pixel] == original.samples[3 * pixel])
    }
    let again = try json(
      try bench.run(
        "evaluate", "out/originals", "--inputs", "out/inputs", "--masks", "out/masks", "--json"))
    let second = try #require(again["pictures"] as? [Object])
    #expect(try score(second[1], "result", "hole_l1") == score(pictures[1], "result", "hole_l1"))
    let masksAlone = try json(try bench.run("evaluate", "out/originals", "--masks", "out/masks", "--json"))
    let third = try #require(masksAlone["pictures"] as? [Object])
    #expect(try score(third[0], "result", "hole_l1") == score(pictures[0], "result", "hole_l1"))
  }

  /// The recorded network knows nothing of pictures; what counts is the path, and the input as the baseline.
  @Test func restorationAtTheSameSize() throws {
    let bench = try Workbench()
    try photos(bench)
    let model = try bench.addFaceModel()
    let clean = try json(
      try bench.run("evaluate", "photos/a.png", "--degrade", "clean", "--model", model, "--json"))
    #expect(clean["baseline"] as? String == "input" && clean["scale"] as? Int == 1)
    let picture = try #require((clean["pictures"] as? [Object])?.first)
    // The input is the original: an infinite ratio, which JSON cannot say.
    let baseline = try #require(picture["baseline"] as? Object)
    #expect(baseline["psnr_y"] is NSNull && baseline["spectrum_db"] as? Double == 0)
    let table = try bench.run("evaluate", "photos/a.png", "--degrade", "clean", "--model", model)
    #expect(table.output.contains("  inf"))
    let spoilt = try json(
      try bench.run("evaluate", "photos", "--degrade", "compressed", "--quality", "20", "--model", model, "--json"))
    #expect(try (10...45).contains(score(try #require(spoilt["mean"] as? Object), "baseline", "psnr_y")))
  }

  @Test func tinyPicturesHaveFewerNumbers() throws {
    let bench = try Workbench()
    try bench.write(Workbench.picture(8, 5), "a.png")
    let run = try bench.run("evaluate", "a.png", "--degrade", "clean")
    #expect(run.status == 0 && run.output.contains("  -  "))
    let found = try json(try bench.run("evaluate", "a.png", "--degrade", "clean", "--json"))
    let mean = try #require(found["mean"] as? Object)
    #expect(Set(try #require(mean["result"] as? Object).keys) == ["psnr_y", "psnr_rgb"])
  }

  @Test func failures() throws {
    let bench = try Workbench()
    try photos(bench)
    for folder in ["in", "masks", "black", "white"] {
      try FileManager.default.createDirectory(
        at: bench.folder.appending(path: folder), withIntermediateDirectories: true)
    }
    try bench.write(Workbench.picture(17, 13), "in/a.png")
    try bench.write(Workbench.picture(17, 13), "masks/a.png")
    try bench.write(PixelImage(width: 70, height: 53, channels: 1), "black/a.png")
    try bench.write(PixelImage(width: 70, height: 53, channels: 1, repeating: 1), "white/a.png")
    try bench.write(Workbench.picture(3, 3), "small.png")
    try bench.write(Workbench.picture(30, 30), "a.jpg")
    let before = try bench.files
    let cases: [(arguments: [String], status: Int32, says: String)] = [
      (["photos/a.png"], 64, "give either --degrade, or --inputs or --masks"),
      (["photos/a.png", "--degrade", "clean", "--inputs", "in"], 64, "give either --degrade"),
      (["photos/a.png", "--degrade", "clean", "--quality", "50"], 64, "--quality goes with"),
      (["photos/a.png", "--degrade", "everyday", "--quality", "0"], 64, "--quality must be 1 to 100"),
      (["photos/a.png", "--degrade", "clean", "--seeds", "0"], 64, "--seeds must be 1 to 1000"),
      (["photos/a.png", "--degrade", "clean", "--crop", "3"], 64, "--crop 3: must be 4 or more"),
      (["photos/a.png", "--degrade", "boxes", "--factor", "2"], 64, "--factor 2: the model compact-inpaint"),
      (["photos/a.png", "--degrade", "boxes", "--model", "compact-sr-x4"], 64, "holes need a model for inpainting"),
      (["photos/a.png", "--degrade", "clean", "--model", "compact-inpaint"], 64, "it needs --degrade boxes"),
      (["photos/a.png", "a.jpg", "--degrade", "clean"], 64, "photos/a.png and a.jpg have the same name, a"),
      (["photos/a.png", "--degrade", "clean", "--reference", "in"], 64, "a name, = and a folder"),
      (["photos/a.png", "--degrade", "clean", "--reference", "=in"], 64, "a name, = and a folder"),
      (["photos/a.png", "--degrade", "clean", "--reference", "a=in", "--reference", "a=in"], 64, "the same name"),
      (["photos/b.png", "--degrade", "clean", "--reference", "a=in"], 66, "in/b.*: no such picture"),
      (
        ["photos/a.png", "--degrade", "clean", "--reference", "a=in"], 65, "in/a.png: is 17x13, but what it is compared"
      ),
      (["no.png", "--degrade", "clean"], 66, "no.png"),
      (["photos", "--inputs", "in"], 66, "in/b.*: no such picture, the twin of photos/b.png"),
      (["photos/a.png", "--inputs", "none"], 66, "none"),
      (["photos/a.png", "--inputs", "in"], 65, "photos/a.png: is 70x53, but its input in/a.png is 17x13"),
      (["photos/a.png", "--masks", "masks"], 65, "masks/a.png: the mask is 17x13, but photos/a.png is 70x53"),
      (["photos/a.png", "--masks", "black"], 65, "black/a.png: the mask is black everywhere"),
      (["photos/a.png", "--masks", "white"], 65, "white/a.png: the mask is white everywhere"),
      (["photos/a.png", "--masks", "white", "--crop", "20"], 65, "white/a.png: the mask is white all over the part"),
      (["small.png", "--degrade", "clean"], 65, "small.png: is 3x3, too small for a factor of 4"),
      (["photos", "--degrade", "clean", "--sheet", "no/sheet.png"], 73, "no/sheet.png"),
      (["photos", "--degrade", "clean", "--sheet", "sheet.txt"], 64, "sheet.txt"),
      (["photos", "--degrade", "clean", "--save", "no/out"], 73, "no/out"),
    ]
    for (arguments, status, words) in cases {
      let run = try bench.run(["evaluate"] + arguments)
      #expect(run.status == status && run.output.isEmpty, "\(arguments)")
      #expect(run.onlyErrorLine().contains(words), "\(run.errors)")
      #expect(try bench.files == before)
    }
  }
}
