import Foundation
import ResShift
import Testing

/// What a run will be, before it and without it.
struct DryRunTests {
  private func events(_ run: Run) throws -> [[String: Any]] {
    try run.output.split(separator: "\n").map {
      try #require(try JSONSerialization.jsonObject(with: Data($0.utf8)) as? [String: Any])
    }
  }

  @Test func everyPictureHasALineAndNothingIsWritten() throws {
    let bench = try Workbench()
    try bench.write(Workbench.picture(30, 20), "a.png")
    try bench.write(Workbench.picture(16, 24), "b.png")
    let run = try bench.run("upscale", "a.png", "b.png", "-o", "out", "--factor", "2", "--dry-run")
    #expect(run.status == 0 && run.errors.isEmpty)
    let lines = run.output.split(separator: "\n")
    #expect(lines.count == 2)
    #expect(lines[0].hasPrefix("a.png: 30 x 20 -> 60 x 40, 1 tile, ") && lines[0].hasSuffix(" to out/a.png"))
    #expect(lines[1].hasPrefix("b.png: 16 x 24 -> 32 x 48, 1 tile, "))
    #expect(try bench.files == ["a.png", "b.png"])
    #expect(!FileManager.default.fileExists(atPath: bench.cache.path))
  }

  @Test func timeIsKnownAfterOneRun() throws {
    let bench = try Workbench()
    try bench.write(Workbench.picture(64, 64), "a.png")
    let dry = ["upscale", "a.png", "-o", "b.png", "--dry-run", "--progress", "json"]
    let before = try events(try bench.run(dry))
    #expect(before.count == 1 && before[0]["event"] as? String == "plan" && before[0]["seconds"] is NSNull)
    #expect(try bench.run("upscale", "a.png", "-o", "b.png").status == 0)
    let after = try #require(try events(try bench.run(dry)).first)
    #expect((after["seconds"] as? Double ?? 0) > 0)
    for (name, value) in [
      ("width", 64), ("height", 64), ("result_width", 256), ("result_height", 256), ("tiles", 1), ("steps", 2),
      ("index", 0), ("total", 1),
    ] {
      #expect(after[name] as? Int == value, "\(name)")
    }
    #expect((after["gflop"] as? Double ?? 0) > 1 && (after["memory_mb"] as? Double ?? 0) > 10)
    #expect(after["output"] as? String == "b.png" && after["model"] as? String == "compact-sr-x4")
  }

  @Test func otherJobsHavePlans() throws {
    let bench = try Workbench()
    try bench.write(Workbench.picture(60, 50), "a.png")
    let hole = PixelRect(x: 20, y: 10, width: 10, height: 12)
    var mask = PixelImage(width: 60, height: 50, channels: 1)
    for y in hole.y..<hole.y + hole.height { for x in hole.x..<hole.x + hole.width { mask[x, y, 0] = 1 } }
    try bench.write(mask, "mask.png")
    let inpaint = try bench.run("inpaint", "a.png", "--mask", "mask.png", "-o", "b.png", "--dry-run")
    #expect(inpaint.output.hasPrefix("a.png: 60 x 50 -> 60 x 50, 1 tile, "))
    let restore = try bench.run("restore", "a.png", "-o", "b.png", "--box", "1,2,30,30", "--dry-run")
    #expect(restore.output.hasPrefix("a.png: 60 x 50 -> 60 x 50, 1 tile, "))
    let outside = try bench.run("restore", "a.png", "-o", "b.png", "--box", "1,2,80,30", "--dry-run")
    #expect(outside.status == 64 && outside.output.isEmpty)
    let extend = try bench.run("extend", "a.png", "-o", "b.png", "--left", "20", "--dry-run")
    #expect(extend.output.hasPrefix("a.png: 60 x 50 -> 80 x 50, "))
    #expect(try bench.files == ["a.png", "mask.png"])
  }

  @Test func whatDoesNotFitFailsAsTheRunWould() throws {
    let bench = try Workbench()
    try bench.write(Workbench.picture(400, 300), "a.png")
    let arguments = ["upscale", "a.png", "-o", "b.png", "--memory", "40M"]
    let (run, dry) = (try bench.run(arguments), try bench.run(arguments + ["--dry-run"]))
    #expect(run.status == 71 && dry.status == 71 && dry.output.isEmpty)
  }

  /// What does not fit into memory lies in a file, which is told of; without a network there is less to do.
  @Test func fileAndStrengthAreForetold() throws {
    let bench = try Workbench()
    try bench.write(Workbench.picture(900, 700), "a.png")
    func plan(_ options: String...) throws -> (memory: Double, file: Double, tiles: Int, line: String) {
      let arguments = ["upscale", "a.png", "-o", "b.png", "--dry-run"] + options
      let event = try #require(try events(try bench.run(arguments + ["--progress", "json"])).first)
      return (
        try #require(event["memory_mb"] as? Double), try #require(event["file_mb"] as? Double),
        try #require(event["tiles"] as? Int), try bench.run(arguments).output
      )
    }
    let (usual, small) = (try plan("--memory", "3G"), try plan("--memory", "220M"))
    #expect(usual.file == 0 && !usual.line.contains("on the disk"))
    #expect(small.file > 300 && small.memory < 220 * 1.05 && small.memory < usual.memory)
    #expect(small.line.contains(" on the disk meanwhile, "))
    let full = try bench.run(
      ["upscale", "a.png", "-o", "b.png", "--dry-run", "--memory", "220M"], environment: ["TMPDIR": "/dev/shm"])
    #expect(full.status == 71 && full.errors.contains("/dev/shm"))
    let plain = try plan("--strength", "0")
    #expect(plain.tiles == 0 && plain.memory < usual.memory && plain.memory > 12 * 3.6 * 2.8)
    #expect(try bench.files == ["a.png"])
  }

  @Test func progressNamesStepAndTile() throws {
    let bench = try Workbench()
    try bench.write(Workbench.picture(150, 100), "a.png")
    let run = try bench.run("upscale", "a.png", "-o", "b.png", "--tile", "64", "--progress", "json")
    let steps = try events(run).filter { $0["stage"] as? String == "sampling" }
    #expect(steps.allSatisfy { $0["steps"] as? Int == 2 && ($0["tiles"] as? Int ?? 0) > 1 })
    #expect(Set(steps.compactMap { $0["step"] as? Int }) == [1, 2])
  }
}
