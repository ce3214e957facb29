import Foundation
import PictureFiles
import ResShift
import Testing

/// Every failure: its status, one line that names the file, and nothing written.
@Suite struct FailureTests {
  private func expect(
    _ bench: Workbench, _ arguments: [String], status: Int32, says words: [String], models: String? = nil,
    _ location: SourceLocation = #_sourceLocation
  ) throws {
    let before = try bench.files
    let run = try bench.run(arguments, models: models)
    #expect(run.status == status, sourceLocation: location)
    let line = run.onlyErrorLine(location)
    for word in words { #expect(line.contains(word), "\(line)", sourceLocation: location) }
    #expect(try bench.files == before, sourceLocation: location)
  }

  @Test func missingInputs() throws {
    let bench = try Workbench()
    try bench.write(Workbench.picture(8, 8), "a.png")
    try expect(bench, ["upscale", "no.png", "-o", "b.png"], status: 66, says: ["no.png"])
    try expect(bench, ["inpaint", "no.png", "--mask", "a.png", "-o", "b.png"], status: 66, says: ["no.png"])
    try expect(bench, ["inpaint", "a.png", "--mask", "no.png", "-o", "b.png"], status: 66, says: ["no.png"])
    try expect(bench, ["models", "inspect", "no.pth"], status: 66, says: ["no.pth"])
    try FileManager.default.createDirectory(
      at: bench.folder.appending(path: "empty"), withIntermediateDirectories: true)
    try expect(bench, ["upscale", "empty", "-o", "b"], status: 66, says: ["empty", "no pictures"])
  }

  @Test func damagedPictures() throws {
    let bench = try Workbench()
    try Data("This is a letter, not a picture.\n".utf8).write(to: bench.folder.appending(path: "text.png"))
    try Data().write(to: bench.folder.appending(path: "empty.png"))
    for name in ["whole.png", "whole.jpg"] {
      try bench.write(Workbench.picture(64, 64), name)
      let bytes = try bench.bytes(name)
      try bytes.prefix(bytes.count / 2).write(to: bench.folder.appending(path: "half" + name.dropFirst(5)))
    }
    for name in ["text.png", "empty.png", "half.png", "half.jpg"] {
      try expect(bench, ["upscale", name, "-o", "b.png"], status: 65, says: [name])
      try expect(bench, ["inpaint", "whole.png", "--mask", name, "-o", "b.png"], status: 65, says: [name])
    }
  }

  @Test func masksThatDoNotFit() throws {
    let bench = try Workbench()
    try bench.write(Workbench.picture(20, 10), "a.png")
    try bench.write(PixelImage(width: 21, height: 10, channels: 1, repeating: 1), "wide.png")
    try bench.write(PixelImage(width: 20, height: 10, channels: 1), "black.png")
    try expect(
      bench, ["inpaint", "a.png", "--mask", "wide.png", "-o", "b.png"], status: 65,
      says: ["wide.png", "21x10", "a.png", "20x10", "same size"])
    try expect(
      bench, ["inpaint", "a.png", "--mask", "black.png", "-o", "b.png"], status: 65,
      says: ["black.png", "black everywhere"])
    try bench.write(PixelImage(width: 20, height: 10, channels: 1, repeating: 1), "white.png")
    try expect(
      bench, ["inpaint", "a.png", "--mask", "white.png", "-o", "b.png"], status: 65,
      says: ["white.png", "white everywhere"])
  }

  @Test func unavailableModels() throws {
    let bench = try Workbench()
    try bench.write(Workbench.picture(8, 8), "a.png")
    let job = ["a.png", "-o", "b.png"]
    try expect(
      bench, ["upscale"] + job + ["--model", "esrgan"], status: 69, says: ["esrgan", "compact-sr-x4", "realsr-x4-v3"])
    try expect(
      bench, ["upscale"] + job + ["--model", "realsr-x4-v3"], status: 69,
      says: ["resshift_realsrx4_s4_v3.pth", "https://", "plugin/models/realsr-x4-v3"])
    try expect(
      bench, ["restore"] + job + ["--model", "faceir"], status: 69,
      says: [
        "faceir", "https://github.com/zsyOAOA/ResShift/releases/download/v2.0/resshift_faceir_s4.pth",
        "ffhq512_vq_f8_dim8_face.pth", "plugin/models/faceir",
      ])
    try expect(bench, ["upscale"] + job + ["--model", "./no/model.json"], status: 66, says: ["./no/model.json"])
    try FileManager.default.createDirectory(
      at: bench.folder.appending(path: "folder"), withIntermediateDirectories: true)
    try expect(bench, ["upscale"] + job + ["--model", "folder"], status: 66, says: ["folder/model.json"])
    try expect(bench, ["upscale"] + job, status: 69, says: ["/nowhere"], models: "/nowhere")
  }

  @Test func brokenModels() throws {
    let bench = try Workbench()
    try bench.write(Workbench.picture(8, 8), "a.png")
    let folder = bench.folder.appending(path: "mine")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    let model = try String(
      contentsOf: Workbench.package.appending(path: "plugin/models/compact-sr-x2/model.json"), encoding: .utf8)
    func expect(_ text: String, _ words: [String]) throws {
      try Data(text.utf8).write(to: folder.appending(path: "model.json"))
      try self.expect(bench, ["upscale", "a.png", "-o", "b.png", "--model", "./mine"], status: 65, says: words)
    }
    try expect("{", ["mine/model.json", "JSON"])
    try expect(
      model.replacingOccurrences(of: "\"model_channels\": 32", with: "\"model_channels\": \"32\""),
      ["mine/model.json", "unet.model_channels", "expected a whole number, found a string"])
    try expect(
      model.replacingOccurrences(of: "\"model_channels\": 32", with: "\"model_channels\": 1099511627776"),
      ["unet.model_channels"])
    try expect(
      model.replacingOccurrences(of: "unet.safetensors", with: "../../unet.safetensors"), ["files.unet", "inside"])
    // A sound description over damaged weights.
    try Data("not weights".utf8).write(to: folder.appending(path: "unet.safetensors"))
    try expect(model, ["mine/unet.safetensors"])
    try Data().write(to: folder.appending(path: "unet.safetensors"))
    try expect(model, ["mine/unet.safetensors"])
  }

  @Test func factorAboveTheModels() throws {
    let bench = try Workbench()
    try bench.write(Workbench.picture(8, 8), "a.png")
    let folder = bench.folder.appending(path: "mine")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    let shipped = Workbench.package.appending(path: "plugin/models/compact-sr-x2/model.json")
    try FileManager.default.copyItem(at: shipped, to: folder.appending(path: "model.json"))
    try Data().write(to: folder.appending(path: "unet.safetensors"))
    try expect(
      bench, ["upscale", "a.png", "-o", "b.png", "--model", "./mine", "--factor", "3"], status: 64,
      says: ["--factor 3", "2 times at most"])
  }

  @Test func outputsThatCannotBeWritten() throws {
    let bench = try Workbench()
    try bench.write(Workbench.picture(8, 8), "a.png")
    try bench.write(Workbench.picture(8, 8), "b.png")
    try expect(bench, ["upscale", "a.png", "-o", "no/b.png"], status: 73, says: ["no/b.png"])
    try expect(bench, ["upscale", "a.png", "b.png", "-o", "no/such"], status: 73, says: ["no/such"])
    try expect(bench, ["upscale", "a.png", "-o", "b.png/c.png"], status: 73, says: ["b.png/c.png"])
    try expect(bench, ["upscale", "a.png", "-o", "/proc/b.png"], status: 73, says: ["/proc/b.png"])
  }

  @Test func tooLittleMemory() throws {
    let bench = try Workbench()
    try bench.write(Workbench.picture(64, 64), "a.png")
    // Weights in bfloat16 leave room for more.
    let job = ["upscale", "a.png", "-o", "b.png", "--precision", "float32"]
    try expect(bench, job + ["--memory", "1M"], status: 71, says: ["a.png", "the limit is 1 MiB", "raise the limit"])
    try expect(bench, job + ["--memory", "80"], status: 71, says: ["the limit is 80 bytes"])
    try bench.write(Workbench.picture(128, 128), "a.png")
    try expect(
      bench, job + ["--memory", "60M", "--tile", "128"], status: 71,
      says: ["a tile of 128 pixels needs", "the limit of 60 MiB leaves", "choose a smaller tile"])
    try bench.write(Workbench.picture(400, 400), "a.png")
    try expect(
      bench, job + ["--memory", "75M"], status: 71, says: ["a picture of this size", "the limit of 75 MiB leaves"])
  }

  /// Stops a running restoration as Ctrl-C does.
  @Test func interrupted() throws {
    let bench = try Workbench()
    try bench.write(Workbench.picture(512, 512), "a.png")
    let process = bench.process(["upscale", "a.png", "-o", "b.png", "--progress", "json"])
    let (output, errors) = (Pipe(), Pipe())
    process.standardOutput = output
    process.standardError = errors
    try process.run()
    // The first line says 0 %: the handler is in place and there is far to go.
    _ = output.fileHandleForReading.availableData
    process.interrupt()
    process.waitUntilExit()
    #expect(process.terminationReason == .exit && process.terminationStatus == 130)
    let text = String(decoding: errors.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    #expect(text == "resshift: interrupted, the work at hand was given up\n")
    #expect(try bench.files == ["a.png"])
  }

  /// Stops a run while its finished picture is on the way to the disk: the hidden file that it grows in goes, too.
  @Test func interruptedWhileWriting() throws {
    let bench = try Workbench()
    var (noise, random) = (PixelImage(width: 1500, height: 1200, channels: 3), SystemRandomNumberGenerator())
    for index in noise.samples.indices { noise.samples[index] = Float(random.next() as UInt16) / 65535 }
    try bench.write(noise, "a.tif", bitDepth: 16)
    func hidden() throws -> [String] { try bench.files.filter { $0.hasPrefix(".") } }
    // A busy machine may let the file be finished between the look and the signal.
    for _ in 0..<20 {
      let process = bench.process(["restore", "a.tif", "-o", "b.tif", "--strength", "0"])
      (process.standardOutput, process.standardError) = (FileHandle.nullDevice, FileHandle.nullDevice)
      try process.run()
      while process.isRunning, try hidden().isEmpty {}
      process.interrupt()
      process.waitUntilExit()
      #expect(try hidden() == [])
      if process.terminationStatus == 130, try bench.files == ["a.tif"] { return }
      try? FileManager.default.removeItem(atPath: bench.path("b.tif"))
    }
    Issue.record("the signal never came in time")
  }

  /// The model's files are read while the work goes on; one that ends too early then is an error like any other.
  @Test func modelFileCutShortInTheMiddle() throws {
    let bench = try Workbench()
    try bench.write(Workbench.picture(200, 200), "a.png")
    let model = try bench.addModel("tiny-sr") { $0["task"] = "super-resolution" }
    let process = bench.process(
      ["upscale", "a.png", "-o", "b.png", "--model", model, "--tile", "64", "--progress", "json"])
    let (output, errors) = (Pipe(), Pipe())
    process.standardOutput = output
    process.standardError = errors
    try process.run()
    // The first encoder tile is done: no layer of the UNet has been used yet.
    var text = ""
    while !text.contains(/"percent":[1-9]/) {
      let bytes = output.fileHandleForReading.availableData
      if bytes.isEmpty { break }
      text += String(decoding: bytes, as: UTF8.self)
    }
    #expect(truncate(model + "/unet.pth", 1000) == 0)
    process.waitUntilExit()
    #expect(process.terminationReason == .exit && process.terminationStatus == 65)
    let line = String(decoding: errors.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    #expect(
      line == "resshift: \(model)/unet.pth: was cut short or cannot be read any more; restore it and run again\n")
    #expect(try bench.files == [".models", "a.png"])
  }

  /// A run into a folder that is not there yet, ended in the middle of its first picture, leaves nothing at all.
  @Test(arguments: [SIGINT, SIGTERM, SIGKILL])
  func endedInTheMiddle(signal: Int32) throws {
    let bench = try Workbench()
    for name in ["a.png", "b.png"] { try bench.write(Workbench.picture(512, 512), name) }
    let process = bench.process(["upscale", "a.png", "b.png", "-o", "out", "--progress", "json"])
    let output = Pipe()
    process.standardOutput = output
    process.standardError = FileHandle.nullDevice
    try process.run()
    var text = ""
    while !text.contains(#/"percent":[1-9]/#) {
      let bytes = output.fileHandleForReading.availableData
      if bytes.isEmpty { break }
      text += String(decoding: bytes, as: UTF8.self)
    }
    kill(process.processIdentifier, signal)
    process.waitUntilExit()
    #expect(text.contains("\"percent\"") && !text.contains("\"percent\":100"))
    #expect(process.terminationStatus == (signal == SIGINT ? 130 : signal))
    #expect(try bench.files == ["a.png", "b.png"])
  }

  @Test func theNextRunRemovesWhatAKilledOneLeft() throws {
    let bench = try Workbench()
    try bench.write(Workbench.picture(8, 8), "a.png")
    // No process has a number that large.
    try Data("half".utf8).write(to: bench.folder.appending(path: ".b.png.99999999-8123456789abcdef.part"))
    #expect(try bench.run("upscale", "a.png", "-o", "b.png").status == 0)
    #expect(try bench.files == ["a.png", "b.png"])
  }
}
