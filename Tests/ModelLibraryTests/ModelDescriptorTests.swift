import Foundation
import Models
import TestSupport
import Testing

@testable import ModelLibrary

/// The package's folder.
private let package = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
  .deletingLastPathComponent()

private func fixture(_ path: String) -> String { package.appending(path: "Tests/Fixtures/\(path)").path }

/// A model.json in a folder of its own, changed by `change`; the folder goes with the value.
private final class TemporaryModel {
  let folder = FileManager.default.temporaryDirectory.appending(path: "resshift-model-\(UUID().uuidString)")
  var file: String { folder.appending(path: "model.json").path }

  init(like name: String, _ change: (inout [String: Any]) -> Void) throws {
    let source = package.appending(path: "plugin/models/\(name)/model.json")
    var root = try #require(try JSONSerialization.jsonObject(with: Data(contentsOf: source)) as? [String: Any])
    change(&root)
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    try JSONSerialization.data(withJSONObject: root).write(to: URL(filePath: file))
  }

  init(text: String) throws {
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    try Data(text.utf8).write(to: URL(filePath: file))
  }

  deinit { try? FileManager.default.removeItem(at: folder) }

  /// The message of the `badModel` that reading must throw, without the file's name at its beginning.
  func complaint(sourceLocation: SourceLocation = #_sourceLocation) -> String {
    do {
      _ = try ModelDescriptor(contentsOf: file)
      Issue.record("was accepted", sourceLocation: sourceLocation)
    } catch let error as ModelError where error.kind == .badModel {
      let message = error.message.text
      #expect(message.hasPrefix("\(file): "), sourceLocation: sourceLocation)
      #expect(!message.contains("\n"), sourceLocation: sourceLocation)
      return String(message.dropFirst(file.count + 2))
    } catch {
      Issue.record("threw \(error)", sourceLocation: sourceLocation)
    }
    return ""
  }
}

/// Sets a value deep inside; keys are separated by points.
private func set(_ root: inout [String: Any], _ path: String, _ value: Any?) {
  let keys = path.split(separator: ".", maxSplits: 1).map(String.init)
  if keys.count == 1 {
    root[path] = value
  } else {
    var inner = root[keys[0]] as? [String: Any] ?? [:]
    set(&inner, keys[1], value)
    root[keys[0]] = inner
  }
}

private func complaint(
  _ model: String, _ path: String, _ value: Any?, sourceLocation: SourceLocation = #_sourceLocation
) throws -> String {
  try TemporaryModel(like: model) { set(&$0, path, value) }.complaint(sourceLocation: sourceLocation)
}

@Suite struct ModelDescriptorTests {
  @Test func builtInModelsAreRead() throws {
    let sr = try ModelDescriptor(contentsOf: package.appending(path: "plugin/models/compact-sr-x4").path)
    #expect(sr.name == "compact-sr-x4" && sr.task == .superResolution && sr.licence.name == "CC BY-SA 4.0")
    #expect(sr.folder == package.appending(path: "plugin/models/compact-sr-x4").path)
    #expect(sr.files.unet.name == "unet.safetensors" && sr.files.autoencoder == nil)
    #expect(sr.autoencoder == .pixelUnshuffle(4) && sr.unet.shiftMask == .swin && sr.fill == .blank)
    let inpaint = try ModelDescriptor(
      contentsOf: package.appending(path: "plugin/models/compact-inpaint/model.json").path)
    #expect(inpaint.fill == .exemplar && inpaint.unet.condMask && inpaint.diffusion.predictType == .residual)
  }

  /// The architectures that are benched with random weights are those of the models that are shipped or described.
  @Test(arguments: [
    ("realsr", "realsr-x4-v3"), ("inpaint", "inpaint-imagenet"), ("inpaint", "inpaint-face"), ("faceir", "faceir"),
    ("realsr", "bicsr-x4"), ("compact-sr-start", "compact-sr-x4"), ("compact-sr-x2", "compact-sr-x2"),
    ("compact-inpaint", "compact-inpaint"), ("compact-restore", "compact-restore"),
  ])
  func architectureEqualsModel(architecture: String, model: String) throws {
    let known = try ModelDescriptor.architecture(named: architecture)
    let read = try ModelDescriptor(contentsOf: package.appending(path: "plugin/models/\(model)").path)
    #expect(known.unet == read.unet)
    #expect(known.autoencoder == read.autoencoder)
    #expect(known.diffusion == read.diffusion && known.start == read.start)
    #expect(known.task == read.task && known.fill == read.fill && known.frame == read.frame)
  }

  @Test(arguments: ["realsr-x4-v1", "realsr-x4-v2"])
  func fifteenStepModels(name: String) throws {
    let model = try ModelDescriptor(contentsOf: package.appending(path: "plugin/models/\(name)").path)
    #expect(model.diffusion.steps == 15 && model.diffusion.minNoiseLevel == 0.04 && model.diffusion.sf == 4)
    #expect(model.files.unet.source?.hasSuffix("/" + model.files.unet.name) == true)
  }

