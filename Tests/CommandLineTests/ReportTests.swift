import Foundation
import ResShift
import Testing

/// What a run tells programs in a file, and people on a terminal.
@Suite struct ReportTests {
  private func entries(_ bench: Workbench, _ name: String = "report") throws -> [[String: Any]] {
    let text = String(decoding: try bench.bytes(name), as: UTF8.self)
    #expect(text.hasSuffix("\n"))
    return try text.split(separator: "\n").map {
      try #require(try JSONSerialization.jsonObject(with: Data($0.utf8)) as? [String: Any])
    }
  }

  @Test func everyPictureHasALineAndTheRunASummary() throws {
    let bench = try Workbench()
    try bench.write(Workbench.picture(30, 20), "a.png")
    try bench.write(Workbench.picture(16, 24), "c.png")
    try Data("text".utf8).write(to: bench.folder.appending(path: "b.png"))
    let words =
      ["upscale", "a.png", "b.png", "c.png", "-o", "out", "--factor", "2", "--seed", "7"] + ["--report", "report"]
    #expect(try bench.run(words).status == 65)
    let first = try entries(bench)
    #expect(first.compactMap { $0["event"] as? String } == ["done", "failed", "done", "summary"])
    #expect(first.map { $0["input"] as? String } == ["a.png", "b.png", "c.png", nil])
    let done = first[0]
    for (name, value) in [("width", 30), ("height", 20), ("result_width", 60), ("result_height", 40), ("seed", 7)] {
      #expect(done[name] as? Int == value, "\(name)")
    }
    #expect(done["output"] as? String == "out/a.png" && done["model"] as? String == "compact-sr-x2")
    // What `auto` came to: for this model bfloat16 where there are matrix units.
    #expect(done["precision"] as? String == (Precision.bf16.hasMatrixUnits ? "bf16" : "float32"))
    #expect(done["error"] is NSNull && done["status"] as? Int == 0)
    #expect((done["seconds"] as? Double ?? 0) > 0 && (done["peak_rss_mb"] as? Double ?? 0) > 10)
    #expect((first[1]["error"] as? String)?.hasPrefix("b.png: ") == true && first[1]["status"] as? Int == 65)
    #expect(first[1]["width"] is NSNull && first[1]["model"] is NSNull && Set(first[1].keys) == Set(done.keys))
    func counts(_ entry: [String: Any]) -> [Int?] {
      ["total", "done", "skipped", "failed", "left", "status"].map { entry[$0] as? Int }
    }
    #expect(counts(first[3]) == [3, 2, 0, 1, 0, 65] && first[3]["slice"] is NSNull)

    // The next run goes on where this one stopped, and its lines behind these.
    try bench.write(Workbench.picture(9, 9), "b.png")
    #expect(try bench.run(words + ["--skip-existing", "--quiet", "--slice", "1/1"]).status == 0)
    let both = try entries(bench)
    #expect(both.count == 8)
    #expect(both[4...].compactMap { $0["event"] as? String } == ["skipped", "done", "skipped", "summary"])
    #expect(counts(both[7]) == [3, 1, 2, 0, 0, 0] && both[7]["slice"] as? String == "1/1")
  }

  /// What stops a run before its end is in the summary, in English whatever the user's language, and the rest is left.
  @Test func aRunThatStops() throws {
    let bench = try Workbench()
    try bench.write(Workbench.picture(9, 9), "a.png")
    try bench.write(Workbench.picture(9, 9), "b.png")
    let model = try bench.addFaceModel()
    try Data("text".utf8).write(to: URL(filePath: model).appending(path: "unet.pth"))
    let run = try bench.run("restore", "a.png", "b.png", "-o", "out", "--model", model, "--report", "report")
    #expect(run.status == 65)
    let stopped = try entries(bench)
    #expect(stopped.compactMap { $0["event"] as? String } == ["failed", "summary"])
    #expect(stopped[1]["left"] as? Int == 1 && stopped[1]["status"] as? Int == 65)
    #expect((stopped[1]["error"] as? String)?.contains("unet.pth") == true)
    #expect(try bench.run("upscale", "a.png", "-o", "c.png", "--model", "none", "--report", "other").status == 69)
    #expect(try entries(bench, "other").map { $0["status"] as? Int } == [69])
  }

