import ArgumentParser
import Checkpoints
import FilePaths
import ModelLibrary
import ModelStore
import Models
import ResShift

struct ModelsInspectCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "inspect", abstract: "Describes a model or a checkpoint file.")

  @Argument(help: "A model.json, its folder, a model's name, or a checkpoint (.pth, .safetensors).")
  var path: String

  @Option(
    parsing: .unconditional,
    help: "The file of the autoencoder that belongs to a UNet's checkpoint: then a model.json of both is printed.")
  var autoencoder: String?

  @Flag(help: "Print a model.json for the checkpoint of a UNet, as far as its tensors tell; the rest as published.")
  var json = false

  func run() throws {
    if json || autoencoder != nil {
      let unet = try Checkpoint(path: path)
      let model = try Recognition.model(
        name: "my-model", unet: unet, autoencoder: autoencoder.map { try Checkpoint(path: $0) })
      print(model.json, terminator: "")
      return
    }
    let looksLikeCheckpoint = [".pth", ".pt", ".ckpt", ".safetensors"].contains { path.hasSuffix($0) }
    let isCheckpoint = looksLikeCheckpoint || (FileKind(of: path) == .file && !path.hasSuffix(".json"))
    print(TextTable.lines(isCheckpoint ? try checkpointRows() : try modelRows()))
  }

  private func modelRows() throws -> [[String]] {
    let catalogue = ModelCatalogue.ofThisProgram
    let model = try catalogue.model(named: path)
    let (unet, diffusion) = (model.unet, model.diffusion)
    let missing = model.missingFiles
    func state(_ file: ModelFile) -> String {
      guard missing.contains(file.name) else {
        return model.folder.flatMap { ModelFiles.path(of: file.name, in: $0) } ?? file.name
      }
      return "\(file.name), missing" + (file.source.map { ": get it from \($0)" } ?? "")
    }
    var rows = [
      ["name", model.name], ["title", model.title], ["task", model.task.rawValue], ["licence", model.licence.name],
      ["folder", model.folder ?? "-"], ["unet file", state(model.files.unet)],
      ["autoencoder file", model.files.autoencoder.map(state) ?? "none"],
    ]
    if let start = model.files.start { rows.append(["start file", state(start)]) }
    if !missing.isEmpty { rows.append(["where to put them", catalogue.installFolder(of: model) ?? "-"]) }
    rows += [
      ["unet", describe(unet)], ["autoencoder", describe(model.autoencoder)], latentRow(unet),
      [
        "diffusion",
        "\(diffusion.steps) steps, scale \(diffusion.sf), kappa \(diffusion.kappa),"
          + " noise \(diffusion.minNoiseLevel) to \(diffusion.etasEnd), predicts \(diffusion.predictType.rawValue)",
      ],
    ]
    if let start = model.start { rows.append(["start", describe(start)]) }
    if model.task == .inpainting { rows.append(["fill", model.fill.rawValue]) }
    if model.task == .restoration { rows.append(["frame", model.frame.rawValue]) }
    rows.append([
      "parameters",
      "\(model.parameterCount) (unet \(unet.parameterCount), autoencoder \(model.autoencoder.parameterCount)"
        + (model.start == nil ? ")" : ", start \(model.architecture.startParameterCount))"),
    ])
    return rows
  }

  private func describe(_ unet: UNetConfiguration) -> String {
    "\(unet.modelChannels) channels x \(list(unet.channelMult)), blocks \(list(unet.numResBlocks)),"
      + " swin \(unet.swinDepth) x \(unet.swinEmbedDim), window \(unet.windowSize),"
      + " attention at \(list(unet.attentionResolutions)), shift mask \(unet.shiftMask.rawValue)"
  }

  private func describe(_ start: StartConfiguration) -> String {
    "\(start.channels) channels, \(start.blocks) blocks"
  }

  private func latentRow(_ unet: UNetConfiguration) -> [String] {
    ["latent", "\(unet.imageSize)x\(unet.imageSize), input \(unet.lqSize)x\(unet.lqSize)"]
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
    let checkpoint = try Checkpoint(path: path)
    let (tensors, weights) = (checkpoint.tensors, checkpoint.weights)
    let types = Dictionary(grouping: tensors, by: \.elementType.rawValue).map { ($0.key, $0.value.count) }
      .sorted { ($1.1, $0.0) < ($0.1, $1.0) }
    let rows = [
      ["file", path], ["tensors", "\(tensors.count), of them \(tensors.count - weights.count) buffers"],
      ["element types", types.map { "\($0.0) (\($0.1))" }.joined(separator: ", ")],
      ["parameters", "\(weights.reduce(0) { $0 + $1.count })"],
    ]
    guard let kind = NetworkKind(of: checkpoint) else {
      return rows + [["network", "neither a ResShift UNet nor a VQ autoencoder nor a start network"]]
    }
    return rows + networkRows(checkpoint, kind) + differenceRows(checkpoint, kind)
  }

  /// The architecture as the tensors tell it.
  private func networkRows(_ checkpoint: Checkpoint, _ kind: NetworkKind) -> [[String]] {
    switch kind {
    case .unet:
      guard let unet = Recognition.unet(of: checkpoint) else { return [["network", "a UNet of an unknown kind"]] }
      return [["network", "UNetModelSwin"], ["unet", describe(unet)], latentRow(unet)]
    case .autoencoder:
      guard let vq = Recognition.autoencoder(of: checkpoint) else {
        return [["network", "an autoencoder of an unknown kind"]]
      }
      return [["network", "VQModel"], ["autoencoder", describe(.vq(vq))]]
    case .start:
      guard let (start, scale) = Recognition.start(of: checkpoint) else {
        return [["network", "a start network of an unknown kind"]]
      }
      return [["network", "StartNetwork"], ["start", "\(describe(start)), enlarges \(scale) times"]]
    }
  }

  /// What the nearest known architecture has more, less and otherwise.
  private func differenceRows(_ checkpoint: Checkpoint, _ kind: NetworkKind) -> [[String]] {
    guard let (name, difference) = Recognition.nearest(to: checkpoint, kind) else { return [] }
    guard difference.count > 0 else { return [["known as", "the \(kind.rawValue) of \(name)"]] }
    return [["nearest known", "the \(kind.rawValue) of \(name)"]]
      + [("missing", difference.missing), ("surplus", difference.surplus), ("of other shape", difference.ofOtherShape)]
      .filter { !$0.1.isEmpty }.map {
        [$0.0, "\($0.1.count): " + $0.1.prefix(4).joined(separator: ", ") + ($0.1.count > 4 ? ", ..." : "")]
      }
  }
}
