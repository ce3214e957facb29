import Foundation
import ResShift
import Testing

@Suite struct ModelsTests {
  @Test func list() throws {
    let run = try Workbench().run("models", "list")
    #expect(run.status == 0 && run.errors.isEmpty)
    let lines = run.output.split(separator: "\n")
    func line(_ name: String) -> Substring { lines.first { $0.hasPrefix(name + " ") } ?? "" }
    #expect(line("compact-sr-x4").contains(" installed") && line("compact-sr-x4").contains("super-resolution"))
    #expect(line("faceir").contains("not installed") && line("faceir").contains("S-Lab License 1.0"))
  }

  @Test func listShowsBrokenModels() throws {
    let bench = try Workbench()
    let folder = bench.folder.appending(path: "models/mine")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    try Data("{}".utf8).write(to: folder.appending(path: "model.json"))
    let run = try bench.run(["models", "list"], models: bench.path("models"))
    #expect(run.status == 0)
    #expect(run.output.contains("broken") && run.output.contains("mine/model.json: files: missing"))
  }

  @Test func listWithoutModels() throws {
    let run = try Workbench().run(["models", "list"], models: "/nowhere")
    #expect(run.status == 0 && run.output.hasPrefix("No models; looked in /nowhere, "))
  }

  /// A file may claim any size along an axis where another axis is empty.
  @Test func inspectOfHostileShapes() throws {
    let bench = try Workbench()
    for shape in ["4611686018427387904,4,0", "0,9223372036854775807,9223372036854775807"] {
      for name in ["x", "out.2.weight", "input_blocks.0.0.weight", "time_embed.0.weight"] {
        let tensors = ["input_blocks.0.0.weight", "out.2.weight", "time_embed.0.weight"].map {
          "\"\($0)\":{\"dtype\":\"F32\",\"shape\":[0,1,2,3],\"data_offsets\":[0,0]}"
        }.filter { !$0.contains("\"\(name)\"") }
        let hostile = "\"\(name)\":{\"dtype\":\"F32\",\"shape\":[\(shape)],\"data_offsets\":[0,0]}"
        var header = Data("{\((tensors + [hostile]).joined(separator: ","))}".utf8)
        while header.count % 8 != 0 { header.append(0x20) }
        let length = withUnsafeBytes(of: UInt64(header.count).littleEndian) { Data($0) }
        try (length + header).write(to: bench.folder.appending(path: "a.safetensors"))
        // Files without elements may be refused when they are opened; they must be so in words.
        for arguments in [["inspect"], ["inspect", "--json"], ["import", "--name", "mine"]] {
          let run = try bench.run(["models"] + arguments + ["a.safetensors"], models: bench.path("models"))
          #expect([0, 65].contains(run.status), "\(arguments) \(run.errors)")
          if arguments == ["inspect"] && run.status == 0 { #expect(run.output.contains("parameters")) }
        }
      }
    }
  }

  /// A model.json is a page of text: what is longer is not even read.
  @Test func aLongModelJSONIsNotRead() throws {
    let bench = try Workbench()
    let folder = bench.folder.appending(path: "models/long")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    let file = folder.appending(path: "model.json")
    try Data().write(to: file)
    // Sparse, so that it costs no disk; in memory it would be far above the limit.
    try FileHandle(forWritingTo: file).truncate(atOffset: 3 << 30)
    let process = bench.process(
      ["-c", "ulimit -v 1500000; exec \"$0\" models inspect models/long", Workbench.program.path])
    process.executableURL = URL(filePath: "/bin/sh")
    let errors = Pipe()
    process.standardError = errors
    try process.run()
    let text = String(decoding: errors.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    process.waitUntilExit()
    #expect(process.terminationStatus == 65 && text.contains("too long for a model.json (3221225472 bytes)"), "\(text)")
  }

  /// What a model.json says cannot break lines or steer the terminal.
  @Test func listStaysATable() throws {
    let bench = try Workbench()
    let folder = bench.folder.appending(path: "models/mine")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    let shipped = Workbench.package.appending(path: "plugin/models/faceir/model.json")
    let text = try String(contentsOf: shipped, encoding: .utf8)
      .replacingOccurrences(of: "Faces (ResShift)", with: "two\\nlines\\u001b[2J\\u009b1m")
    try Data(text.utf8).write(to: folder.appending(path: "model.json"))
    for command in [["list"], ["inspect", folder.path]] {
      let run = try bench.run(["models"] + command, models: bench.path("models"))
      #expect(run.status == 0 && run.output.contains("two lines?[2J?1m"))
    }
  }

  /// The weights of a model that the system brings can lie in the user's folder, without a copy of its model.json.
  @Test func filesInTheUsersFolder() throws {
    let bench = try Workbench()
    let home = bench.folder.appending(path: ".local/share/resshift/models/faceir")
    try FileManager.default.createDirectory(at: home, withIntermediateDirectories: true)
    for file in ["resshift_faceir_s4.pth", "ffhq512_vq_f8_dim8_face.pth"] {
      #expect(try bench.run("models", "list").output.contains("faceir            restoration       not installed"))
      try Data().write(to: home.appending(path: file))
    }
    #expect(try bench.run("models", "list").output.contains("faceir            restoration       installed"))
    let inspected = try bench.run("models", "inspect", "faceir").output
    #expect(inspected.contains(home.path) && !inspected.contains("missing"))
    try bench.write(Workbench.picture(8, 8), "a.png")
    let run = try bench.run("restore", "a.png", "-o", "b.png", "--model", "faceir")
    #expect(run.status == 65)
    #expect(run.onlyErrorLine().hasPrefix("\(home.path)/resshift_faceir_s4.pth: the file is empty"))
  }

  @Test func path() throws {
    let bench = try Workbench()
    let run = try bench.run(["models", "path"], models: "/a:/b")
    let lines = run.output.split(separator: "\n").map(String.init)
    #expect(lines.prefix(3) == ["/a", "/b", bench.path(".local/share/resshift/models")])
    #expect(lines.count == 4 && lines[3].hasSuffix("/share/resshift/models"))
  }

  @Test(arguments: ["faceir", "plugin/models/faceir", "plugin/models/faceir/model.json"])
  func inspectModel(path: String) throws {
    let place = path.contains("/") ? Workbench.package.appending(path: path).path : path
    let run = try Workbench().run("models", "inspect", place)
    #expect(run.status == 0 && run.errors.isEmpty)
    for word in [
      "195940719", "resshift_faceir_s4.pth, missing", "https://", "restoration", "frame", "codebook 4096 x 8",
      "where to put them",
    ] {
      #expect(run.output.contains(word))
    }
  }

  @Test func inspectCheckpoints() throws {
    let bench = try Workbench()
    let compact = try bench.run(
      "models", "inspect", Workbench.package.appending(path: "plugin/models/compact-sr-x4/unet.safetensors").path)
    #expect(compact.status == 0 && compact.output.contains("226162") && compact.output.contains("float16 (94)"))
    let tiny = try bench.run(
      "models", "inspect", Workbench.package.appending(path: "Tests/Fixtures/tiny-sr/unet.pth").path)
    #expect(tiny.status == 0 && tiny.output.contains("390") && tiny.output.contains("float32 (376)"))
    let bad = try bench.run("models", "inspect", Workbench.package.appending(path: "Package.swift").path)
    #expect(bad.status == 65)
    #expect(bad.onlyErrorLine().contains("Package.swift"))
  }
}
