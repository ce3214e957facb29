import Diffusion
import Models

extension ModelDescriptor {
  /// The names that `architecture(named:)` knows.
  public static let architectureNames = [
    "realsr", "realsr-x2", "inpaint", "faceir", "compact-sr", "compact-sr-start", "compact-sr-x2", "compact-inpaint",
    "compact-restore",
  ]

  /// A published or built-in architecture without files, for use with random weights. Throws `ModelError.unknownArchitecture`.
  public static func architecture(named name: String) throws -> ModelDescriptor {
    switch name {
    case "realsr": published(name, .superResolution, sf: 4, lqSize: 64)
    case "realsr-x2": published(name, .superResolution, sf: 2, lqSize: 128)
    case "inpaint": published(name, .inpainting, sf: 1, lqSize: 256)
    case "faceir": published(name, .restoration, sf: 1, lqSize: 512)
    case "compact-sr":
      compact(
        name, .superResolution, unshuffle: 4, lqSize: 64, channels: 64, channelMult: [1, 2, 2],
        numResBlocks: [2, 2, 2],
        attentionResolutions: [32, 16], swinEmbedDim: 96, sf: 4, steps: 2, minNoiseLevel: 0.05, kappa: 0.4)
    case "compact-sr-start":
      compact(
        name, .superResolution, unshuffle: 4, lqSize: 64, channels: 32, channelMult: [1], numResBlocks: [1],
        swinEmbedDim: 32, sf: 4, steps: 2, minNoiseLevel: 0.05, kappa: 0.4,
        start: StartConfiguration(channels: 64, blocks: 16))
    case "compact-sr-x2":
      compact(
        name, .superResolution, unshuffle: 2, lqSize: 128, channels: 32, channelMult: [1, 2, 3],
        numResBlocks: [1, 2, 2],
        swinEmbedDim: 64, sf: 2, steps: 2, minNoiseLevel: 0.5, kappa: 0.4)
    case "compact-inpaint":
      compact(
        name, .inpainting, unshuffle: 8, lqSize: 256, channels: 32, channelMult: [1, 2, 2], numResBlocks: [1, 1, 1],
        swinEmbedDim: 64, sf: 1, steps: 2, minNoiseLevel: 0.5, kappa: 0.2)
    case "compact-restore":
      compact(
        name, .restoration, unshuffle: 2, lqSize: 256, channels: 32, channelMult: [1, 2, 3], numResBlocks: [1, 2, 2],
        swinEmbedDim: 64, sf: 1, steps: 2, minNoiseLevel: 0.5, kappa: 0.4)
    default:
      throw ModelError.unknownArchitecture(name, known: architectureNames)
    }
  }

  /// The sizes of the published four-step models: a 64 x 64 latent of a VQ autoencoder.
  private static func published(_ name: String, _ task: ModelTask, sf: Int, lqSize: Int) -> ModelDescriptor {
    let f4 = VQConfiguration(
      embedDim: 3, nEmbed: 8192, zChannels: 3, ch: 128, chMult: [1, 2, 4], numResBlocks: [2, 2, 2])
    let f8 = VQConfiguration(
      embedDim: 8, nEmbed: 4096, zChannels: 8, ch: 64, chMult: [1, 2, 4, 8], numResBlocks: [1, 2, 3, 4])
    let autoencoder = task == .restoration ? f8 : f4
    return withoutFiles(
      name, task,
      unet: UNetConfiguration(
        imageSize: 64, inChannels: autoencoder.embedDim, outChannels: autoencoder.embedDim, modelChannels: 160,
        channelMult: [1, 2, 2, 4], numResBlocks: [2, 2, 2, 2], attentionResolutions: [64, 32, 16, 8],
        numHeadChannels: 32, swinDepth: 2, swinEmbedDim: 192, windowSize: 8, mlpRatio: 4, lqSize: lqSize,
        condMask: task == .inpainting),
      autoencoder: .vq(autoencoder),
      diffusion: DiffusionConfiguration(sf: sf, steps: 4, minNoiseLevel: 0.2),
      ModelPolicy(frame: task == .restoration ? .face : .none))
  }

  /// The sizes of a built-in model: pixel-unshuffle instead of an autoencoder, for pictures of 256 x 256.
  private static func compact(
    _ name: String, _ task: ModelTask, unshuffle: Int, lqSize: Int, channels: Int, channelMult: [Int],
    numResBlocks: [Int], attentionResolutions: [Int] = [], swinEmbedDim: Int, sf: Int, steps: Int,
    minNoiseLevel: Double, kappa: Double, start: StartConfiguration? = nil
  ) -> ModelDescriptor {
    let latent = 3 * unshuffle * unshuffle
    var model = withoutFiles(
      name, task,
      unet: UNetConfiguration(
        imageSize: 256 / unshuffle, inChannels: latent, outChannels: latent, modelChannels: channels,
        channelMult: channelMult, numResBlocks: numResBlocks, attentionResolutions: attentionResolutions,
        numHeadChannels: 32, swinDepth: 2, swinEmbedDim: swinEmbedDim, windowSize: 8, mlpRatio: 2, lqSize: lqSize,
        condMask: task == .inpainting, shiftMask: .swin),
      autoencoder: .pixelUnshuffle(unshuffle),
      diffusion: DiffusionConfiguration(
        sf: sf, steps: steps, minNoiseLevel: minNoiseLevel, kappa: kappa, predictType: .residual, scaleFactor: 4),
      ModelPolicy(fill: task == .inpainting ? .exemplar : .blank))
    model.start = start
    return model
  }

  private static func withoutFiles(
    _ name: String, _ task: ModelTask, unet: UNetConfiguration, autoencoder: AutoencoderConfiguration,
    diffusion: DiffusionConfiguration, _ policy: ModelPolicy
  ) -> ModelDescriptor {
    ModelDescriptor(
      identity: ModelIdentity(name: name, title: name, task: task), licence: Licence(name: "none"),
      files: ModelFiles(unet: ModelFile(name: "")),
      architecture: ModelArchitecture(unet: unet, autoencoder: autoencoder, diffusion: diffusion), policy: policy)
  }
}
