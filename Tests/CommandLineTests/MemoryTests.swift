import Foundation
import PictureFiles
import ResShift
import Testing

/// `--memory` is kept, whatever the size of the picture; what does not fit lies in a file without a name.
@Suite(.serialized) struct MemoryTests {
  /// A model of random weights, so small that all its memory is the picture's.
  private static let model = Workbench.package.appending(path: "Tests/Fixtures/tiny-plain").path

  private func peak(_ bench: Workbench, _ arguments: [String], environment: [String: String] = [:]) throws -> (
    Int, Int32
  ) {
    let process = bench.process(arguments, environment: environment)
    process.standardError = FileHandle.nullDevice
    try process.run()
    var most = 0
    while process.isRunning {
      // The most that it ever held: what is looked at late is not lost, but for its last moments.
      if let status = try? String(contentsOfFile: "/proc/\(process.processIdentifier)/status", encoding: .utf8),
        let line = status.split(separator: "\n").first(where: { $0.hasPrefix("VmHWM:") }),
        let number = line.split(separator: " ").dropFirst().first.flatMap({ Int($0) })
      {
        most = max(most, number << 10)
      }
      usleep(2000)
    }
    return (most, process.terminationStatus)
  }

  @Test("A limit below what a picture takes in memory is kept, and the bytes are the same")
  func thePromise() throws {
    let bench = try Workbench()
    try bench.write(Workbench.picture(640, 520), "a.png")
    // The same tiles with and without a limit.
    let job = ["upscale", "a.png", "--model", Self.model, "--tile", "64", "--threads", "2"]
    let (free, _) = try peak(bench, job + ["-o", "free.png"])
    for output in ["b.png", "b.jpg", "b.tif"] {
      let limit = 150 << 20
      let (held, status) = try peak(bench, job + ["-o", output, "--memory", "150M"])
      #expect(status == 0, "\(output)")
      #expect(held <= limit + limit / 10, "\(output): \(held >> 20) MiB")
      #expect(free > limit + limit / 10, "in memory it takes \(free >> 20) MiB: too little for this test")
    }
    #expect(try bench.bytes("b.png") == bench.bytes("free.png"))
    #expect(try bench.files == ["a.png", "b.jpg", "b.png", "b.tif", "free.png"])
  }

  /// A folder that is in memory itself is of no use, and what does not fit is refused before the work.
  @Test func noRoomForTheFile() throws {
    let bench = try Workbench()
    try bench.write(Workbench.picture(640, 520), "a.png")
    let job = ["upscale", "a.png", "-o", "b.png", "--model", Self.model, "--tile", "64", "--memory", "150M"]
    for folder in ["/dev/shm", "/no/such/folder"] {
      let run = try bench.run(job, environment: ["TMPDIR": folder])
      #expect(run.status == 71)
      let line = run.onlyErrorLine()
      #expect(line.hasPrefix("a.png: ") && line.contains(folder) && line.contains("TMPDIR"), "\(line)")
    }
    #expect(try bench.files == ["a.png"])
  }

  /// Room on a disk can go though it was reserved, on file systems that never write over a block; then the model is not to blame. Here
  /// the file is cut through the process's list of its mappings, which only root can open.
  @Test(.enabled(if: getuid() == 0)) func theDiskOfTheFileFails() throws {
    let bench = try Workbench()
    try bench.write(Workbench.picture(640, 520), "a.png")
    let process = bench.process(
      ["upscale", "a.png", "-o", "b.png", "--model", Self.model, "--tile", "64", "--threads", "2", "--memory", "150M"],
      environment: ["TMPDIR": "/var/tmp"])
    let errors = Pipe()
    process.standardError = errors
    try process.run()
    let folder = "/proc/\(process.processIdentifier)/map_files"
    var isCut = false
    while process.isRunning && !isCut {
      for name in (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? [] {
        guard let path = try? FileManager.default.destinationOfSymbolicLink(atPath: "\(folder)/\(name)"),
          path.hasPrefix("/var/tmp/")
        else { continue }
        isCut = truncate("\(folder)/\(name)", 0) == 0
      }
      usleep(2000)
    }
    process.waitUntilExit()
    #expect(isCut)
    let line = String(decoding: errors.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    #expect(process.terminationReason == .exit && process.terminationStatus == 71, "\(line)")
    #expect(line.hasPrefix("resshift: the disk of the temporary file") && line.contains("TMPDIR"), "\(line)")
    #expect(try bench.files == ["a.png"])
  }

  /// A picture that cannot be read within the limit is refused by its head.
  @Test func tooLargeToBeRead() throws {
    let bench = try Workbench()
    try bench.write(PixelImage(width: 3000, height: 3000, channels: 1, repeating: 0.5), "a.png")
    let before = try peak(bench, ["restore", "a.png", "-o", "b.png", "--memory", "60M"])
    #expect(before.1 == 71 && before.0 < 66 << 20, "\(before)")
    let line = try bench.run("restore", "a.png", "-o", "b.png", "--memory", "60M").onlyErrorLine()
    #expect(line.hasPrefix("a.png: ") && line.contains("3000 x 3000"), "\(line)")
  }
}
