import Foundation
import ResShift
import Testing

@Suite struct UsageTests {
  @Test func helpNamesTheSubcommandsAndTheStatuses() throws {
    let run = try Workbench().run("--help")
    #expect(run.status == 0 && run.errors.isEmpty)
    for word in [
      "upscale", "inpaint", "restore", "models", "bench", "evaluate", "64", "65", "66", "69", "71", "73", "130",
    ] {
      #expect(run.output.contains(word))
    }
    #expect(run.output.contains("the status is that of the first failure"))
  }

  @Test(arguments: ["upscale", "inpaint", "restore"])
  func helpNamesTheCommonOptions(command: String) throws {
    let run = try Workbench().run(command, "--help")
    #expect(run.status == 0 && run.errors.isEmpty)
    for option in [
      "--output", "-o,", "--model", "--seed", "--tile", "--overlap", "--tiling", "--tone-match", "--threads",
      "--memory",
      "--bit-depth", "--skip-existing", "--strip", "--quiet", "--progress", "--report", "12345",
    ] {
      #expect(run.output.contains(option))
    }
  }

  @Test(arguments: [[], ["upscale"], ["inpaint"], ["restore"], ["bench"], ["evaluate"]])
  func helpHasExamples(command: [String]) throws {
    let run = try Workbench().run(command + ["--help"])
    #expect(run.status == 0 && run.output.contains("Examples:\n  resshift "))
  }

  /// A value that starts with a dash is a value, and the message says what would be right.
  @Test(arguments: [
    ["--seed", "-1", "a seed is a whole number from 0 to 18446744073709551615"],
    ["--tile", "-1", "--tile must be 0 (the whole picture) to 2147483647, found -1"],
    ["--overlap", "-1", "--overlap must be 0 to 2147483647, found -1"],
    ["--threads", "-1", "--threads must be 1 to 1024, found -1"],
    ["--factor", "-2", "--factor must be 2, 3 or 4, found -2"],
    ["--bit-depth", "-8", "--bit-depth must be 8 or 16, found -8"],
    ["--memory", "-4G", "such as 4G or 800M"], ["--memory", "4Q", "such as 4G or 800M"],
    ["--slice", "-1/3", "a slice is K/N"], ["--tiling", "apart", "one of 'joint' and 'independent'; see"],
  ])
  func messagesSayWhatIsRight(option: [String]) throws {
    let run = try Workbench().run(["upscale", "a.png", "-o", "b.png"] + option.dropLast())
    #expect(run.status == 64)
    #expect(run.onlyErrorLine().contains(option[2]))
    #expect(run.onlyErrorLine().hasSuffix("; see resshift upscale --help"))
  }

  @Test(arguments: ["-1,0,5,5", "1,2,3", "1,2,0,4", "1.5,2,3,4"])
  func boxesThatAreNone(box: String) throws {
    let run = try Workbench().run("restore", "a.png", "-o", "b.png", "--box", box)
    #expect(run.status == 64)
    #expect(run.onlyErrorLine().contains("'\(box)'") && run.onlyErrorLine().contains("left, top, width and height"))
  }

  @Test func version() throws {
    let run = try Workbench().run("--version")
    #expect(run.status == 0 && run.output.split(separator: ".").count == 3)
  }

  @Test(arguments: [
    ["upscale"], ["upscale", "a.png"], ["frobnicate"], ["upscale", "a.png", "-o", "b.png", "--bogus"],
    ["upscale", "a.png", "-o", "b.png", "--factor", "5"], ["upscale", "a.png", "-o", "b.png", "--factor", "two"],
    ["upscale", "a.png", "-o", "b.png", "--tile", "-1"], ["upscale", "a.png", "-o", "b.png", "--threads", "0"],
    ["upscale", "a.png", "-o", "b.png", "--overlap=-4"], ["upscale", "a.png", "-o", "b.png", "--memory", "4Q"],
    ["upscale", "a.png", "-o", "b.png", "--memory", "0"], ["upscale", "a.png", "-o", "b.png", "--bit-depth", "12"],
    ["upscale", "a.png", "-o", "b.jpg", "--bit-depth", "16"],
    ["upscale", "a.png", "-o", "b.webp", "--bit-depth", "16"],
    ["upscale", "a.png", "-o", "b.png", "--tile", "9223372036854775807"],
    ["upscale", "a.png", "-o", "b.png", "--overlap", "9223372036854775807"],
    ["upscale", "a.png", "-o", ""], ["upscale", "", "-o", "b.png"],
    ["upscale", "a.png", "-o", "b.gif"], ["upscale", "a.png", "-o", "b"], ["upscale", "a.png", "a.png", "-o", "b.png"],
    ["upscale", "a.png", "-o", "b.png", "--tiling", "apart"],
    ["upscale", "a.png", "-o", "b.png", "--tone-match", "yes"],
    ["upscale", "a.png", "-o", "b.png", "--seed", "-3"], ["upscale", "a.png", "-o", "b.png", "--progress", "xml"],
    ["upscale", "a.png", "-o", "b.png", "--model", "compact-inpaint"], ["inpaint", "a.png", "-o", "b.png"],
    ["inpaint", "a.png", "--mask", "a.png", "-o", "b.gif"], ["inpaint", ".", "--mask", "a.png", "-o", "b.png"],
    ["restore", "a.png", "-o", "b.png", "--box", "1,2,3"], ["restore", "a.png", "-o", "b.png", "--box", "1,2,0,4"],
    ["bench", "--architecture", "resnet"], ["bench", "--model", "faceir", "--architecture", "faceir"],
    ["bench", "--size", "0"], ["bench", "--scaling", "--size", "15"], ["models", "burn"],
  ])
  func wrongUsage(arguments: [String]) throws {
    let bench = try Workbench()
    try bench.write(Workbench.picture(8, 8), "a.png")
    let run = try bench.run(arguments)
    #expect(run.status == 64)
    #expect(run.output.isEmpty)
    #expect(!run.onlyErrorLine().isEmpty)
    #expect(try bench.files == ["a.png"])
  }

  @Test func twoInputsMayNotMeetInOneOutput() throws {
    let bench = try Workbench()
    for name in ["x", "y"] {
      try FileManager.default.createDirectory(at: bench.folder.appending(path: name), withIntermediateDirectories: true)
      try bench.write(Workbench.picture(8, 8), "\(name)/a.png")
    }
    let run = try bench.run("upscale", "x", "y", "-o", "z")
    #expect(run.status == 64)
    #expect(run.onlyErrorLine() == "x/a.png and y/a.png would both be written to z/a.png")
    #expect(try bench.files == ["x", "y"])
  }
}