  /// Counted parameters equal the sum of the published tensors' shapes.
  @Test(arguments: ["realsr", "realsr-x2", "inpaint", "faceir"])
  func parameterCountIsThatOfThePublishedFiles(name: String) throws {
    let url = URL(filePath: fixture("official-keys/\(name).json"))
    let keys = try #require(
      try JSONSerialization.jsonObject(with: Data(contentsOf: url)) as? [String: [String: [Int]]])
    func count(_ part: String) throws -> Int {
      try #require(keys[part])
        .filter { !$0.key.hasSuffix("attn_mask") && !$0.key.hasSuffix("relative_position_index") }
        .reduce(0) { $0 + $1.value.reduce(1, *) }
    }
    let model = try ModelDescriptor.architecture(named: name)
    #expect(try model.unet.parameterCount == count("unet"))
    #expect(try model.autoencoder.parameterCount == count("autoencoder"))
  }

  @Test func unknownArchitectureListsTheKnownOnes() {
    #expect(
      message { try ModelDescriptor.architecture(named: "resnet") }
        == "unknown architecture \"resnet\"; there are realsr, realsr-x2, inpaint, faceir, compact-sr, compact-sr-start, "
        + "compact-sr-x2, compact-inpaint, compact-restore")
  }

  @Test(arguments: [
    ("tiny-sr", ModelTask.superResolution), ("tiny-sr-15", .superResolution), ("tiny-inpaint", .inpainting),
    ("tiny-face", .restoration),
  ])
  func recordedConfigurationsAreRead(name: String, task: ModelTask) throws {
    let model = try ModelDescriptor(configuration: fixture("\(name)/config.json"))
    #expect(model.name == name && model.task == task && model.folder == fixture(name))
    #expect(model.missingFiles.isEmpty)
  }

  @Test func listOrNumberOfBlocks() throws {
    let sr = try ModelDescriptor(configuration: fixture("tiny-sr/config.json"))
    #expect(sr.unet.numResBlocks == [1, 2, 1])
    guard case .vq(let vq) = sr.autoencoder else { return #expect(Bool(false), "not VQ") }
    #expect(vq.numResBlocks == [1, 1, 1])
    let model = try TemporaryModel(like: "realsr-x4-v3") { set(&$0, "unet.num_res_blocks", 3) }
    #expect(try ModelDescriptor(contentsOf: model.file).unet.numResBlocks == [3, 3, 3, 3])
  }

  @Test func missingFile() {
    #expect(
      message { try ModelDescriptor(contentsOf: "/nowhere/model.json") }
        == "/nowhere/model.json: no such file; a model is a folder with a model.json")
  }

  @Test func folderWithoutModel() throws {
    let model = try TemporaryModel(text: "{}")
    try FileManager.default.removeItem(atPath: model.file)
    #expect(
      message { try ModelDescriptor(contentsOf: model.folder.path) }
        == "\(model.file): no such file; a model is a folder with a model.json")
  }

  @Test(arguments: [
    ("", "not valid JSON"), ("{\"name\":", "not valid JSON"), ("[1]", "expected an object, found a list"),
    ("{}", "files: missing, expected an object"), ("{\"files\": 1e999}", "not valid JSON"),
  ])
  func damagedText(text: String, message: String) throws {
    #expect(try TemporaryModel(text: text).complaint().hasPrefix(message))
  }

  @Test func deepNesting() throws {
    #expect(try TemporaryModel(text: String(repeating: "[", count: 100_000)).complaint().hasPrefix("not valid JSON"))
  }

  @Test func overlongFile() throws {
    let text = String(repeating: " ", count: 1 << 20) + "{}"
    #expect(try TemporaryModel(text: text).complaint() == "too long for a model.json (1048578 bytes)")
  }

  @Test func wrongTypes() throws {
    #expect(
      try complaint("realsr-x4-v3", "unet.model_channels", "160")
        == "unet.model_channels: expected a whole number, found a string")
    #expect(
      try complaint("realsr-x4-v3", "unet.model_channels", 160.5)
        == "unet.model_channels: expected a whole number, found 160.5")
    #expect(
      try complaint("realsr-x4-v3", "unet.model_channels", true)
        == "unet.model_channels: expected a whole number, found true")
    #expect(
      try complaint("realsr-x4-v3", "unet.channel_mult", [1, "2"])
        == "unet.channel_mult[1]: expected a whole number, found a string")
    #expect(
      try complaint("realsr-x4-v3", "unet.swin_depth", nil) == "unet.swin_depth: missing, expected a whole number")
    #expect(
      try complaint("realsr-x4-v3", "task", "denoising")
        == "task: expected one of \"super-resolution\", \"inpainting\", \"restoration\", found \"denoising\"")
    #expect(try complaint("realsr-x4-v3", "unet", 3) == "unet: expected an object, found 3")
    #expect(
      try complaint("realsr-x4-v3", "unet.cond_lq", 1) == "unet.cond_lq: expected true or false, found 1")
  }

  /// Options that the engine's mathematics does not have.
  @Test(arguments: [
    ("unet.cond_lq", "false"), ("unet.use_scale_shift_norm", "false"), ("unet.use_scale_shift_norm", "missing"),
    ("unet.conv_resample", "false"), ("unet.resblock_updown", "true"), ("unet.dims", "3"), ("unet.patch_norm", "true"),
    ("unet.use_new_attention_order", "true"), ("unet.shift_mask", "\"none\""),
    ("autoencoder.ddconfig.double_z", "true"), ("autoencoder.ddconfig.attn_resolutions", "[16]"),
    ("autoencoder.ddconfig.padding_mode", "\"reflect\""), ("autoencoder.ddconfig.in_channels", "1"),
    ("autoencoder.ddconfig.tanh_out", "true"),
    ("diffusion.schedule_name", "\"linear\""), ("diffusion.timestep_respacing", "\"2\""),
    ("diffusion.predict_type", "\"epsilon\""),
  ])
  func otherMathematicsIsRefused(path: String, json: String) throws {
    let value =
      json == "missing"
      ? nil : try JSONSerialization.jsonObject(with: Data(json.utf8), options: .fragmentsAllowed)
    #expect(try complaint("realsr-x4-v3", path, value).hasPrefix(path + ": "))
  }

  @Test func harmlessOptionsAreAccepted() throws {
    let model = try TemporaryModel(like: "realsr-x4-v3") {
      set(&$0, "unet.dropout", 0.1)
      set(&$0, "unet.use_fp16", true)
      set(&$0, "unet.use_checkpoint", true)
      set(&$0, "unet.num_classes", NSNull())
      set(&$0, "unet.something_new", false)
      set(&$0, "diffusion.weighted_mse", true)
      set(&$0, "comment", "mine")
    }
    let published = try ModelDescriptor(contentsOf: package.appending(path: "plugin/models/realsr-x4-v3").path)
    #expect(try ModelDescriptor(contentsOf: model.file).unet == published.unet)
  }

  /// Sizes that no network can have are refused by their numbers alone.
  @Test(arguments: [
    ("unet.model_channels", "1099511627776"), ("unet.model_channels", "-160"), ("unet.model_channels", "0"),
    ("unet.model_channels", "161"), ("unet.model_channels", "1e300"), ("unet.channel_mult", "[]"),
    ("unet.channel_mult", "[1,2,2,-4]"), ("unet.channel_mult", "[1,1,1,1,1,1,1,1,1]"),
    ("unet.num_res_blocks", "[2,2]"), ("unet.num_res_blocks", "[2,2,0,2]"), ("unet.num_head_channels", "50"),
    ("unet.num_head_channels", "0"), ("unet.swin_embed_dim", "200"), ("unet.window_size", "7"),
    ("unet.image_size", "60"), ("unet.lq_size", "96"), ("unet.lq_size", "128"), ("unet.mlp_ratio", "-1"),
    ("unet.mlp_ratio", "0.0001"), ("unet.in_channels", "4"), ("unet.out_channels", "6"), ("unet.cond_mask", "true"),
    ("autoencoder.ddconfig.ch", "100"), ("autoencoder.ddconfig.ch_mult", "[]"),
    ("autoencoder.ddconfig.num_res_blocks", "[2]"), ("autoencoder.n_embed", "0"), ("autoencoder.embed_dim", "4"),
    ("diffusion.steps", "1"), ("diffusion.steps", "1000000"), ("diffusion.kappa", "0"), ("diffusion.kappa", "-2"),
    ("diffusion.etas_end", "1.5"), ("diffusion.min_noise_level", "0"), ("diffusion.schedule_kwargs.power", "0"),
    ("diffusion.sf", "1"), ("diffusion.sf", "3"), ("diffusion.scale_factor", "0"),
  ])
  func impossibleSizes(path: String, json: String) throws {
    let value = try JSONSerialization.jsonObject(with: Data(json.utf8), options: .fragmentsAllowed)
    #expect(!(try complaint("realsr-x4-v3", path, value)).isEmpty)
  }

  @Test func totalSizeIsBounded() throws {
    let model = try TemporaryModel(like: "realsr-x4-v3") { set(&$0, "unet.model_channels", 8192) }
    #expect(model.complaint().hasSuffix("parameters; no model is that large"))
  }

  @Test func noiseLevelsMustLeaveRoom() throws {
    let model = try TemporaryModel(like: "realsr-x4-v3") {
      set(&$0, "diffusion.kappa", 0.5)
      set(&$0, "diffusion.min_noise_level", 0.995)
    }
    #expect(model.complaint() == "diffusion.min_noise_level: leaves no room below etas_end 0.99")
  }

  @Test(arguments: ["/etc/passwd", "../unet.pth", "a/../../unet.pth", "..", "", "a//b", "./a", "a\nb"])
  func filesStayInTheirFolder(name: String) throws {
    #expect(
      try complaint("realsr-x4-v3", "files.unet", name)
        .hasPrefix("files.unet: must name a file inside the folder of the model.json"))
    #expect(!(try complaint("realsr-x4-v3", "files.autoencoder", name)).isEmpty)
  }

  @Test func filesMatchTheAutoencoder() throws {
    #expect(
      try complaint("realsr-x4-v3", "files.autoencoder", nil)
        == "files.autoencoder: missing, expected a file name")
    #expect(
      try complaint("compact-sr-x4", "files.autoencoder", "a.pth")
        == "files.autoencoder: a pixel_unshuffle autoencoder has no file")
    #expect(
      try complaint("realsr-x4-v3", "autoencoder.pixel_unshuffle", 4)
        == "autoencoder.ddconfig: unknown option; remove it if it does not change what the network computes")
  }

  @Test func fillAndFrameBelongToTheirTasks() throws {
    #expect(try complaint("realsr-x4-v3", "fill", "push-pull") == "fill: is for inpainting models only")
    #expect(try complaint("realsr-x4-v3", "frame", "face") == "frame: is for restoration models only")
    #expect(try complaint("inpaint-face", "unet.cond_mask", false) == "unet.cond_mask: must be true for inpainting")
  }

  /// A start network is an object of sizes and a file; neither goes without the other, and only enlarging models have one.
  @Test func startNetworks() throws {
    let sizes: [String: Any] = ["channels": 64, "blocks": 16]
    let model = try TemporaryModel(like: "compact-sr-x2") {
      set(&$0, "start", sizes)
      set(&$0, "files.start", "start.safetensors")
    }
    let read = try ModelDescriptor(contentsOf: model.file)
    #expect(read.start == StartConfiguration(channels: 64, blocks: 16))
    #expect(read.files.names == ["unet.safetensors", "start.safetensors"])
    // 3 to 64, 16 times 64 to 64, 64 to 12 channels; biases; 17 times 64 slopes.
    let count = 9 * (3 * 64 + 16 * 64 * 64 + 64 * 12) + 17 * 64 + 12 + 17 * 64
    #expect(read.architecture.startParameterCount == count)
    #expect(read.parameterCount == read.unet.parameterCount + count)

    #expect(try complaint("compact-sr-x2", "start", sizes) == "files.start: missing, expected a file name")
    #expect(
      try complaint("compact-sr-x2", "files.start", "start.safetensors")
        == "files.start: a start network needs its sizes too; add an object \"start\" with channels and blocks")
    func startComplaint(
      _ value: Any, file: String = "start.safetensors", of model: String = "compact-sr-x2"
    ) throws -> String {
      try TemporaryModel(like: model) {
        set(&$0, "start", value)
        set(&$0, "files.start", file)
      }.complaint()
    }
    #expect(try startComplaint(sizes, of: "compact-restore") == "start: is for super-resolution models only")
    #expect(try startComplaint(3) == "start: expected an object, found 3")
    #expect(try startComplaint(["channels": 64]) == "start.blocks: missing, expected a whole number")
    #expect(
      try startComplaint(["channels": 0, "blocks": 1]) == "start.channels: must be 1 to 1024, found 0")
    #expect(
      try startComplaint(["channels": 64, "blocks": 1e9]) == "start.blocks: must be 0 to 256, found 1000000000")
    #expect(
      try startComplaint(["channels": 64, "blocks": 1, "norm": true])
        == "start.norm: unknown option; remove it if it does not change what the network computes")
    #expect(
      try startComplaint(sizes, file: "../start.safetensors")
        == "files.start: must name a file inside the folder of the model.json, found \"../start.safetensors\"")
  }

  /// Damage anywhere in the text is read or refused, never a trap.
  @Test func flippedBytes() throws {
    let source = try Data(contentsOf: package.appending(path: "plugin/models/realsr-x4-v3/model.json"))
    let model = try TemporaryModel(text: "{}")
    var refused = 0
    for position in stride(from: 0, to: source.count, by: 3) {
      var damaged = source
      damaged[position] ^= UInt8(1 + position % 127)
      try damaged.write(to: URL(filePath: model.file))
      do { _ = try ModelDescriptor(contentsOf: model.file) } catch is ModelError { refused += 1 }
    }
    #expect(refused > source.count / 10)
  }
}
