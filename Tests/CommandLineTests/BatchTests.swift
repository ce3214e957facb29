import Foundation
import PictureFiles
import ResShift
import Testing

@Suite struct BatchTests {
  @Test func severalInputsGoIntoAFolder() throws {
    let bench = try Workbench()
    for (index, name) in ["a.png", "b.jpg", "c.tiff"].enumerated() {
      try bench.write(Workbench.picture(8, 8, variant: index), name)
    }
    #expect(try bench.run("upscale", "a.png", "b.jpg", "c.tiff", "-o", "out").status == 0)
    for name in ["a.png", "b.jpg", "c.tiff"] { #expect(try bench.read("out/\(name)").width == 32) }
    #expect(try bench.files == ["a.png", "b.jpg", "c.tiff", "out"])
  }

  @Test func aFolderIsItsPictures() throws {
    let bench = try Workbench()
    try FileManager.default.createDirectory(
      at: bench.folder.appending(path: "in/deeper"), withIntermediateDirectories: true)
    try bench.write(Workbench.picture(8, 8), "in/a.png")
    try bench.write(Workbench.picture(8, 8), "in/B.JPG")
    try Data("notes".utf8).write(to: bench.folder.appending(path: "in/notes.txt"))
    #expect(try bench.run("upscale", "in", "-o", "out", "--factor", "2").status == 0)
    #expect(try FileManager.default.contentsOfDirectory(atPath: bench.path("out")).sorted() == ["B.JPG", "a.png"])
  }

  @Test func oneInputIntoAnExistingFolder() throws {
    let bench = try Workbench()
    try FileManager.default.createDirectory(at: bench.folder.appending(path: "out"), withIntermediateDirectories: true)
    try bench.write(Workbench.picture(8, 8), "a.png")
    #expect(try bench.run("upscale", "a.png", "-o", "out").status == 0)
    #expect(try bench.read("out/a.png").width == 32)
  }

  /// The others are restored, each failure has its line, and the status is that of the first one.
  @Test func oneFailureDoesNotStopTheOthers() throws {
    let bench = try Workbench()
    try bench.write(Workbench.picture(8, 8), "a.png")
    try bench.write(Workbench.picture(8, 8), "d.png")
    try Data("text".utf8).write(to: bench.folder.appending(path: "b.png"))
    let run = try bench.run("upscale", "a.png", "b.png", "c.png", "d.png", "-o", "out")
    #expect(run.status == 65)
    #expect(run.errorLines.count == 2)
    #expect(run.errorLines.first?.hasPrefix("resshift: b.png: ") == true)
    #expect(run.errorLines.last?.hasPrefix("resshift: c.png: ") == true)
    #expect(try FileManager.default.contentsOfDirectory(atPath: bench.path("out")).sorted() == ["a.png", "d.png"])
    #expect(try bench.run("upscale", "c.png", "b.png", "-o", "out").status == 66)
  }

  @Test func noFolderIsLeftWhenNothingCame() throws {
    let bench = try Workbench()
    try Data("text".utf8).write(to: bench.folder.appending(path: "b.png"))
    #expect(try bench.run("upscale", "b.png", "c.png", "-o", "out").status == 65)
    #expect(try bench.files == ["b.png"])
  }

  @Test func skipExisting() throws {
    let bench = try Workbench()
    try bench.write(Workbench.picture(8, 8), "a.png")
    try bench.write(Workbench.picture(8, 8), "b.png")
    try FileManager.default.createDirectory(at: bench.folder.appending(path: "out"), withIntermediateDirectories: true)
    try Data("precious".utf8).write(to: bench.folder.appending(path: "out/a.png"))
    let run = try bench.run("upscale", "a.png", "b.png", "-o", "out", "--skip-existing")
    #expect(run.status == 0)
    #expect(run.onlyErrorLine() == "out/a.png: already there, skipped")
    #expect(try bench.bytes("out/a.png") == Data("precious".utf8))
    #expect(try bench.read("out/b.png").width == 32)
    #expect(try bench.run("upscale", "a.png", "b.png", "-o", "out", "--skip-existing", "--quiet").errors.isEmpty)
    #expect(try bench.run("upscale", "a.png", "-o", "out/a.png").status == 0)
    #expect(try bench.read("out/a.png").width == 32)
  }

  @Test func progressAsJSON() throws {
    let bench = try Workbench()
    try bench.write(Workbench.picture(8, 8), "a \"b\".png")
    try Data("text".utf8).write(to: bench.folder.appending(path: "c.png"))
    let run = try bench.run("upscale", "a \"b\".png", "c.png", "-o", "out", "--progress", "json")
    #expect(run.status == 65)
    let events = try run.output.split(separator: "\n").map {
      try #require(try JSONSerialization.jsonObject(with: Data($0.utf8)) as? [String: Any])
    }
    func named(_ event: String, _ input: String) -> [[String: Any]] {
      events.filter { $0["event"] as? String == event && $0["input"] as? String == input }
    }
    let percents = named("progress", "a \"b\".png").compactMap { $0["percent"] as? Int }
    #expect(percents.first == 0 && percents == percents.sorted() && percents.count > 2)
    #expect(named("done", "a \"b\".png").first?["output"] as? String == "out/a \"b\".png")
    #expect(named("failed", "c.png").count == 1)
    #expect(events.allSatisfy { $0["total"] as? Int == 2 })
  }
}
