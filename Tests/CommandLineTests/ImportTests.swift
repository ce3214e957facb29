import Checkpoints
import Foundation
import ModelStore
import Testing

@Suite struct ImportTests {
  private let bench: Workbench

  init() throws { bench = try Workbench() }

  private static let unet = Workbench.package.appending(path: "Tests/Fixtures/tiny-sr/unet.pth").path
  private static let autoencoder = Workbench.package.appending(path: "Tests/Fixtures/tiny-sr/autoencoder.pth").path

  private func run(_ arguments: String...) throws -> Run {
    try bench.run(arguments, models: bench.path(".models"))
  }

  /// A known model without files.
  private func addKnown(_ name: String, unet: String = "unet.pth") throws {
    let folder = try bench.addModel("tiny-sr") { root in
      root["name"] = name
      root["task"] = "super-resolution"
      root["files"] = ["unet": unet, "autoencoder": "autoencoder.pth"]
      root["source"] = ["unet": "https://localhost/\(unet)", "autoencoder": "https://localhost/autoencoder.pth"]
    }
    for file in ["unet.pth", "autoencoder.pth"] { try FileManager.default.removeItem(atPath: folder + "/" + file) }
    if name != "tiny-sr" {
      try FileManager.default.moveItem(atPath: folder, toPath: bench.path(".models/\(name)"))
    }
  }

  private func upscaled(_ model: String) throws -> Data {
    try bench.write(Workbench.picture(16, 16), "in.png")
    #expect(try run("upscale", "in.png", "-o", "\(model).png", "--model", model).status == 0)
    return try bench.bytes("\(model).png")
  }

  @Test func filesOfAnyName() throws {
    try addKnown("tiny-sr")
    try FileManager.default.copyItem(atPath: Self.unet, toPath: bench.path("one"))
    try FileManager.default.copyItem(atPath: Self.autoencoder, toPath: bench.path("two.zip"))
    let first = try run("models", "import", "two.zip")
    #expect(first.status == 0 && first.output.contains("still missing: unet.pth"))
    let second = try run("models", "import", "one")
    #expect(second.status == 0 && !second.output.contains("missing"))
    #expect(try bench.bytes(".models/tiny-sr/unet.pth") == Data(contentsOf: URL(filePath: Self.unet)))
    let again = try run("models", "import", "one", "two.zip")
    #expect(again.status == 64 && again.onlyErrorLine().hasSuffix("replace it with --force"))
    #expect(try run("models", "import", "one", "two.zip", "--force").status == 0)
    #expect(try upscaled("tiny-sr").count > 0)
  }

