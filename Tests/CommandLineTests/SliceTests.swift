import Foundation
import Testing

/// Lists of pictures, and parts of them for several jobs.
@Suite struct SliceTests {
  /// Seven pictures in two folders, and the words that name them all.
  private static let names = ["a/1.png", "a/2.png", "a/3.png", "b/4.png", "b/5.png", "b/6.png", "b/7.png"]

  private func bench() throws -> Workbench {
    let bench = try Workbench()
    for folder in ["a", "b"] {
      try FileManager.default.createDirectory(
        at: bench.folder.appending(path: folder), withIntermediateDirectories: true)
    }
    for (index, name) in Self.names.enumerated() {
      try bench.write(Workbench.picture(8 + index, 9, variant: index), name)
    }
    try Data((Self.names.joined(separator: "\n") + "\n").utf8).write(to: bench.folder.appending(path: "list"))
    try Data(Self.names.map { $0 + "\0" }.joined().utf8).write(to: bench.folder.appending(path: "list0"))
    return bench
  }

  private func contents(_ folder: String, _ bench: Workbench) throws -> [String: Data] {
    guard FileManager.default.fileExists(atPath: bench.path(folder)) else { return [:] }
    let names = try FileManager.default.contentsOfDirectory(atPath: bench.path(folder))
    return try Dictionary(uniqueKeysWithValues: names.map { ($0, try bench.bytes("\(folder)/\($0)")) })
  }

  @Test func everySlicingGivesTheBytesOfOneRun() throws {
    let bench = try bench()
    #expect(try bench.run("upscale", "--files-from", "list", "-o", "whole", "--factor", "2").status == 0)
    let whole = try contents("whole", bench)
    #expect(whole.keys.sorted() == (1...7).map { "\($0).png" })
    for count in [1, 2, 3, 7] {
      var sizes: [Int] = []
      for number in 1...count {
        let before = try contents("out\(count)", bench).count
        let list = number % 2 == 0 ? ["list0", "--null"] : ["list"]
        let run = try bench.run(
          ["upscale", "-o", "out\(count)", "--factor", "2", "--slice", "\(number)/\(count)", "--threads", "\(number)"]
            + ["--files-from"] + list)
        #expect(run.status == 0 && run.errors.isEmpty)
        sizes.append(try contents("out\(count)", bench).count - before)
      }
      #expect(try contents("out\(count)", bench) == whole, "\(count) slices")
      #expect(sizes.allSatisfy { 7 / count...(6 + count) / count ~= $0 } && sizes.reduce(0, +) == 7)
    }
  }

  /// Names, folders and variants are sliced as pictures: all variants of one are in the same slice.
  @Test func slicesWithoutAList() throws {
    let bench = try bench()
    func run(_ slice: String, _ more: [String] = []) throws -> Run {
      try bench.run(["upscale", "b", "a/1.png", "-o", "out", "--factor", "2", "--slice", slice] + more)
    }
    #expect(try run("2/3").status == 0)
    #expect(try contents("out", bench).keys.sorted() == ["1.png", "5.png"])
    #expect(try run("1/3", ["--variants", "2"]).status == 0)
    let names = try contents("out", bench).keys.filter { $0.contains("seed") }
    #expect(names.count == 4 && names.allSatisfy { $0.hasPrefix("4-") || $0.hasPrefix("7-") })
  }

  @Test func whatIsThereIsSkippedBySlicesOfAnyNumber() throws {
    let bench = try bench()
    let words = ["upscale", "--files-from", "list", "-o", "out", "--factor", "2", "--skip-existing", "--slice"]
    #expect(try bench.run(words + ["2/3"]).status == 0)
    let done = try contents("out", bench)
    let run = try bench.run(words + ["1/1", "--progress", "json"])
    #expect(run.status == 0)
    #expect(run.output.split(separator: "\n").count { $0.contains("\"skipped\"") } == 2 && done.count == 2)
    #expect(run.output.split(separator: "\n").count { $0.contains("\"done\"") } == 5)
    #expect(try contents("out", bench).count == 7)
  }

  @Test func aListFromStandardInputOfAnyNames() throws {
    let bench = try bench()
    let name = "line\nfeed \u{301}.png"
    try bench.write(Workbench.picture(8, 8), name)
    let input = bench.folder.appending(path: "names")
    try Data("\0\(name)\0".utf8).write(to: input)
    let process = bench.process(["upscale", "--files-from", "-", "--null", "-o", "out", "--factor", "2"])
    process.standardInput = try FileHandle(forReadingFrom: input)
    try process.run()
    process.waitUntilExit()
    #expect(process.terminationStatus == 0)
    // A list means a folder, if it has but one name.
    #expect(try contents("out", bench).keys.sorted() == [name])
  }

  /// Each slice refuses what would be written twice by two of them.
  @Test func namesThatCollideAreRefusedByEverySlice() throws {
    let bench = try bench()
    try bench.write(Workbench.picture(8, 8, variant: 3), "b/1.png")
    try Data((Self.names + ["b/1.png"]).joined(separator: "\n").utf8).write(to: bench.folder.appending(path: "list"))
    for slice in ["1/8", "2/8", "8/8"] {
      let run = try bench.run("upscale", "--files-from", "list", "-o", "out", "--slice", slice)
      #expect(run.status == 64)
      #expect(run.onlyErrorLine() == "a/1.png and b/1.png would both be written to out/1.png")
    }
    #expect(!FileManager.default.fileExists(atPath: bench.path("out")))
  }

  @Test func anEmptySliceIsNoFailure() throws {
    let bench = try bench()
    let run = try bench.run("upscale", "--files-from", "list", "-o", "out", "--slice", "8/9")
    #expect(run.status == 0)
    #expect(run.onlyErrorLine() == "slice 8/9 is empty: the number of pictures is 7")
    #expect(!FileManager.default.fileExists(atPath: bench.path("out")))
  }

  @Test func listsThatAreNone() throws {
    let bench = try bench()
    try Data("\n\n".utf8).write(to: bench.folder.appending(path: "empty"))
    let job = ["upscale", "-o", "out", "--files-from"]
    for (more, status, word) in [
      (["no-list"], 66, "no-list: cannot read this list"), (["a"], 66, "a: cannot read this list"),
      (["empty"], 66, "empty: this list names no pictures"), (["list0"], 64, "give --null"),
      (["list", "a/1.png"], 64, "not both"), (["list", "--slice", "0/3"], 64, "3/16"),
      (["list", "--slice", "4/3"], 64, "3/16"), (["list", "--slice", "3"], 64, "3/16"),
    ] as [([String], Int32, String)] {
      let run = try bench.run(job + more)
      #expect(run.status == status, "\(more)")
      #expect(run.onlyErrorLine().contains(word), "\(run.errors)")
    }
    let none = try bench.run("upscale", "-o", "out")
    #expect(none.status == 64 && none.onlyErrorLine().contains("--files-from"))
    let null = try bench.run("upscale", "a/1.png", "-o", "out", "--null")
    #expect(null.status == 64 && null.onlyErrorLine().contains("--files-from"))
    #expect(!FileManager.default.fileExists(atPath: bench.path("out")))
  }
}
