import Foundation
import PictureFiles
import ResShift
import Testing

@Suite struct RestorationTests {
  @Test func upscaleByTheModelsScaleAndLess() throws {
    let bench = try Workbench()
    try bench.write(Workbench.picture(13, 9), "a.png")
    for (factor, side) in [("", 52), ("4", 52), ("3", 39), ("2", 26)] {
      let option = factor.isEmpty ? [] : ["--factor", factor]
      let run = try bench.run(["upscale", "a.png", "-o", "b.png"] + option)
      #expect(run.status == 0 && run.errors.isEmpty && run.output.isEmpty)
      let result = try bench.read("b.png")
      #expect(result.width == side && result.height == side * 9 / 13 && result.channels == 3)
    }
  }

  @Test(arguments: [1, 2, 4])
  func channelsStay(channels: Int) throws {
    let bench = try Workbench()
    try bench.write(Workbench.picture(10, 10, channels: channels), "a.png")
    #expect(try bench.run("upscale", "a.png", "-o", "b.png").status == 0)
    #expect(try bench.read("b.png").channels == channels)
  }

  @Test func bitDepths() throws {
    let bench = try Workbench()
    try bench.write(Workbench.picture(8, 8), "a.png", bitDepth: 16)
    #expect(try bench.run("upscale", "a.png", "-o", "same.png").status == 0)
    #expect(try bench.run("upscale", "a.png", "-o", "eight.png", "--bit-depth", "8").status == 0)
    let jpeg = try bench.run("upscale", "a.png", "-o", "b.jpg")
    #expect(jpeg.status == 0)
    #expect(
      jpeg.onlyErrorLine() == "b.jpg: JPEG holds 8 bits a sample, the picture has 16; png and tiff keep them")
    #expect(try bench.run("upscale", "a.png", "-o", "b.jpg", "--bit-depth", "8").errors.isEmpty)
    #expect(try bench.run("upscale", "a.png", "-o", "b.tiff", "--bit-depth", "16").status == 0)
    let depths = try ["same.png", "eight.png", "b.jpg", "b.tiff"].map { try PictureFile.read(bench.path($0)).bitDepth }
    #expect(depths == [16, 8, 8, 16])
  }

  @Test func sameSeedSameBytesWhateverTheThreads() throws {
    let bench = try Workbench()
    try bench.write(Workbench.picture(40, 24), "a.png")
    for (name, options) in [
      ("one.png", ["--threads", "1"]), ("two.png", ["--threads", "2"]), ("again.png", ["--seed", "12345"]),
      ("other.png", ["--seed", "7"]),
    ] {
      #expect(try bench.run(["upscale", "a.png", "-o", name] + options).status == 0)
    }
    let one = try bench.bytes("one.png")
    #expect(try bench.bytes("two.png") == one)
    #expect(try bench.bytes("again.png") == one)
    #expect(try bench.read("other.png") != bench.read("one.png"))
  }

  /// The mean of each quarter comes nearer to the input's, of which the recorded network with its random weights knows
  /// nothing.
  @Test func toneMatchBringsTheResultToTheInputsTone() throws {
    let bench = try Workbench()
    let picture = Workbench.picture(64, 64)
    try bench.write(picture, "a.png")
    let model = try bench.addModel("tiny-sr") { $0["task"] = "super-resolution" }
    func distance(_ name: String, _ options: String...) throws -> Float {
      #expect(try bench.run(["upscale", "a.png", "-o", name, "--model", model] + options).status == 0)
      let result = try bench.read(name)
      func mean(_ image: PixelImage, _ x: Int, _ y: Int) -> Float {
        let side = image.width / 2
        let part = image.cropped(to: PixelRect(x: x * side, y: y * side, width: side, height: side))
        return part.samples.reduce(0, +) / Float(part.samples.count)
      }
      return [(0, 0), (1, 0), (0, 1), (1, 1)].map { abs(mean(result, $0, $1) - mean(picture, $0, $1)) }.max() ?? 1
    }
    let without = try distance("b.png")
    let off = try distance("off.png", "--tone-match", "off")
    let on = try distance("on.png", "--tone-match", "on")
    #expect(try bench.bytes("b.png") == bench.bytes("off.png"))
    #expect(off > 0.05 && on < off / 4 && without == off)
  }

  @Test func strengthMixesWithThePlainPicture() throws {
    let bench = try Workbench()
    try bench.write(Workbench.picture(24, 16, channels: 4), "a.png")
    #expect(try bench.run("restore", "a.png", "-o", "same.png", "--strength", "0").status == 0)
    #expect(try bench.read("same.png") == bench.read("a.png"))
    for (name, options) in [("b.png", []), ("one.png", ["--strength", "1"]), ("half.png", ["--strength", "0.5"])] {
      #expect(try bench.run(["upscale", "a.png", "-o", name, "--factor", "2"] + options).status == 0)
    }
    #expect(try bench.bytes("b.png") == bench.bytes("one.png") && bench.bytes("half.png") != bench.bytes("one.png"))
    let over = try bench.run("restore", "a.png", "-o", "c.png", "--strength", "1.5")
    #expect(over.status == 64 && over.errors.contains("--strength must be 0 (the plain picture) to 1, found 1.5"))
    // What half a fill would show is what is to go; weights of the mask say how much is blended.
    let fill = try bench.run("inpaint", "a.png", "--mask", "a.png", "-o", "c.png", "--strength", "0.5")
    #expect(fill.status == 64)
  }

  @Test func everyCommonOptionIsTaken() throws {
    let bench = try Workbench()
    try bench.write(Workbench.picture(16, 16), "a.png")
    let run = try bench.run(
      "upscale", "a.png", "--output", "b.png", "--model", "compact-sr-x4", "--seed", "3", "--tile", "0", "--overlap",
      "16",
      "--tiling", "independent", "--tone-match", "off", "--threads", "1", "--memory", "3.5GiB", "--bit-depth", "8",
      "--quiet")
    #expect(run.status == 0 && run.errors.isEmpty && run.output.isEmpty)
    #expect(try bench.read("b.png").width == 64)
  }

  @Test func outputMayBeTheInput() throws {
    let bench = try Workbench()
    try bench.write(Workbench.picture(8, 8), "a.png")
    #expect(try bench.run("upscale", "a.png", "-o", "a.png").status == 0)
    #expect(try bench.read("a.png").width == 32)
    #expect(try bench.files == ["a.png"])
  }

  @Test func inpaintChangesTheHoleAlone() throws {
    let bench = try Workbench()
    var picture = Workbench.picture(60, 40, channels: 4)
    var mask = PixelImage(width: 60, height: 40, channels: 1)
    for y in 10..<25 {
      for x in 20..<45 {
        mask[x, y, 0] = x == 20 ? 128.0 / 255 : 1
        // A blot of a colour that occurs nowhere else.
        for c in 0..<3 { picture[x, y, c] = c == 1 ? 0 : 1 }
      }
    }
    try bench.write(picture, "a.png")
    try bench.write(mask, "mask.png")
    #expect(try bench.run("inpaint", "a.png", "--mask", "mask.png", "-o", "b.png").status == 0)
    let before = try bench.read("a.png")
    let after = try bench.read("b.png")
    var changed = 0
    for y in 0..<40 {
      for x in 0..<60 {
        #expect(after[x, y, 3] == before[x, y, 3])
        let same = (0..<3).allSatisfy { after[x, y, $0] == before[x, y, $0] }
        if mask[x, y, 0] == 0 { #expect(same) } else if !same { changed += 1 }
      }
    }
    #expect(changed == 15 * 25)
  }

  /// White on black as gray, as RGB and as the opaque part of a transparent picture mean the same.
  @Test func masksOfAnyKind() throws {
    let bench = try Workbench()
    try bench.write(Workbench.picture(40, 40), "a.png")
    for channels in 1...4 {
      var mask = PixelImage(width: 40, height: 40, channels: channels)
      let hasAlpha = mask.hasAlpha
      for y in 0..<40 {
        for x in 0..<40 {
          let isHole = (12..<30).contains(x) && (5..<20).contains(y)
          for c in 0..<channels {
            // With alpha it is white all over, and transparent where nothing is to be filled.
            mask[x, y, c] = isHole || (hasAlpha && c < channels - 1) ? 1 : 0
          }
        }
      }
      try bench.write(mask, "mask.png", bitDepth: channels == 3 ? 16 : 8)
      #expect(try bench.run("inpaint", "a.png", "--mask", "mask.png", "-o", "\(channels).png").status == 0)
    }
    let first = try bench.bytes("1.png")
    for channels in 2...4 { #expect(try bench.bytes("\(channels).png") == first) }
    #expect(try bench.read("1.png") != bench.read("a.png"))
  }

  @Test func restoreWithAFaceModelAndBoxes() throws {
    let bench = try Workbench()
    let model = try bench.addFaceModel()
    try bench.write(Workbench.picture(150, 130), "a.png")
    #expect(try bench.run("restore", "a.png", "-o", "whole.png", "--model", model).status == 0)
    #expect(try bench.read("whole.png").width == 150)
    let run = try bench.run("restore", "a.png", "-o", "box.png", "--model", model, "--box", "10,20,30,40")
    #expect(run.status == 0)
    let (before, after) = (try bench.read("a.png"), try bench.read("box.png"))
    var changed = 0
    for y in 0..<130 {
      for x in 0..<150 {
        let same = (0..<3).allSatisfy { after[x, y, $0] == before[x, y, $0] }
        if (10..<40).contains(x) && (20..<60).contains(y) { changed += same ? 0 : 1 } else { #expect(same) }
      }
    }
    #expect(changed > 0)
    let outside = try bench.run("restore", "a.png", "-o", "c.png", "--model", model, "--box", "140,0,11,10")
    #expect(outside.status == 64)
    #expect(outside.onlyErrorLine() == "--box 140,0,11,10 reaches outside a.png, which is 150x130")
    let huge = try bench.run(
      "restore", "a.png", "-o", "c.png", "--model", model, "--box", "0,1,9223372036854775807,9223372036854775807")
    #expect(huge.status == 64)
  }
}