  /// The published models for enlarging differ in their numbers only: the file's name tells, or the user.
  @Test func modelsOfTheSameTensors() throws {
    try addKnown("tiny-a", unet: "a_s15.pth")
    try addKnown("tiny-b", unet: "b_s4.pth")
    let asked = try run("models", "import", Self.unet, Self.autoencoder)
    #expect(
      asked.status == 64 && asked.onlyErrorLine().hasSuffix("the same in tiny-a, tiny-b; say which it is with --name"))
    #expect(try run("models", "import", Self.unet, Self.autoencoder, "--name", "tiny-b").status == 0)
    #expect(FileManager.default.fileExists(atPath: bench.path(".models/tiny-b/b_s4.pth")))
    try FileManager.default.copyItem(atPath: Self.unet, toPath: bench.path("a_s15.ckpt"))
    #expect(try run("models", "import", "a_s15.ckpt", Self.autoencoder).output.hasPrefix("tiny-a: installed in "))
  }

  /// Half the space; every number rounded but the codebook's; the network still does its work.
  @Test func halfPrecision() throws {
    try addKnown("tiny-sr")
    #expect(try run("models", "import", Self.unet, Self.autoencoder).status == 0)
    #expect(try run("models", "import", Self.unet, Self.autoencoder, "--half", "--force").status == 0)
    let names = try FileManager.default.contentsOfDirectory(atPath: bench.path(".models/tiny-sr")).sorted()
    #expect(names == ["autoencoder.safetensors", "files.json", "model.json", "unet.safetensors"])
    for (name, original) in [("unet", Self.unet), ("autoencoder", Self.autoencoder)] {
      let (whole, half) = (
        try Checkpoint(path: original), try Checkpoint(path: bench.path(".models/tiny-sr/\(name).safetensors"))
      )
      #expect(whole.weights.map(\.name) == half.tensors.map(\.name))
      for tensor in half.tensors {
        let isHalf = tensor.elementType == .float16
        #expect(isHalf == (tensor.name != "quantize.embedding.weight"))
        let (exact, stored) = (try values(whole, tensor), try values(half, tensor))
        #expect(stored == (isHalf ? exact.map { Float(Float16($0)) } : exact))
      }
    }
    #expect(
      try bench.bytes(".models/tiny-sr/unet.safetensors").count < Data(contentsOf: URL(filePath: Self.unet)).count * 52
        / 100)
    #expect(try run("models", "verify", "tiny-sr").status == 0)
    #expect(try upscaled("tiny-sr").count > 0)
  }

  private func values(_ file: Checkpoint, _ tensor: TensorInfo) throws -> [Float] {
    var values = [Float](repeating: 0, count: tensor.count)
    try values.withUnsafeMutableBufferPointer { try file.read(tensor.name, into: $0) }
    return values
  }

  /// A network of the user's own needs no model.json: its tensors tell what it is.
  @Test func ownNetwork() throws {
    let recorded = try bench.addModel("tiny-sr") { $0["task"] = "super-resolution" }
    let expected = try upscaled("tiny-sr")
    try FileManager.default.removeItem(atPath: recorded)
    let unnamed = try run("models", "import", Self.unet, Self.autoencoder)
    #expect(unnamed.status == 64 && unnamed.onlyErrorLine().hasSuffix("name it with --name"))
    let run = try run("models", "import", Self.unet, Self.autoencoder, "--name", "mine")
    #expect(run.status == 0 && run.output.hasPrefix("mine: installed in "))
    #expect(try upscaled("mine") == expected)
  }

  @Test func folder() throws {
    let source = try bench.addModel("tiny-face") { $0["task"] = "restoration" }
    try FileManager.default.moveItem(atPath: source, toPath: bench.path("downloaded"))
    #expect(try run("models", "import", "downloaded").output.hasPrefix("tiny-face: installed in "))
    #expect(try run("models", "list").output.contains("tiny-face  restoration  installed"))
    #expect(try run("models", "import", "downloaded/model.json", "--name", "other").status == 0)
    #expect(try run("models", "verify", "other").status == 0)
    #expect(try run("models", "remove", "other").status == 0)
    #expect(!FileManager.default.fileExists(atPath: bench.path(".models/other")))
  }

  /// Under another name a model still says where its files come from and what its licence is.
  @Test func anotherNameKeepsTheSources() throws {
    let source = try bench.addModel("tiny-sr") { root in
      root["task"] = "super-resolution"
      root["licence_url"] = "https://localhost/licence"
      root["source"] = ["unet": "https://localhost/u.pth", "autoencoder": "https://localhost/a.pth"]
    }
    try FileManager.default.moveItem(atPath: source, toPath: bench.path("downloaded"))
    #expect(try run("models", "import", "downloaded", "--name", "other").status == 0)
    let json = try JSONSerialization.jsonObject(with: bench.bytes(".models/other/model.json")) as? [String: Any]
    #expect(json?["licence_url"] as? String == "https://localhost/licence")
    let sources = ["unet": "https://localhost/u.pth", "autoencoder": "https://localhost/a.pth"]
    #expect(json?["source"] as? [String: String] == sources)
  }

  @Test func whatIsNoModel() throws {
    try addKnown("tiny-sr")
    #expect(try run("models", "import", "nothing.pth").status == 66)
    try bench.write(Workbench.picture(8, 8), "a.png")
    #expect(try run("models", "import", "a.png").status == 65)
    let fixture = Workbench.package.appending(path: "Tests/Fixtures/bicubic.safetensors").path
    #expect(
      try run("models", "import", fixture).onlyErrorLine().contains("neither a ResShift UNet nor a VQ autoencoder"))
    #expect(try run("models", "import", Self.unet, Self.unet).status == 64)
    let other = try run(
      "models", "import", Workbench.package.appending(path: "Tests/Fixtures/tiny-face/unet.pth").path, "--name",
      "tiny-sr")
    #expect(other.status == 65 && other.onlyErrorLine().contains("tensor "))
    #expect(try FileManager.default.contentsOfDirectory(atPath: bench.path(".models/tiny-sr")) == ["model.json"])
  }

  @Test func verifyAndRemove() throws {
    try addKnown("tiny-sr")
    #expect(try run("models", "verify", "tiny-sr").status == 69)
    #expect(try run("models", "remove", "tiny-sr").status == 69)
    #expect(try run("models", "import", Self.unet, Self.autoencoder).status == 0)
    let path = bench.folder.appending(path: ".models/tiny-sr/unet.pth")
    var bytes = try Data(contentsOf: path)
    // In the middle of some tensor's numbers: only the checksum tells.
    bytes[bytes.count / 2] ^= 1
    try bytes.write(to: path)
    let damaged = try run("models", "verify")
    #expect(damaged.status == 65 && damaged.output.contains("autoencoder.pth: ok\n"))
    #expect(damaged.onlyErrorLine().contains("unet.pth: was changed after it was installed; get it again with"))
    let removed = try run("models", "remove", "tiny-sr")
    #expect(removed.status == 0 && removed.output == "tiny-sr: removed, 9 MB freed\n")
    #expect(try FileManager.default.contentsOfDirectory(atPath: bench.path(".models/tiny-sr")) == ["model.json"])
    let builtIn = try bench.run("models", "remove", "compact-sr-x4")
    #expect(builtIn.status == 64 && builtIn.onlyErrorLine().contains("stays"))
  }

  @Test func inspectTellsTheArchitecture() throws {
    let compact = Workbench.package.appending(path: "plugin/models/compact-inpaint/unet.safetensors").path
    #expect(try run("models", "inspect", compact).output.contains("known as       the unet of compact-inpaint"))
    let tiny = try run("models", "inspect", Self.unet).output
    #expect(tiny.contains("32 channels x 1,1,2, blocks 1,2,1, swin 2 x 64, window 8, attention at 16,8,4"))
    #expect(tiny.contains("16x16, input 16x16") && tiny.contains("nearest known"))
    #expect(
      try run("models", "inspect", Self.autoencoder).output.contains(
        "VQ, 32 channels x 1,1,2, blocks 1,1,1, codebook 64 x 3"))
    let json = try run("models", "inspect", Self.unet, "--autoencoder", Self.autoencoder)
    try bench.addModel("tiny-sr") { _ in }
    try Data(json.output.utf8).write(to: bench.folder.appending(path: ".models/tiny-sr/model.json"))
    #expect(try upscaled("my-model").count > 0)
  }
}
