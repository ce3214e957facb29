import Checkpoints
import Foundation
import Models
import TestSupport
import Testing

@testable import ModelLibrary

@Suite struct RecognitionTests {
  /// The published networks, by the names and shapes of their tensors alone.
  @Test(arguments: ["realsr", "realsr-x2", "inpaint", "faceir"])
  func publishedArchitectures(name: String) throws {
    let file = try Data(contentsOf: URL(filePath: fixture("official-keys/\(name).json")))
    let official = try JSONDecoder().decode([String: Recognition.Shapes].self, from: file)
    let expected = try ModelDescriptor.architecture(named: name)
    let unet = try #require(official["unet"])
    #expect(Recognition.unet(of: unet) == expected.unet)
    let autoencoder = try #require(official["autoencoder"].flatMap { Recognition.autoencoder(of: $0) })
    #expect(AutoencoderConfiguration.vq(autoencoder) == expected.autoencoder)
    // Without any one tensor it is still told, or not at all, but nothing traps.
    for missing in unet.keys { _ = Recognition.unet(of: unet.filter { $0.key != missing }) }
    for odd in unet.keys { _ = Recognition.unet(of: unet.merging([odd: [0, 0, 0, 0]]) { $1 }) }
  }

  /// Sizes that a file may claim where another of them is zero, or that are those of no network: nothing traps.
  @Test(arguments: [Int.max, 1 << 62, 1 << 40, 1 << 24, 0, 1, 31])
  func hostileSizes(size: Int) throws {
    let file = try Data(contentsOf: URL(filePath: fixture("official-keys/realsr.json")))
    let official = try JSONDecoder().decode([String: Recognition.Shapes].self, from: file)
    let (unet, autoencoder) = (try #require(official["unet"]), try #require(official["autoencoder"]))
    for (name, shape) in unet {
      for axis in shape.indices {
        var odd = shape
        odd[axis] = size
        _ = Recognition.unet(of: unet.merging([name: odd]) { $1 })
      }
      _ = Recognition.unet(of: unet.mapValues { $0.map { _ in size } })
    }
    for (name, shape) in autoencoder {
      for axis in shape.indices {
        var odd = shape
        odd[axis] = size
        _ = Recognition.autoencoder(of: autoencoder.merging([name: odd]) { $1 })
      }
    }
    // Many levels, each of which shifts sizes once more.
    var deep = unet
    for level in 4..<70 {
      let block = deep["input_blocks.1.0.in_layers.2.weight"]
      deep["input_blocks.\(3 * level).0.op.weight"] = unet["input_blocks.3.0.op.weight"]
      deep["input_blocks.\(3 * level + 1).0.in_layers.2.weight"] = block
      deep["input_blocks.\(3 * level + 1).1.patch_embed.proj.weight"] = [192, 160, 1, 1]
      deep["input_blocks.\(3 * level + 1).1.blocks.1.attn_mask"] = [1 << 24, 1 << 24, 1 << 24]
      deep["input_blocks.\(3 * level + 1).1.blocks.0.attn.relative_position_bias_table"] = [225, 6]
      deep["input_blocks.\(3 * level + 2).0.in_layers.2.weight"] = block
    }
    #expect(Recognition.unet(of: deep) == nil)
  }

  /// A start network is told by its tensors: sizes and scale.
  @Test func startNetworks() throws {
    let checkpoint = try Checkpoint(path: fixture("start/start.safetensors"))
    #expect(NetworkKind(of: checkpoint) == .start)
    let found = try #require(Recognition.start(of: checkpoint))
    #expect(found.start == StartConfiguration(channels: 32, blocks: 3) && found.scale == 4)
    var model = try ModelDescriptor.architecture(named: "compact-sr")
    #expect(try model.tensors(of: .start).isEmpty)
    model.start = found.start
    try model.check(checkpoint, as: .start)
    let path = checkpoint.path
    model.start = StartConfiguration(channels: 32, blocks: 4)
    #expect(
      throws: CheckpointError.missingTensor(file: path, tensor: "blocks.3.weight", expectedShape: [32, 32, 3, 3])
    ) {
      try model.check(checkpoint, as: .start)
    }
    model.start = StartConfiguration(channels: 32, blocks: 2)
    #expect(
      throws: CheckpointError.surplusTensors(
        file: path, tensors: ["activations.3.weight", "blocks.2.bias", "blocks.2.weight"])
    ) {
      try model.check(checkpoint, as: .start)
    }
    model.start = StartConfiguration(channels: 64, blocks: 3)
    #expect(
      throws: CheckpointError.wrongShape(
        file: path, tensor: "head.weight", expected: [64, 3, 3, 3], found: [32, 3, 3, 3])
    ) {
      try model.check(checkpoint, as: .start)
    }
  }

  /// A first level wider than model_channels is told apart by the time embedding.
  @Test func theFirstLevelMayBeWider() throws {
    var model = try ModelDescriptor.architecture(named: "compact-sr")
    model.unet.channelMult = [2, 3, 3]
    let shapes = try model.tensors(of: .unet)
    var found = try #require(Recognition.unet(of: shapes))
    found.shiftMask = model.unet.shiftMask
    #expect(found.modelChannels == model.unet.modelChannels && found.channelMult == [2, 3, 3])
  }

  /// What is written as model.json reads as the same model.
  @Test(arguments: ModelDescriptor.architectureNames)
  func descriptorsSurviveWriting(name: String) throws {
    var model = try ModelDescriptor.architecture(named: name)
    (model.name, model.title, model.licence.name) = ("a \"name\"", "Zwölf\nZeilen", "CC0")
    (model.licence.address, model.files.unet.source) = ("https://localhost/licence", "https://localhost/\"unet\"")
    model.files.unet.name = "unet.safetensors"
    if case .vq = model.autoencoder { model.files.autoencoder = ModelFile(name: "autoencoder.pth") }
    if model.start != nil { model.files.start = ModelFile(name: "start.pth") }
    let folder = FileManager.default.temporaryDirectory.appending(path: "resshift-json-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    try Data(model.json.utf8).write(to: folder.appending(path: "model.json"))
    model.folder = folder.path
    #expect(try ModelDescriptor(contentsOf: folder.path) == model)
  }
}