  @Test func aReportIsNoPictureAndNoPlan() throws {
    let bench = try Workbench()
    try bench.write(Workbench.picture(9, 9), "a.png")
    let before = try bench.bytes("a.png")
    let picture = try bench.run("upscale", "a.png", "-o", "b.png", "--report", "a.png")
    #expect(picture.status == 64 && picture.onlyErrorLine().hasPrefix("a.png: is not a report"))
    #expect(try bench.bytes("a.png") == before)
    let nowhere = try bench.run("upscale", "a.png", "-o", "b.png", "--report", "no/report")
    #expect(nowhere.status == 73 && nowhere.onlyErrorLine().hasPrefix("no/report: cannot write the report"))
    #expect(try bench.run("upscale", "a.png", "-o", "b.png", "--report", "report", "--dry-run").status == 0)
    #expect(try bench.files == ["a.png"])
  }

  /// A full disk under the report: the pictures are made, and the status tells.
  @Test func aReportThatCannotGrow() throws {
    let bench = try Workbench()
    try bench.write(Workbench.picture(9, 9), "a.png")
    let run = try bench.run("upscale", "a.png", "-o", "b.png", "--report", "/dev/full")
    #expect(run.status == 73 && run.onlyErrorLine().hasPrefix("/dev/full: cannot write the report: No space left"))
    #expect(try bench.read("b.png").width == 36)
  }

  /// A line that was cut off, by a power cut say, spoils no other.
  @Test func afterHalfALine() throws {
    let bench = try Workbench()
    try bench.write(Workbench.picture(9, 9), "a.png")
    try Data("{\"event\":\"do".utf8).write(to: bench.folder.appending(path: "report"))
    #expect(try bench.run("upscale", "a.png", "-o", "b.png", "--report", "report").status == 0)
    let lines = String(decoding: try bench.bytes("report"), as: UTF8.self).split(separator: "\n")
    #expect(lines.count == 3 && lines[1].hasPrefix("{\"event\":\"done\"") && lines[2].hasSuffix("}"))
  }

  /// Jobs at the same time share a report, and every line of theirs is whole.
  @Test func manyJobsShareAReport() throws {
    let bench = try Workbench()
    let names = (0..<40).map { "picture \($0).png" }
    for name in names { try bench.write(Workbench.picture(1, 1), name) }
    let jobs = (1...4).map { slice in
      bench.process(
        ["upscale"] + names + ["-o", "out", "--factor", "2", "--report", "report", "--threads", "1"]
          + ["--slice", "\(slice)/4"])
    }
    for job in jobs { try job.run() }
    for job in jobs { job.waitUntilExit() }
    #expect(jobs.allSatisfy { $0.terminationStatus == 0 })
    let entries = try entries(bench)
    #expect(entries.count == 44)
    #expect(Set(entries.compactMap { $0["input"] as? String }) == Set(names))
    #expect(entries.compactMap { $0["slice"] as? String }.sorted() == ["1/4", "2/4", "3/4", "4/4"])
  }

  /// On a terminal of 60 columns the end of a long path stays, and so do the count and what is behind the name.
  @Test func aTerminalIsToldPictureCountAndTime() throws {
    let bench = try Workbench()
    let folder = String(repeating: "long/", count: 20)
    try FileManager.default.createDirectory(
      at: bench.folder.appending(path: folder), withIntermediateDirectories: true)
    for name in ["first", "other"] { try bench.write(Workbench.picture(160, 160), "\(folder)\(name).png") }
    let program = "'\(Workbench.program.path)' upscale --model compact-sr-x2"
    let command = "stty cols 60; \(program) \(folder)first.png \(folder)other.png -o out"
    let run = try bench.run(["-qec", command, "/dev/null"], program: URL(filePath: "/usr/bin/script"))
    #expect(run.status == 0)
    let lines = run.output.split(separator: "\r").map { $0.replacing("\u{1B}[K", with: "") }
    #expect(lines.allSatisfy { $0.count < 60 }, "\(lines)")
    let steps = lines.filter { $0.hasPrefix("picture 2 of 2, ...") && $0.contains("other.png: ") }
    #expect(steps.contains { $0.contains(" %, step 1 of 2") && $0.hasSuffix(" left") }, "\(lines)")
  }
}
