import Diffusion
import Models

extension ModelDescriptor {
  /// The largest network that is built: ten times the largest published one.
  static let parameterLimit = 2_000_000_000

  /// Checks what one key cannot say: that the parts fit together. Throws `RestoreError.badModel`.
  func validate(_ root: ConfigurationObject) throws {
    guard !name.isEmpty, name.count <= 100, !name.contains(where: { $0 == "/" || $0.isNewline || $0 == "\0" }) else {
      throw root.error("name", "must be one to 100 characters without a slash")
    }
    try checkTask(root)
    try checkLevels(root)
    try checkChannels(root)
    try checkSizes(root)
    guard parameterCount <= Self.parameterLimit else {
      throw root.error("unet", "describes a network of \(parameterCount) parameters; no model is that large")
    }
  }

  private func checkTask(_ root: ConfigurationObject) throws {
    switch task {
    case .superResolution where diffusion.sf < 2:
      throw root.error("diffusion.sf", "super-resolution enlarges, so it must be 2 or more, found \(diffusion.sf)")
    case .inpainting where diffusion.sf != 1, .restoration where diffusion.sf != 1:
      throw root.error("diffusion.sf", "must be 1 for \(task.rawValue), found \(diffusion.sf)")
    default: break
    }
    guard unet.condMask == (task == .inpainting) else {
      throw root.error("unet.cond_mask", "must be \(task == .inpainting) for \(task.rawValue)")
    }
    guard fill == .blank || task == .inpainting else { throw root.error("fill", "is for inpainting models only") }
    guard frame == .none || task == .restoration else { throw root.error("frame", "is for restoration models only") }
    guard diffusion.firstEtaRoot < diffusion.etasEnd else {
      throw root.error("diffusion.min_noise_level", "leaves no room below etas_end \(diffusion.etasEnd)")
    }
  }

  /// The picture must halve evenly from level to level and split into whole windows where there is a Swin layer.
  private func checkLevels(_ root: ConfigurationObject) throws {
    let levels = unet.channelMult.count
    guard unet.imageSize % (1 << (levels - 1)) == 0 else {
      throw root.error(
        "unet.image_size", "must be a multiple of \(1 << (levels - 1)) for \(levels) levels, found \(unet.imageSize)")
    }
    for level in 0..<levels {
      let size = unet.imageSize >> level
      let hasSwin = level == levels - 1 || unet.attentionResolutions.contains(size)
      guard !hasSwin || size <= unet.windowSize || size % unet.windowSize == 0 else {
        throw root.error("unet.window_size", "\(unet.windowSize) does not divide the \(size) at level \(level)")
      }
    }
  }

  /// All norms have 32 groups, and the attention heads share the width evenly.
  private func checkChannels(_ root: ConfigurationObject) throws {
    for mult in unet.channelMult where unet.modelChannels * mult % 32 != 0 {
      throw root.error(
        "unet.model_channels", "\(unet.modelChannels) times \(mult) is not a multiple of 32, the groups of its norms")
    }
    guard unet.modelChannels % 2 == 0 else { throw root.error("unet.model_channels", "must be even") }
    guard unet.swinEmbedDim % 32 == 0 else {
      throw root.error("unet.swin_embed_dim", "must be a multiple of 32, found \(unet.swinEmbedDim)")
    }
    guard unet.swinEmbedDim % unet.numHeadChannels == 0 else {
      throw root.error(
        "unet.num_head_channels", "\(unet.numHeadChannels) does not divide swin_embed_dim \(unet.swinEmbedDim)")
    }
    guard Int(Double(unet.swinEmbedDim) * unet.mlpRatio) >= 1 else {
      throw root.error("unet.mlp_ratio", "leaves no channels")
    }
    guard case .vq(let vq) = autoencoder else { return }
    for mult in [1] + vq.chMult where vq.ch * mult % 32 != 0 {
      throw root.error(
        "autoencoder.ddconfig.ch", "\(vq.ch) times \(mult) is not a multiple of 32, the groups of its norms")
    }
  }

  /// Latent, condition and picture must be of matching sizes.
  private func checkSizes(_ root: ConfigurationObject) throws {
    let channels = autoencoder.latentChannels
    for (key, found) in [("unet.in_channels", unet.inChannels), ("unet.out_channels", unet.outChannels)]
    where found != channels {
      throw root.error(key, "must be \(channels), the channels of the autoencoder's latent, found \(found)")
    }
    let (ratio, remainder) = unet.lqSize.quotientAndRemainder(dividingBy: unet.imageSize)
    guard remainder == 0, ratio > 0, ratio & (ratio - 1) == 0 else {
      throw root.error(
        "unet.lq_size", "must be image_size \(unet.imageSize) times a power of two, found \(unet.lqSize)")
    }
    guard unet.lqSize * diffusion.sf == unet.imageSize * autoencoder.downsampling else {
      throw root.error(
        "unet.lq_size",
        "\(unet.lqSize) times sf \(diffusion.sf) must be image_size \(unet.imageSize) times"
          + " \(autoencoder.downsampling), the pixels of one latent position")
    }
  }

  /// The files must be there if they are needed, not be named if not, and stay in the folder of the `model.json`.
  func checkFileNames(_ files: ConfigurationObject) throws {
    switch autoencoder {
    case .vq where autoencoderFile == nil: throw files.error("autoencoder", "missing, expected a file name")
    case .pixelUnshuffle where autoencoderFile != nil:
      throw files.error("autoencoder", "a pixel_unshuffle autoencoder has no file")
    default: break
    }
    for (key, file) in [("unet", unetFile), ("autoencoder", autoencoderFile)] {
      guard let file else { continue }
      let parts = file.split(separator: "/", omittingEmptySubsequences: false)
      guard !file.contains("\0"), !file.contains(where: \.isNewline), !parts.contains(""), !parts.contains("."),
        !parts.contains("..")
      else {
        throw files.error(key, "must name a file inside the folder of the model.json, found \"\(file.prefix(80))\"")
      }
    }
  }
}

extension DiffusionConfiguration {
  /// s_1, the square root of eta_1.
  fileprivate var firstEtaRoot: Double { min(minNoiseLevel / kappa, minNoiseLevel) }
}
