import Checkpoints
import Models

/// The architecture of a network as the names and shapes of its tensors tell it, for files without a `model.json`.
///
/// What leaves no trace in tensors is taken as in the published models: the shift mask, and the side of the latent (64)
/// where the file has no masks of shifted windows, which tell it.
public enum Recognition {
  /// Tensors by name, with their shapes.
  public typealias Shapes = [String: [Int]]

  /// The UNet of a checkpoint; nil if its tensors are not those of any `UNetModelSwin`.
  public static func unet(of checkpoint: Checkpoint) -> UNetConfiguration? { unet(of: checkpoint.shapes) }

  /// The VQ autoencoder of a checkpoint; nil if its tensors are not those of one.
  public static func autoencoder(of checkpoint: Checkpoint) -> VQConfiguration? { autoencoder(of: checkpoint.shapes) }

  static func unet(of tensors: Shapes) -> UNetConfiguration? {
    guard let first = tensors.shape("input_blocks.0.0.weight", rank: 4),
      let out = tensors.shape("out.2.weight", rank: 4),
      let embedding = tensors.shape("time_embed.0.weight", rank: 2)
    else {
      return nil
    }
    // The first width is channel_mult[0] * model_channels; the time embedding begins with model_channels alone.
    let (modelChannels, outChannels) = (embedding[1], out[0])

    // Levels end with a stride-2 convolution, `op`.
    var (channelMult, numResBlocks, swinLevels) = ([Int](), [0], [Int: Int]())
    var index = 1
    while true {
      let block = "input_blocks.\(index)"
      if let res = tensors.shape("\(block).0.in_layers.2.weight", rank: 4) {
        if numResBlocks[numResBlocks.count - 1] == 0 {
          guard res[0] % modelChannels == 0 else { return nil }
          channelMult.append(res[0] / modelChannels)
        }
        numResBlocks[numResBlocks.count - 1] += 1
        if tensors.shape("\(block).1.patch_embed.proj.weight", rank: 4) != nil {
          swinLevels[channelMult.count - 1] = index
        }
      } else if tensors.shape("\(block).0.op.weight", rank: 4) != nil {
        numResBlocks.append(0)
      } else {
        break
      }
      index += 1
    }
    guard channelMult.count == numResBlocks.count, channelMult.count <= mostLevels,
      first[0] == channelMult[0] * modelChannels
    else { return nil }

    let middle = "middle_block.1"
    guard let embed = tensors.shape("\(middle).patch_embed.proj.weight", rank: 4),
      let hidden = tensors.shape("\(middle).blocks.0.mlp.fc1.weight", rank: 4)
    else { return nil }
    let swinDepth = (0...).prefix { tensors.shape("\(middle).blocks.\($0).norm1.weight", rank: 1) != nil }.count
    // The largest window: that of a level that is smaller than it is the level's side.
    let layers = swinLevels.sorted { $0.key < $1.key }.map { "input_blocks.\($0.value).1" } + [middle]
    let tables = layers.compactMap { tensors.shape("\($0).blocks.0.attn.relative_position_bias_table", rank: 2) }
    guard tables.count == layers.count, let heads = tables.first?[1], heads <= embed[0] else {
      return nil
    }
    let windows = tables.map { (squareRoot($0[0]) + 1) / 2 }
    guard let windowSize = windows.max(), windowSize > 0 else { return nil }

    let stages = (0...).prefix { tensors.shape("feature_extractor.\(3 * $0).weight", rank: 4) != nil }.count
    let condition = stages > 0 ? tensors.shape("feature_extractor.0.weight", rank: 4)?[1] ?? 3 : first[1] - outChannels
    var imageSize = 64
    for (level, block) in swinLevels {
      // [windows, tokens, tokens] of a picture of the trained size.
      guard let mask = tensors.shape("input_blocks.\(block).1.blocks.1.attn_mask", rank: 3) else { continue }
      imageSize = squareRoot(mask[0]) * squareRoot(mask[1]) << level
    }
    for (level, window) in zip(swinLevels.keys.sorted(), windows) where window < windowSize {
      imageSize = window << level
    }
    guard imageSize > 0, imageSize < 1 << 16, stages < 8 else { return nil }
    return UNetConfiguration(
      imageSize: imageSize, inChannels: outChannels, outChannels: outChannels, modelChannels: modelChannels,
      channelMult: channelMult, numResBlocks: numResBlocks,
      attentionResolutions: swinLevels.keys.sorted().map { imageSize >> $0 }, numHeadChannels: embed[0] / heads,
      swinDepth: swinDepth, swinEmbedDim: embed[0], windowSize: windowSize,
      mlpRatio: Double(hidden[0]) / Double(embed[0]),
      lqSize: imageSize << stages, condMask: condition == 4)
  }

  static func autoencoder(of tensors: Shapes) -> VQConfiguration? {
    guard let convIn = tensors.shape("encoder.conv_in.weight", rank: 4),
      let codebook = tensors.shape("quantize.embedding.weight", rank: 2),
      let quant = tensors.shape("quant_conv.weight", rank: 4)
    else { return nil }
    var (chMult, numResBlocks) = ([Int](), [Int]())
    while let block = tensors.shape("encoder.down.\(chMult.count).block.0.conv1.weight", rank: 4) {
      let level = chMult.count
      chMult.append(block[0] / convIn[0])
      numResBlocks.append(
        (0...).prefix { tensors.shape("encoder.down.\(level).block.\($0).conv1.weight", rank: 4) != nil }.count)
    }
    guard (1...mostLevels).contains(chMult.count) else { return nil }
    return VQConfiguration(
      embedDim: codebook[1], nEmbed: codebook[0], zChannels: quant[1], ch: convIn[0], chMult: chMult,
      numResBlocks: numResBlocks)
  }

