import Diffusion
import Models

extension ModelDescriptor {
  /// The largest network that is built: ten times the largest published one.
  static let parameterLimit = 2_000_000_000

  /// Checks what one field cannot say: that files are named where they are needed, and that the parts fit together. Throws
  /// `ModelError.badField`, made by `root`, the object that was read.
  func check(_ root: ConfigurationObject) throws {
    try checkFileNames(root)
    try checkFit(root)
  }

  /// The same for a configuration without files.
  func checkFit(_ root: ConfigurationObject) throws {
    guard !name.isEmpty, name.count <= 100, !name.contains(where: { $0 == "/" || $0.isNewline || $0 == "\0" }) else {
      throw root.error("name", .notAName)
    }
    try checkTask(root)
    try checkLevels(root)
    try checkChannels(root)
    try checkSizes(root)
    guard parameterCount <= Self.parameterLimit else {
      throw root.error("unet", .tooManyParameters(parameterCount))
    }
  }

  private func checkTask(_ root: ConfigurationObject) throws {
    switch task {
    case .superResolution where diffusion.sf < 2:
      throw root.error("diffusion.sf", .notEnlarging(sf: diffusion.sf))
    case .inpainting where diffusion.sf != 1, .restoration where diffusion.sf != 1:
      throw root.error("diffusion.sf", .enlarging(task, sf: diffusion.sf))
    default: break
    }
    guard unet.condMask == (task == .inpainting) else {
      throw root.error("unet.cond_mask", .wrongCondition(task))
    }
    guard start == nil || task == .superResolution else { throw root.error("start", .forTask(.superResolution)) }
    guard fill == .blank || task == .inpainting else { throw root.error("fill", .forTask(.inpainting)) }
    guard frame == .none || task == .restoration else { throw root.error("frame", .forTask(.restoration)) }
    guard diffusion.firstEtaRoot < diffusion.etasEnd else {
      throw root.error("diffusion.min_noise_level", .noRoomForNoise(etasEnd: diffusion.etasEnd))
    }
  }

  /// The picture must halve evenly from level to level and split into whole windows where there is a Swin layer.
  private func checkLevels(_ root: ConfigurationObject) throws {
    let levels = unet.channelMult.count
    guard unet.imageSize % (1 << (levels - 1)) == 0 else {
      throw root.error("unet.image_size", .notHalving(levels: levels, found: unet.imageSize))
    }
    for level in 0..<levels {
      let size = unet.imageSize >> level
      let hasSwin = level == levels - 1 || unet.attentionResolutions.contains(size)
      guard !hasSwin || size <= unet.windowSize || size % unet.windowSize == 0 else {
        throw root.error(
          "unet.window_size", .windowDoesNotDivide(window: unet.windowSize, size: size, level: level))
      }
    }
  }

  /// All norms have 32 groups, and the attention heads share the width evenly.
  private func checkChannels(_ root: ConfigurationObject) throws {
    for mult in unet.channelMult where unet.modelChannels * mult % 32 != 0 {
      throw root.error("unet.model_channels", .notGroups(channels: unet.modelChannels, multiple: mult))
    }
    guard unet.modelChannels % 2 == 0 else { throw root.error("unet.model_channels", .odd) }
    guard unet.swinEmbedDim % 32 == 0 else {
      throw root.error("unet.swin_embed_dim", .widthNotGroups(found: unet.swinEmbedDim))
    }
    guard unet.swinEmbedDim % unet.numHeadChannels == 0 else {
      throw root.error(
        "unet.num_head_channels", .headsDoNotDivide(headChannels: unet.numHeadChannels, width: unet.swinEmbedDim))
    }
    guard Int(Double(unet.swinEmbedDim) * unet.mlpRatio) >= 1 else {
      throw root.error("unet.mlp_ratio", .noChannelsLeft)
    }
    guard case .vq(let vq) = autoencoder else { return }
    for mult in [1] + vq.chMult where vq.ch * mult % 32 != 0 {
      throw root.error("autoencoder.ddconfig.ch", .notGroups(channels: vq.ch, multiple: mult))
    }
  }

  /// Latent, condition and picture must be of matching sizes.
  private func checkSizes(_ root: ConfigurationObject) throws {
    let channels = autoencoder.latentChannels
    for (key, found) in [("unet.in_channels", unet.inChannels), ("unet.out_channels", unet.outChannels)]
    where found != channels {
      throw root.error(key, .notLatentChannels(channels, found: found))
    }
    let (ratio, remainder) = unet.lqSize.quotientAndRemainder(dividingBy: unet.imageSize)
    guard remainder == 0, ratio > 0, ratio & (ratio - 1) == 0 else {
      throw root.error("unet.lq_size", .notPowerOfTwo(imageSize: unet.imageSize, found: unet.lqSize))
    }
    guard unet.lqSize * diffusion.sf == unet.imageSize * autoencoder.downsampling else {
      throw root.error(
        "unet.lq_size",
        .sizesDiffer(
          lqSize: unet.lqSize, sf: diffusion.sf, imageSize: unet.imageSize, downsampling: autoencoder.downsampling))
    }
  }

  /// The files must be there if they are needed, not be named if not, and stay in the folder of the `model.json`.
  private func checkFileNames(_ root: ConfigurationObject) throws {
    switch autoencoder {
    case .vq where files.autoencoder == nil: throw root.error("files.autoencoder", .missing(.fileName))
    case .pixelUnshuffle where files.autoencoder != nil: throw root.error("files.autoencoder", .fileWithoutUse)
    default: break
    }
    guard start == nil || files.start != nil else { throw root.error("files.start", .missing(.fileName)) }
    guard start != nil || files.start == nil else { throw root.error("files.start", .startWithoutSizes) }
    let names = [
      ("files.unet", files.unet.name), ("files.autoencoder", files.autoencoder?.name),
      ("files.start", files.start?.name),
    ]
    for (key, file) in names {
      guard let file else { continue }
      let parts = file.split(separator: "/", omittingEmptySubsequences: false)
      guard !file.contains("\0"), !file.contains(where: \.isNewline), !parts.contains(""), !parts.contains("."),
        !parts.contains("..")
      else {
        throw root.error(key, .notInFolder(file))
      }
    }
  }
}

extension DiffusionConfiguration {
  /// s_1, the square root of eta_1.
  fileprivate var firstEtaRoot: Double { min(minNoiseLevel / kappa, minNoiseLevel) }
}
