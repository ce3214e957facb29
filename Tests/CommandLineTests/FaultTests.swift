import Foundation
import Glibc
import PictureFiles
import ResShift
import Testing

/// What goes wrong around a run: a full disk, limits, files and folders that others change. Each time nothing
/// half-written and nothing hidden is left, one line names the file, the status is that of `sysexits.h`, and the next run does what is missing.
@Suite struct FaultTests {
  /// The program under a shell, which sets limits first.
  private func run(_ bench: Workbench, _ shell: String, _ arguments: [String]) throws -> Run {
    try bench.run(
      ["-c", "\(shell); exec \"$0\" \"$@\"", Workbench.program.path] + arguments, program: URL(filePath: "/bin/bash"))
  }

  private func expect(_ run: Run, _ status: Int32, says words: [String], _ location: SourceLocation = #_sourceLocation)
  {
    #expect(run.status == status, "\(run.errors)", sourceLocation: location)
    let line = run.onlyErrorLine(location)
    for word in words { #expect(line.contains(word), "\(line)", sourceLocation: location) }
  }

  // MARK: Where results go

  /// The system ends a program that writes beyond this limit by a signal, unless it looks after it.
  @Test(arguments: ["b.png", "b.jpg", "b.tif", "b.webp"]) func aLimitOfFileSizes(output: String) throws {
    let bench = try Workbench()
    try bench.write(Workbench.picture(64, 64), "a.png")
    expect(
      try run(bench, "ulimit -f 2", ["upscale", "a.png", "-o", output]), 73, says: [output, "File too large"])
    #expect(try bench.files == ["a.png"])
    #expect(try bench.run("upscale", "a.png", "-o", output).status == 0)
    #expect(try bench.files == ["a.png", output])
  }

  /// Of several pictures those that fit are there, and the next run makes the others.
  @Test func aLimitInAFolder() throws {
    let bench = try Workbench()
    for (name, side) in [("a.png", 64), ("b.png", 8)] { try bench.write(Workbench.picture(side, side), name) }
    let job = ["upscale", "a.png", "b.png", "-o", "out", "--skip-existing", "--quiet"]
    expect(try run(bench, "ulimit -f 4", job), 73, says: ["out/a.png", "File too large"])
    #expect(try FileManager.default.contentsOfDirectory(atPath: bench.path("out")) == ["b.png"])
    #expect(try bench.run(job).status == 0)
    #expect(try FileManager.default.contentsOfDirectory(atPath: bench.path("out")).sorted() == ["a.png", "b.png"])
  }

  /// Whether this process may mount something where nobody else sees it.
  static let mayMount: Bool = {
    let test = Process()
    test.executableURL = URL(filePath: "/usr/bin/env")
    test.arguments = ["unshare", "-m", "mount", "-t", "tmpfs", "none", "/mnt"]
    (test.standardOutput, test.standardError) = (FileHandle.nullDevice, FileHandle.nullDevice)
    guard (try? test.run()) != nil else { return false }
    test.waitUntilExit()
    return test.terminationStatus == 0
  }()

  @Test(
    "A full disk", .enabled(if: mayMount, "mounting is not allowed here; limits of file sizes are tested all the same"))
  func aFullDisk() throws {
    let bench = try Workbench()
    for (name, side) in [("a.png", 8), ("b.png", 256)] { try bench.write(Workbench.picture(side, side), name) }
    try FileManager.default.createDirectory(at: bench.folder.appending(path: "out"), withIntermediateDirectories: true)
    let script = """
      mount -t tmpfs -o size=64k none out || exit 99
      "$0" upscale a.png b.png -o out --quiet; status=$?
      ls -A out > left; exit $status
      """
    let run = try bench.run(
      ["unshare", "-m", "/bin/bash", "-c", script, Workbench.program.path], program: URL(filePath: "/usr/bin/env"))
    expect(run, 73, says: ["out/b.png", "No space left on device", "make room"])
    #expect(try String(contentsOf: bench.folder.appending(path: "left"), encoding: .utf8) == "a.png\n")
  }

  @Test(
    "A disk that cannot be written to",
    .enabled(if: mayMount, "mounting is not allowed here; /proc is tested all the same"))
  func aReadOnlyDisk() throws {
    let bench = try Workbench()
    try bench.write(Workbench.picture(8, 8), "a.png")
    try FileManager.default.createDirectory(at: bench.folder.appending(path: "out"), withIntermediateDirectories: true)
    let script = """
      mount -t tmpfs -o ro none out || exit 99
      exec "$0" upscale a.png -o out --quiet
      """
    let run = try bench.run(
      ["unshare", "-m", "/bin/bash", "-c", script, Workbench.program.path], program: URL(filePath: "/usr/bin/env"))
    expect(run, 73, says: ["out", "Read-only file system"])
    #expect(try bench.files == ["a.png", "out"])
  }

  @Test func targetsThatTakeNothing() throws {
    let bench = try Workbench()
    try bench.write(Workbench.picture(8, 8), "a.png")
    for output in ["/proc/b.png", "/proc/self/b.png"] {
      expect(try bench.run("upscale", "a.png", "-o", output), 73, says: [output])
    }
    #expect(symlink("/dev/full", bench.path("full.png")) == 0)
    expect(try bench.run("upscale", "a.png", "-o", "full.png"), 73, says: ["full.png", "no ordinary file"])
    #expect(try bench.files == ["a.png", "full.png"])
  }

  /// Who reads standard output must learn that something is missing from it; the pictures are there.
  @Test func standardOutputThatIsFull() throws {
    let bench = try Workbench()
    try bench.write(Workbench.picture(8, 8), "a.png")
    for arguments in [["upscale", "a.png", "-o", "b.png", "--progress", "json"], ["models", "list"], ["--help"]] {
      expect(
        try run(bench, "exec > /dev/full", arguments), 73, says: ["standard output", "No space left on device"])
    }
    #expect(try bench.files == ["a.png", "b.png"])
  }

  /// Starts the program and calls `then` once its lines of progress have `mark` in them; returns the end.
  private func run(
    _ bench: Workbench, _ arguments: [String], whenItSays mark: String, _ then: () throws -> Void
  ) throws -> (status: Int32, errors: String) {
    let process = bench.process(arguments + ["--progress", "json"])
    let output = Pipe()
    let errors = bench.folder.appending(path: ".stderr")
    try Data().write(to: errors)
    process.standardOutput = output
    process.standardError = try FileHandle(forWritingTo: errors)
    try process.run()
    var text = ""
    var isDone = false
    while true {
      let bytes = output.fileHandleForReading.availableData
      if bytes.isEmpty { break }
      text += String(decoding: bytes, as: UTF8.self)
      if !isDone, text.contains(mark) {
        isDone = true
        try then()
      }
    }
    process.waitUntilExit()
    #expect(isDone && process.terminationReason == .exit, "\(text)")
    return (process.terminationStatus, try String(contentsOf: errors, encoding: .utf8))
  }

  @Test func theFolderGoesBetweenTwoResults() throws {
    let bench = try Workbench()
    for (name, side) in [("a.png", 8), ("b.png", 300), ("c.png", 8)] {
      try bench.write(Workbench.picture(side, side), name)
    }
    let job = ["upscale", "a.png", "b.png", "c.png", "-o", "out"]
    let end = try run(bench, job, whenItSays: "\"done\"") {
      try FileManager.default.removeItem(atPath: bench.path("out"))
    }
    #expect(end.status == 73)
    let lines = end.errors.split(separator: "\n")
    #expect(lines.count == 2)
    for (line, name) in zip(lines, ["out/b.png", "out/c.png"]) {
      #expect(line.contains(name) && line.contains("removed during the run"), "\(line)")
    }
    #expect(try bench.files == ["a.png", "b.png", "c.png"])
    #expect(try bench.run(job).status == 0)
    #expect(try FileManager.default.contentsOfDirectory(atPath: bench.path("out")).count == 3)
  }

  @Test func theFolderOfOneResultGoes() throws {
    let bench = try Workbench()
    try bench.write(Workbench.picture(300, 300), "a.png")
    try FileManager.default.createDirectory(at: bench.folder.appending(path: "out"), withIntermediateDirectories: true)
    let end = try run(bench, ["upscale", "a.png", "-o", "out/b.png"], whenItSays: "\"percent\":1") {
      try FileManager.default.removeItem(atPath: bench.path("out"))
    }
    #expect(end.status == 73 && end.errors.contains("out/b.png: the folder out does not exist"), "\(end.errors)")
    #expect(try bench.files == ["a.png"])
  }

  /// Neither loses anything, whoever is first with a picture; both know what they did.
  @Test func twoRunsIntoOneFolder() throws {
    let bench = try Workbench()
    let names = (0..<8).map { "p\($0).png" }
    try FileManager.default.createDirectory(at: bench.folder.appending(path: "in"), withIntermediateDirectories: true)
    for (index, name) in names.enumerated() { try bench.write(Workbench.picture(12, 12, variant: index), "in/\(name)") }
    #expect(try bench.run("upscale", "in", "-o", "alone").status == 0)
    for options in [[], ["--skip-existing", "--quiet"]] {
      let runs = (0..<2).map { _ in bench.process(["upscale", "in", "-o", "out"] + options) }
      for process in runs {
        process.standardError = FileHandle.nullDevice
        try process.run()
      }
      for process in runs {
        process.waitUntilExit()
        #expect(process.terminationReason == .exit && process.terminationStatus == 0)
      }
      #expect(try FileManager.default.contentsOfDirectory(atPath: bench.path("out")).sorted() == names)
      for name in names { #expect(try bench.bytes("out/\(name)") == bench.bytes("alone/\(name)")) }
      try FileManager.default.removeItem(atPath: bench.path("out"))
    }
  }

  // MARK: Where pictures come from

  /// What is read is in memory: who changes a picture later changes nothing of its result.
  @Test func anInputThatIsCutWhileItIsWorkedOn() throws {
    let bench = try Workbench()
    for name in ["a.png", "b.png"] { try bench.write(Workbench.picture(200, 200), name) }
    #expect(try bench.run("upscale", "a.png", "-o", "whole.png").status == 0)
    let end = try run(bench, ["upscale", "a.png", "b.png", "-o", "out"], whenItSays: "\"percent\":1") {
      for name in ["a.png", "b.png"] {
        let half = try bench.bytes(name).count / 2
        #expect(truncate(bench.path(name), half) == 0)
      }
    }
    // The first had been read; the second is half a picture by then.
    #expect(end.status == 65 && end.errors.hasPrefix("resshift: b.png: "), "\(end.errors)")
    #expect(end.errors.split(separator: "\n").count == 1)
    #expect(try FileManager.default.contentsOfDirectory(atPath: bench.path("out")) == ["a.png"])
    #expect(try bench.bytes("out/a.png") == bench.bytes("whole.png"))
  }

  @Test func anInputThatGoesWhileOthersAreWorkedOn() throws {
    let bench = try Workbench()
    for name in ["a.png", "b.png"] { try bench.write(Workbench.picture(200, 200), name) }
    let end = try run(bench, ["upscale", "a.png", "b.png", "-o", "out"], whenItSays: "\"percent\":1") {
      #expect(unlink(bench.path("b.png")) == 0)
    }
    #expect(end.status == 66 && end.errors.hasPrefix("resshift: b.png: "), "\(end.errors)")
    #expect(try FileManager.default.contentsOfDirectory(atPath: bench.path("out")) == ["a.png"])
  }

  // MARK: Limits

  /// With too few descriptors to open what is needed the file is named; with the few that are needed all is well.
  @Test func fewFileDescriptors() throws {
    let bench = try Workbench()
    try bench.write(Workbench.picture(8, 8), "a.png")
    var ends: [Int32] = []
    for count in 4...9 {
      let run = try run(bench, "ulimit -n \(count)", ["upscale", "a.png", "-o", "b.png"])
      ends.append(run.status)
      if run.status != 0 {
        #expect([65, 66, 69, 71, 73].contains(run.status), "\(count): \(run.errors)")
        #expect(run.onlyErrorLine().contains("Too many open files"), "\(count): \(run.errors)")
      }
      let isWritten = run.status == 0
      #expect(try bench.files == (isWritten ? ["a.png", "b.png"] : ["a.png"]), "\(count)")
      if isWritten { try FileManager.default.removeItem(atPath: bench.path("b.png")) }
    }
    #expect(ends.first != 0 && ends.last == 0, "\(ends)")
  }

  /// Under a limit of addresses, which counts libraries and mapped files, a run ends well or says that memory is short; it
  /// neither traps nor waits for ever for what it will not get.
  @Test func littleMemory() throws {
    let bench = try Workbench()
    try bench.write(Workbench.picture(600, 600), "a.png")
    var ends: [Int32] = []
    // MiB; below some 100 the system cannot load the program.
    for size in [150, 200, 300, 450, 3000] {
      let run = try run(
        bench, "ulimit -v \(size << 10)", ["upscale", "a.png", "-o", "b.png", "--quiet", "--threads", "2"])
      ends.append(run.status)
      #expect([0, 71].contains(run.status), "\(size): \(run.errors)")
      if run.status != 0 { #expect(run.onlyErrorLine().contains("memory"), "\(size): \(run.errors)") }
      let isWritten = run.status == 0
      #expect(try bench.files == (isWritten ? ["a.png", "b.png"] : ["a.png"]), "\(size)")
      if isWritten { try FileManager.default.removeItem(atPath: bench.path("b.png")) }
    }
    #expect(ends.first == 71 && ends.last == 0, "\(ends)")
  }

  // MARK: Clocks

  /// Whoever sets the clock changes nothing: durations are of clocks that cannot be set.
  @Test func noClockThatCanBeSetIsRead() throws {
    let sources = Workbench.package.appending(path: "Sources")
    let calls = [
      "Date(", "Date.now", "gettimeofday", "CLOCK_REALTIME", "clock_gettime", "timespec_get", "g_get_real_time",
      "time(nil",
      "time(NULL", "time(0)", "localtime", "UTCClock",
    ]
    var count = 0
    for path in FileManager.default.enumerator(atPath: sources.path)?.compactMap({ $0 as? String }) ?? []
    where [".swift", ".c", ".h"].contains(where: { path.hasSuffix($0) }) {
      count += 1
      let text = try String(contentsOf: sources.appending(path: path), encoding: .utf8)
      for call in calls { #expect(!text.contains(call), "\(path) has \(call)") }
    }
    #expect(count > 200)
  }
}