  /// The start network of a checkpoint and how often it enlarges; nil if its tensors are not those of one.
  public static func start(of checkpoint: Checkpoint) -> (start: StartConfiguration, scale: Int)? {
    let tensors = checkpoint.shapes
    guard let head = tensors.shape("head.weight", rank: 4), let tail = tensors.shape("tail.weight", rank: 4) else {
      return nil
    }
    let scale = squareRoot(tail[0] / 3)
    guard scale > 0, 3 * scale * scale == tail[0], head[1] == 3 else { return nil }
    let blocks = (0...).prefix { tensors.shape("blocks.\($0).weight", rank: 4) != nil }.count
    return (StartConfiguration(channels: head[0], blocks: blocks), scale)
  }

  /// The known architecture whose network is most like that of a file, and how they differ.
  public static func nearest(to checkpoint: Checkpoint, _ kind: NetworkKind) -> (
    name: String, difference: TensorDifference
  )? {
    ModelDescriptor.architectureNames.compactMap { name -> (name: String, difference: TensorDifference)? in
      guard let tensors = try? ModelDescriptor.architecture(named: name).tensors(of: kind), !tensors.isEmpty else {
        return nil
      }
      return (name, TensorDifference(checkpoint, expected: tensors))
    }.min { $0.difference.count < $1.difference.count }
  }

  /// The descriptor of a model by the tensors of its files alone. What tensors do not tell is as in the published four-step
  /// models.
  ///
  /// Throws `ModelError` if no network of this kind has these tensors.
  public static func model(
    name: String, unet file: Checkpoint, autoencoder: Checkpoint?, start: Checkpoint? = nil, task: ModelTask? = nil,
    steps: Int? = nil
  ) throws -> ModelDescriptor {
    guard let unet = unet(of: file) else {
      throw ModelError.notAUNet(file: file.path)
    }
    let isSmall = autoencoder == nil
    let base = try ModelDescriptor.architecture(
      named: isSmall ? unet.condMask ? "compact-inpaint" : "compact-sr" : unet.condMask ? "inpaint" : "realsr")
    var model = base
    (model.name, model.title, model.licence) = (name, name, Licence(name: Licence.unknown))
    model.unet = unet
    model.unet.shiftMask = base.unet.shiftMask
    let factor: Int
    if let autoencoder {
      guard let vq = self.autoencoder(of: autoencoder) else {
        throw ModelError.notAnAutoencoder(file: autoencoder.path)
      }
      model.autoencoder = .vq(vq)
      factor = 1 << (vq.chMult.count - 1)
    } else {
      factor = squareRoot(unet.inChannels / 3)
      guard 3 * factor * factor == unet.inChannels, factor > 1 else {
        throw ModelError.autoencoderNeeded(file: file.path, channels: unet.inChannels)
      }
      model.autoencoder = .pixelUnshuffle(factor)
    }
    // The condition comes in lq_size = image_size * factor / sf.
    model.diffusion.sf = max(1, factor >> unet.featureExtractorStages)
    model.task = task ?? (model.diffusion.sf > 1 ? .superResolution : unet.condMask ? .inpainting : .restoration)
    model.diffusion.steps = steps ?? base.diffusion.steps
    model.policy = ModelPolicy()
    model.files.unet.name = ModelPath.lastComponent(file.path)
    model.files.autoencoder = autoencoder.map { ModelFile(name: ModelPath.lastComponent($0.path)) }
    if let start {
      guard let found = self.start(of: start), found.scale == model.diffusion.sf else {
        throw ModelError.notAStart(file: start.path)
      }
      model.start = found.start
      model.files.start = ModelFile(name: ModelPath.lastComponent(start.path))
    }
    // Sizes that no network has would be asked for beyond this point.
    try model.checkThatItReads(as: file.path)
    try model.check(file, as: .unet)
    if let autoencoder { try model.check(autoencoder, as: .autoencoder) }
    if let start { try model.check(start, as: .start) }
    return model
  }

  /// Levels that a `model.json` may have.
  private static let mostLevels = 8

  /// The whole root of a small number; 0 if it has none.
  private static func squareRoot(_ number: Int) -> Int {
    guard (1...1 << 40).contains(number) else { return 0 }
    let root = Int(Double(number).squareRoot().rounded())
    return root * root == number ? root : 0
  }
}

extension Recognition.Shapes {
  /// The shape of a tensor that is there and has so many axes, none of them empty or so long that sizes made of it could
  /// overflow: a file may claim any.
  fileprivate func shape(_ name: String, rank: Int) -> [Int]? {
    self[name].flatMap { shape in
      shape.count == rank && shape.allSatisfy { (1...1 << 24).contains($0) } ? shape : nil
    }
  }
}

extension Checkpoint {
  fileprivate var shapes: [String: [Int]] { Dictionary(uniqueKeysWithValues: tensors.map { ($0.name, $0.shape) }) }
}
