import Foundation
import Testing

/// Models that cannot be: each gives one line that names the file, status 65, and nothing is written.
@Suite struct BadModelTests {
  private let bench: Workbench

  init() throws {
    bench = try Workbench()
    try bench.write(Workbench.picture(8, 8), "a.png")
  }

  /// Builds the recorded super-resolution model, lets `damage` at its files, and runs it.
  private func expect(
    status: Int32 = 65, _ words: [String], files damage: (URL) throws -> Void = { _ in },
    json change: (inout [String: Any]) -> Void = { _ in }, _ location: SourceLocation = #_sourceLocation
  ) throws {
    let path = try bench.addModel("tiny-sr") { root in
      root["task"] = "super-resolution"
      change(&root)
    }
    try damage(URL(filePath: path))
    let before = try bench.files
    let run = try bench.run("upscale", "a.png", "-o", "b.png", "--model", path)
    #expect(run.status == status && run.output.isEmpty, sourceLocation: location)
    let line = run.onlyErrorLine(location)
    for word in words { #expect(line.contains(word), "\(line)", sourceLocation: location) }
    #expect(try bench.files == before, sourceLocation: location)
  }

  @Test(arguments: ["unet.pth", "autoencoder.pth"])
  func damagedFiles(name: String) throws {
    func expect(_ word: String, _ damage: (Data) -> Data) throws {
      try self.expect([".models/tiny-sr/\(name): ", word]) { folder in
        let file = folder.appending(path: name)
        try damage(try Data(contentsOf: file)).write(to: file)
      }
    }
    try expect("empty") { _ in Data() }
    try expect("cut short") { $0.prefix($0.count / 2) }
    try expect("cut short") { $0.dropLast() }
    try expect("text") { _ in Data("not weights\n".utf8) }
    try expect("a web page") { _ in Data("<!DOCTYPE html><html></html>".utf8) }
    try expect("unknown kind") { Data(count: $0.count) }
    // A pickle outside of any zip, as PyTorch wrote it long ago or anybody else.
    try expect("pickle") { _ in Data([0x80, 2, 0x7d, 0x71, 0, 0x2e]) }
    try self.expect(status: 69, ["not installed", name]) { folder in
      try FileManager.default.removeItem(at: folder.appending(path: name))
    }
    try self.expect(["it is a folder", name]) { folder in
      try FileManager.default.removeItem(at: folder.appending(path: name))
      try FileManager.default.createDirectory(at: folder.appending(path: name), withIntermediateDirectories: false)
    }
  }

  /// The first function that the pickle names becomes os.system; what is over is filled with opcodes that do nothing.
  @Test func pickleThatRunsCommands() throws {
    let function = Data("ctorch._utils\n_rebuild_tensor_v2\n".utf8)
    let call = Data("cos\nsystem\n".utf8)
    try expect([".models/tiny-sr/unet.pth: refused", "os.system"]) { folder in
      let file = folder.appending(path: "unet.pth")
      var bytes = try Data(contentsOf: file)
      let place = try #require(bytes.range(of: function))
      let nothing = String(repeating: "N0", count: (function.count - call.count) / 2)
      bytes.replaceSubrange(place, with: call + Data(nothing.utf8))
      try bytes.write(to: file)
    }
  }

  @Test func weightsOfAnotherNetwork() throws {
    func fixture(_ name: String) -> URL { Workbench.package.appending(path: name) }
    func replace(_ name: String, by other: URL) -> (URL) throws -> Void {
      { folder in
        try FileManager.default.removeItem(at: folder.appending(path: name))
        try FileManager.default.copyItem(at: other, to: folder.appending(path: name))
      }
    }
    try expect(
      ["unet.pth: tensor input_blocks.0.0.weight has shape", "expected [32, 6, 3, 3]"],
      files: replace("unet.pth", by: fixture("Tests/Fixtures/tiny-face/unet.pth")))
    try expect(
      ["unet.pth: tensor", "has shape", "expected"],
      files: replace("unet.pth", by: fixture("plugin/models/compact-sr-x4/unet.safetensors")))
    try expect(
      ["unet.pth: tensor time_embed.0.weight of shape [128, 32] is missing"],
      files: replace("unet.pth", by: fixture("Tests/Fixtures/tiny-sr/autoencoder.pth")))
    // The same file under a description that is smaller or larger than it.
    try expect(
      ["unet.pth: ", "unknown to this model"], json: { Self.set(&$0, "unet", "attention_resolutions", to: [16, 4]) })
    try expect(
      ["unet.pth: tensor", "is missing"], json: { Self.set(&$0, "unet", "num_res_blocks", to: [1, 2, 2]) })
    try expect(
      ["autoencoder.pth: tensor quantize.embedding.weight has shape [64, 3], expected [128, 3]"],
      json: { Self.set(&$0, "autoencoder", "n_embed", to: 128) })
  }

  @Test func impossibleDescriptions() throws {
    func expect(_ object: String, _ key: String, _ value: Any, _ words: String) throws {
      try self.expect(
        [".models/tiny-sr/model.json: \(object).\(key)", words], json: { Self.set(&$0, object, key, to: value) })
    }
    try expect("unet", "model_channels", "32", "expected a whole number, found a string")
    try expect("unet", "model_channels", -32, "must be 1 to 8192, found -32")
    try expect("unet", "model_channels", 1 << 40, "must be 1 to 8192, found 1099511627776")
    try expect("unet", "model_channels", 1e300, "must be 1 to 8192")
    try expect("unet", "channel_mult", [1, -1, 2], "must be 1 to 64, found -1")
    try expect("unet", "num_head_channels", 33, "33 does not divide swin_embed_dim 64")
    try expect("unet", "window_size", 5, "5 does not divide")
    try expect("unet", "image_size", -16, "found -16")
    try expect("autoencoder", "n_embed", 1 << 40, "found 1099511627776")
    try expect("diffusion", "steps", 0, "must be 2 to 1000, found 0")
    for path in ["../unet.pth", "/etc/passwd", "a/../../b", "..", ""] {
      try expect("files", "unet", path, "must name a file inside the folder of the model.json")
    }
    try expect("files", "autoencoder", 5, "expected a string, found 5")
  }

  @Test func descriptionsThatAreNone() throws {
    for (text, word) in [
      ("", "JSON"), ("{\"name\":", "JSON"), ("[]", "found a list"), (String(repeating: "[", count: 100_000), "JSON"),
      (String(repeating: " ", count: 2 << 20), "too long"),
    ] {
      try expect([".models/tiny-sr/model.json: ", word]) { folder in
        try Data(text.utf8).write(to: folder.appending(path: "model.json"))
      }
    }
    try expect(status: 66, [".models/tiny-sr/model.json: no such file"]) { folder in
      try FileManager.default.removeItem(at: folder.appending(path: "model.json"))
    }
  }

  private static func set(_ root: inout [String: Any], _ object: String, _ key: String, to value: Any) {
    var members = root[object] as? [String: Any] ?? [:]
    members[key] = value
    root[object] = members
  }
}
