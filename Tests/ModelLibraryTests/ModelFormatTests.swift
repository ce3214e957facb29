import Diffusion
import Foundation
import Models
import TestSupport
import Testing

@testable import ModelLibrary

private let shipped = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
  .deletingLastPathComponent().appending(path: "plugin/models")

private let shippedNames =
  (try? FileManager.default.contentsOfDirectory(atPath: shipped.path).filter { !$0.hasPrefix(".") }.sorted()) ?? []

private func parsed(_ data: Data) throws -> JSONValue { try JSONDecoder().decode(JSONValue.self, from: data) }

private func read(_ json: JSONValue) throws -> ModelDescriptor {
  try ModelDescriptor(json: Data(json.text().utf8), of: "model.json")
}

/// All values that are no objects, by their keys joined with points.
private func leaves(_ json: JSONValue, _ path: String = "") -> [String: JSONValue] {
  guard case .object(let members) = json else { return [path: json] }
  return members.reduce(into: [:]) { all, member in
    all.merge(leaves(member.value, path.isEmpty ? member.name : "\(path).\(member.name)")) { $1 }
  }
}

/// The value with the leaf at `path` replaced.
private func replacing(_ json: JSONValue, _ path: ArraySlice<Substring>, by value: JSONValue) -> JSONValue {
  guard case .object(let members) = json, let key = path.first else { return value }
  return .object(
    members.map { member in
      member.name == key
        ? JSONValue.Member(name: member.name, value: replacing(member.value, path.dropFirst(), by: value)) : member
    })
}

