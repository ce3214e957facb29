import Foundation
import PictureFiles
import Testing

/// What comes along with the pixels, through the command: metadata, colour meaning, and a line for what does not.
@Suite struct MetadataTests {
  /// A copy of a picture of the tests of PictureFiles.
  private func add(_ name: String, to bench: Workbench) throws {
    let file = Workbench.package.appending(path: "Tests/PictureFilesTests/Files/\(name)")
    try FileManager.default.copyItem(at: file, to: bench.folder.appending(path: name))
  }

  private func contains(_ file: Data, _ text: String) -> Bool { file.range(of: Data(text.utf8)) != nil }

  @Test(arguments: ["png", "jpg", "tif", "webp"]) func surviveUnlessStripped(suffix: String) throws {
    let bench = try Workbench()
    try add("metadata.jpg", to: bench)
    let run = try bench.run("upscale", "metadata.jpg", "-o", "kept.\(suffix)", "--factor", "2")
    #expect(run.status == 0)
    if suffix == "webp" { #expect(run.onlyErrorLine().contains("IPTC")) } else { #expect(run.errors.isEmpty) }
    let kept = try bench.bytes("kept.\(suffix)")
    for text in ["2019:05:01 10:00:00", "Model X1", "A. Uth\u{f6}r", "TESTMAKE"] {
      #expect(contains(kept, text), "\(text)")
    }
    #expect(!contains(kept, "Orientation=") && !contains(kept, "Thumbnails"))
    let stripped = try bench.run("upscale", "metadata.jpg", "-o", "bare.\(suffix)", "--factor", "2", "--strip")
    #expect(stripped.status == 0 && stripped.errors.isEmpty)
    let bare = try bench.bytes("bare.\(suffix)")
    for text in ["2019", "Model", "Uth", "xpacket", "Photoshop", "a comment"] {
      #expect(!contains(bare, text), "\(text)")
    }
    let pictures = try ["kept", "bare"].map { try PictureFile.read(bench.path("\($0).\(suffix)")) }
    #expect(pictures[0].image == pictures[1].image && pictures[0].image.width == 48)
    #expect(pictures.allSatisfy { $0.resolution == PictureResolution(x: 150, y: 300) })
  }

  /// Linear light (PNG's gAMA) and Adobe RGB (Exif) become a profile, which --strip keeps.
  @Test(arguments: ["gama1.png", "dcf-adobergb.jpg"]) func colourMeaning(name: String) throws {
    let bench = try Workbench()
    try add(name, to: bench)
    let profile = try #require(try PictureFile.read(bench.path(name)).iccProfile)
    for (suffix, option) in [("png", []), ("jpg", ["--strip"]), ("tif", ["--strip"]), ("webp", [])] {
      let run = try bench.run(["upscale", name, "-o", "a.\(suffix)", "--factor", "2"] + option)
      #expect(run.status == 0 && run.errors.isEmpty)
      #expect(try PictureFile.read(bench.path("a.\(suffix)")).iccProfile == profile, "\(suffix)")
    }
  }

  @Test(arguments: [
    ("extra0.tif", "a sample of each pixel"), ("pages.tif", "2 pages"), ("mpo.jpg", "2 pictures"),
    ("webp-trail.webp", "a byte after the end"), ("float-255.tif", "from 0.0 to 240.0"),
  ])
  func lossesAreSpokenOfOnce(name: String, words: String) throws {
    let bench = try Workbench()
    try add(name, to: bench)
    let run = try bench.run("upscale", name, "-o", "a.png", "--factor", "2")
    #expect(run.status == 0)
    #expect(run.onlyErrorLine().hasPrefix("\(name): ") && run.errors.contains(words))
    #expect(try bench.run("upscale", name, "-o", "a.png", "--factor", "2", "--quiet").errors.isEmpty)
  }

  @Test func missingEndMarker() throws {
    let bench = try Workbench()
    for (name, end) in [("gray.jpg", 2), ("gray.png", 12)] {
      try add(name, to: bench)
      let whole = try bench.bytes(name)
      try whole.dropLast(end).write(to: bench.folder.appending(path: "cut-\(name)"))
      #expect(try bench.run("upscale", name, "-o", "a.png", "--factor", "2").errors.isEmpty)
      let run = try bench.run("upscale", "cut-\(name)", "-o", "b.png", "--factor", "2")
      #expect(run.status == 0 && run.onlyErrorLine().contains("lost its end"))
      #expect(try bench.read("a.png") == bench.read("b.png"))
      try whole.dropLast(end + 8).write(to: bench.folder.appending(path: "cut-\(name)"))
      #expect(try bench.run("upscale", "cut-\(name)", "-o", "b.png", "--factor", "2").status == 65)
    }
  }
}
