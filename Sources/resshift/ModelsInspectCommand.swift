import ArgumentParser
import Checkpoints
import Models
import ResShift

struct ModelsInspectCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "inspect", abstract: "Describes a model or a checkpoint file.")

  @Argument(help: "A model.json, its folder, a model's name, or a checkpoint (.pth, .safetensors).")
  var path: String

  func run() throws {
    let looksLikeCheckpoint = [".pth", ".pt", ".ckpt", ".safetensors"].contains { path.hasSuffix($0) }
    let isCheckpoint = looksLikeCheckpoint || (FileSystem.kind(of: path) == .file && !path.hasSuffix(".json"))
    print(TextTable.lines(isCheckpoint ? try checkpointRows() : try modelRows()))
  }

  private func modelRows() throws -> [[String]] {
    let catalogue = ModelCatalogue.ofThisProgram
    let model = try catalogue.model(named: path)
    let (unet, diffusion) = (model.unet, model.diffusion)
    let missing = model.missingFiles
    func state(_ file: String, _ source: String?) -> String {
      missing.contains(file) ? "\(file), missing" + (source.map { ": get it from \($0)" } ?? "") : file
    }
    var rows = [
      ["name", model.name], ["title", model.title], ["task", model.task.rawValue], ["licence", model.licence],
      ["folder", model.folder ?? "-"], ["unet file", state(model.unetFile, model.unetSource)],
      ["autoencoder file", model.autoencoderFile.map { state($0, model.autoencoderSource) } ?? "none"],
    ]
    if !missing.isEmpty { rows.append(["where to put them", catalogue.installFolder(of: model) ?? "-"]) }
    rows += [
      [
        "unet",
        "\(unet.modelChannels) channels x \(list(unet.channelMult)), blocks \(list(unet.numResBlocks)),"
          + " swin \(unet.swinDepth) x \(unet.swinEmbedDim), window \(unet.windowSize),"
          + " attention at \(list(unet.attentionResolutions)), shift mask \(unet.shiftMask.rawValue)",
      ],
      ["autoencoder", describe(model.autoencoder)],
      ["latent", "\(unet.imageSize)x\(unet.imageSize), input \(unet.lqSize)x\(unet.lqSize)"],
      [
        "diffusion",
        "\(diffusion.steps) steps, scale \(diffusion.sf), kappa \(diffusion.kappa),"
          + " noise \(diffusion.minNoiseLevel) to \(diffusion.etasEnd), predicts \(diffusion.predictType.rawValue)",
      ],
    ]
    if model.task == .inpainting { rows.append(["fill", model.fill.rawValue]) }
    if model.task == .restoration { rows.append(["frame", model.frame.rawValue]) }
    rows.append([
      "parameters",
      "\(model.parameterCount) (unet \(unet.parameterCount), autoencoder \(model.autoencoder.parameterCount))",
    ])
    return rows
  }

  private func describe(_ autoencoder: AutoencoderConfiguration) -> String {
    switch autoencoder {
    case .pixelUnshuffle(let r): "pixel-unshuffle by \(r)"
    case .vq(let vq):
      "VQ, \(vq.ch) channels x \(list(vq.chMult)), blocks \(list(vq.numResBlocks)),"
        + " codebook \(vq.nEmbed) x \(vq.embedDim)"
    }
  }

  private func list(_ numbers: [Int]) -> String { numbers.map(String.init).joined(separator: ",") }

  private func checkpointRows() throws -> [[String]] {
    let tensors = try Checkpoint(path: path).tensors
    // Masks and index tables are stored beside the weights, but are not learnt.
    let weights = tensors.filter { tensor in
      !tensor.name.hasSuffix("attn_mask") && !tensor.name.hasSuffix("relative_position_index")
    }
    let types = Dictionary(grouping: tensors, by: \.elementType.rawValue).map { ($0.key, $0.value.count) }
      .sorted { ($1.1, $0.0) < ($0.1, $1.0) }
    return [
      ["file", path], ["tensors", "\(tensors.count), of them \(tensors.count - weights.count) buffers"],
      ["element types", types.map { "\($0.0) (\($0.1))" }.joined(separator: ", ")],
      ["parameters", "\(weights.reduce(0) { $0 + $1.shape.reduce(1, *) })"],
    ]
  }
}