/// Reading and writing of `model.json` follow one description of its fields.
@Suite struct ModelFormatTests {
  @Test func thereAreModelsToRead() { #expect(shippedNames.count >= 11) }

  /// What a file says is written again with the same values; what is left out changes nothing, what is added is a default.
  @Test(arguments: shippedNames)
  func writingKeepsWhatWasRead(name: String) throws {
    let data = try Data(contentsOf: shipped.appending(path: "\(name)/model.json"))
    let file = leaves(try parsed(data))
    let model = try ModelDescriptor(json: data, of: name)
    let written = leaves(try parsed(Data(model.json.utf8)))
    let leftOut: Set = [
      "unet.dropout", "unet.conv_resample", "unet.dims", "unet.use_fp16", "unet.resblock_updown",
      "autoencoder.ddconfig.resolution", "autoencoder.ddconfig.dropout", "autoencoder.ddconfig.padding_mode",
      "diffusion.weighted_mse", "diffusion.timestep_respacing",
    ]
    for (key, value) in file where !leftOut.contains(key) {
      // One number may stand for all levels.
      if case .number(let number) = value, case .array(let entries) = written[key] {
        #expect(!entries.isEmpty && entries.allSatisfy { $0 == .number(number) }, "\(key)")
      } else {
        #expect(written[key] == value, "\(key)")
      }
    }
    let defaults: [String: JSONValue] = [
      "fill": .string("blank"), "frame": .string("none"), "unet.cond_mask": .bool(false),
      "unet.shift_mask": .string("published"),
    ]
    for (key, value) in written where file[key] == nil { #expect(defaults[key] == value, "\(key)") }
  }

  /// What is written reads as the same model, and is then written as the same bytes.
  @Test(arguments: shippedNames)
  func readingGivesWhatWasWritten(name: String) throws {
    let model = try ModelDescriptor(json: Data(contentsOf: shipped.appending(path: "\(name)/model.json")), of: name)
    let again = try ModelDescriptor(json: Data(model.json.utf8), of: name)
    #expect(again == model)
    #expect(again.json == model.json)
  }

  /// Every optional field, there and missing, on its own and together.
  @Test(arguments: ModelDescriptor.architectureNames)
  func optionalFields(name: String) throws {
    var base = try ModelDescriptor.architecture(named: name)
    base.files.unet.name = "folder/unet.pth"
    if case .vq = base.autoencoder { base.files.autoencoder = ModelFile(name: "autoencoder.pth") }
    if base.start != nil { base.files.start = ModelFile(name: "start.pth") }
    let changes: [(inout ModelDescriptor) -> Void] = [
      { $0.title = "Another title, “quoted” \"so\" and so\\n\t/" },
      { $0.licence.name = Licence.unknown },
      { $0.licence.address = "https://localhost/licence" },
      { $0.files.unet.source = "https://localhost/unet.pth" },
      {
        guard $0.task == .superResolution else { return }
        $0.start = StartConfiguration(channels: 32, blocks: 5)
        $0.files.start = ModelFile(name: "start.safetensors", source: "https://localhost/start.safetensors")
      },
      { $0.files.autoencoder?.source = "https://localhost/autoencoder.pth" },
      { $0.unet.shiftMask = $0.unet.shiftMask == .swin ? .published : .swin },
      { $0.unet.mlpRatio = 2.5 },
      { $0.diffusion.normalizeInput = false },
      { $0.diffusion.latentFlag = false },
      { $0.diffusion.predictType = $0.diffusion.predictType == .xstart ? .residual : .xstart },
      { ($0.diffusion.power, $0.diffusion.etasEnd, $0.diffusion.scaleFactor) = (1.0 / 3, 0.98, 0.1) },
      { if $0.task == .inpainting { $0.fill = .pushPull } },
      { if $0.task == .inpainting { $0.fill = .blank } },
      { if $0.task == .restoration { $0.frame = $0.frame == .face ? .none : .face } },
    ]
    var all = base
    for change in changes {
      var one = base
      change(&one)
      change(&all)
      for model in [one, all] { #expect(try ModelDescriptor(json: Data(model.json.utf8), of: name) == model) }
    }
  }

  /// Nothing is written that reading passes over: any other value is refused or makes another model.
  @Test(arguments: ["realsr-x4-v3", "faceir", "compact-inpaint"])
  func everyWrittenValueIsRead(name: String) throws {
    try expectEveryValueIsRead(
      ModelDescriptor(json: Data(contentsOf: shipped.appending(path: "\(name)/model.json")), of: name))
  }

  @Test func everyWrittenValueOfAStartNetworkIsRead() throws {
    var model = try ModelDescriptor.architecture(named: "compact-sr-start")
    model.files.unet.name = "unet.safetensors"
    model.files.start = ModelFile(name: "start.safetensors")
    try expectEveryValueIsRead(model)
  }

  private func expectEveryValueIsRead(_ model: ModelDescriptor) throws {
    let json = try parsed(Data(model.json.utf8))
    for (key, value) in leaves(json) {
      let other: JSONValue =
        switch value {
        case .bool(let flag): .bool(!flag)
        case .number(let number): .number(number + 1)
        case .string(let text): .string(text + "x")
        case .array(let entries): .array(entries + [.number(32)])
        default: .null
        }
      let changed = try? read(replacing(json, key.split(separator: ".")[...], by: other))
      #expect(changed != model, "\(key)")
    }
  }

  @Test func textOfAFile() throws {
    var model = try ModelDescriptor.architecture(named: "compact-inpaint")
    model.files.unet.name = "unet.safetensors"
    #expect(
      model.json == """
        {
          "name": "compact-inpaint",
          "title": "compact-inpaint",
          "task": "inpainting",
          "licence": "none",
          "files": {
            "unet": "unet.safetensors"
          },
          "unet": {
            "image_size": 32,
            "in_channels": 192,
            "model_channels": 32,
            "out_channels": 192,
            "attention_resolutions": [],
            "channel_mult": [1, 2, 2],
            "num_res_blocks": [1, 1, 1],
            "num_head_channels": 32,
            "use_scale_shift_norm": true,
            "swin_depth": 2,
            "swin_embed_dim": 64,
            "window_size": 8,
            "mlp_ratio": 2,
            "cond_lq": true,
            "cond_mask": true,
            "lq_size": 256,
            "shift_mask": "swin"
          },
          "autoencoder": {
            "pixel_unshuffle": 8
          },
          "diffusion": {
            "sf": 1,
            "schedule_name": "exponential",
            "schedule_kwargs": { "power": 0.3 },
            "etas_end": 0.99,
            "steps": 2,
            "min_noise_level": 0.5,
            "kappa": 0.2,
            "predict_type": "residual",
            "scale_factor": 4,
            "normalize_input": true,
            "latent_flag": true
          },
          "fill": "exemplar",
          "frame": "none"
        }

        """)
  }
}
