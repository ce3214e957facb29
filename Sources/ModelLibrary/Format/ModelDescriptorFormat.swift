import Diffusion
import Models

// The fields of `model.json`: what reading, writing and checking know of their names, order, bounds and defaults. Names of
// parameters are the published ones.

extension ModelDescriptor {
  static var format: ObjectFormat<ModelDescriptor> {
    ObjectFormat(
      [
        .string("name", \.identity.name),
        .string("title", \.identity.title, whenMissing: \.name),
        .choice("task", \.identity.task),
        .string("licence", \.licence.name, whenMissing: { _ in Licence.unknown }),
        .optionalString("licence_url", \.licence.address),
        .object("files", \.files, ModelFiles.nameFormat),
        .optionalObject("source", \.files, ModelFiles.sourceFormat),
        .object("unet", \.architecture.unet, UNetConfiguration.format),
        .object(
          "autoencoder", \.architecture.autoencoder, read: AutoencoderConfiguration.init(_:), json: \.json),
        .object("diffusion", \.architecture.diffusion, DiffusionConfiguration.format),
        .optional("start", \.architecture.start, StartConfiguration.format, blank: .blank),
        .choice("fill", \.policy.fill, whenMissing: .blank),
        .choice("frame", \.policy.frame, whenMissing: Frame.none),
      ], ignoring: nil)
  }

  /// The fields of a configuration file, which has neither task nor files.
  static var configurationFormat: ObjectFormat<ModelDescriptor> {
    format.only(["name", "unet", "autoencoder", "diffusion"])
  }

  /// What fields are read into.
  static var blank: ModelDescriptor {
    ModelDescriptor(
      identity: ModelIdentity(name: "", title: "", task: .restoration), licence: Licence(name: Licence.unknown),
      files: ModelFiles(unet: ModelFile(name: "")),
      architecture: ModelArchitecture(unet: .blank, autoencoder: .pixelUnshuffle(1), diffusion: .blank),
      policy: ModelPolicy())
  }
}

extension ModelFiles {
  fileprivate static var nameFormat: ObjectFormat<ModelFiles> {
    ObjectFormat([
      .string("unet", \.unet.name), .optionalString("autoencoder", \.autoencoderName),
      .optionalString("start", \.startName),
    ])
  }

  /// Addresses of files that have been named.
  fileprivate static var sourceFormat: ObjectFormat<ModelFiles> {
    ObjectFormat(
      [
        .optionalString("unet", \.unet.source), .optionalString("autoencoder", \.autoencoderSource),
        .optionalString("start", \.startSource),
      ], ignoring: nil)
  }

  private var autoencoderName: String? {
    get { autoencoder?.name }
    set { autoencoder = newValue.map { ModelFile(name: $0, source: autoencoder?.source) } }
  }

  private var autoencoderSource: String? {
    get { autoencoder?.source }
    set { autoencoder?.source = newValue }
  }

  private var startName: String? {
    get { start?.name }
    set { start = newValue.map { ModelFile(name: $0, source: start?.source) } }
  }

  private var startSource: String? {
    get { start?.source }
    set { start?.source = newValue }
  }
}

extension StartConfiguration {
  fileprivate static var format: ObjectFormat<StartConfiguration> {
    ObjectFormat([.int("channels", \.channels, in: 1...1024), .int("blocks", \.blocks, in: 0...256)])
  }

  fileprivate static var blank: StartConfiguration { StartConfiguration(channels: 0, blocks: 0) }
}

extension UNetConfiguration {
  /// The parameters of `UNetModelSwin`.
  fileprivate static var format: ObjectFormat<UNetConfiguration> {
    ObjectFormat(
      [
        .int("image_size", \.imageSize, in: 1...4096),
        .int("in_channels", \.inChannels, in: 1...1024),
        .int("model_channels", \.modelChannels, in: 1...8192),
        .int("out_channels", \.outChannels, in: 1...1024),
        .ints("attention_resolutions", \.attentionResolutions, in: 1...4096, length: 0...16),
        .ints("channel_mult", \.channelMult, in: 1...64, length: 1...8),
        .intPerLevel("num_res_blocks", \.numResBlocks, in: 1...32, levels: \.channelMult),
        .int("num_head_channels", \.numHeadChannels, in: 1...8192),
        .fixed("use_scale_shift_norm", true, whenMissing: false),
        .int("swin_depth", \.swinDepth, in: 1...64),
        .int("swin_embed_dim", \.swinEmbedDim, in: 1...8192),
        .int("window_size", \.windowSize, in: 1...64),
        .positive("mlp_ratio", \.mlpRatio, upTo: 64),
        .fixed("cond_lq", true, whenMissing: true),
        .bool("cond_mask", \.condMask, whenMissing: false),
        .int("lq_size", \.lqSize, in: 1...16384),
        .choice("shift_mask", \.shiftMask, whenMissing: .published),
        .fixed("conv_resample", true, whenMissing: true, isWritten: false),
        .fixed("resblock_updown", false, whenMissing: false, isWritten: false),
        .fixed("patch_norm", false, whenMissing: false, isWritten: false),
        .fixed("dims", .number(2), isWritten: false),
        .fixed("num_classes", .null, isWritten: false),
        // Training and precision settings, and num_heads, which has no say beside num_head_channels.
      ], ignoring: ["dropout", "use_fp16", "use_checkpoint", "num_heads"])
  }

  fileprivate static var blank: UNetConfiguration {
    UNetConfiguration(
      imageSize: 0, inChannels: 0, outChannels: 0, modelChannels: 0, channelMult: [], numResBlocks: [],
      attentionResolutions: [], numHeadChannels: 0, swinDepth: 0, swinEmbedDim: 0, windowSize: 0, mlpRatio: 0,
      lqSize: 0)
  }
}

extension AutoencoderConfiguration {
  /// Reads `embed_dim`, `n_embed` and `ddconfig` of a `VQModel`, or `pixel_unshuffle`.
  fileprivate init(_ object: ConfigurationObject) throws {
    if object.has("pixel_unshuffle") {
      var factor = 1
      try Self.pixelUnshuffleFormat.read(object, into: &factor)
      self = .pixelUnshuffle(factor)
    } else {
      var vq = VQConfiguration(embedDim: 0, nEmbed: 0, zChannels: 0, ch: 0, chMult: [], numResBlocks: [])
      try VQConfiguration.format.read(object, into: &vq)
      self = .vq(vq)
    }
  }

  fileprivate var json: JSONValue {
    switch self {
    case .pixelUnshuffle(let factor): Self.pixelUnshuffleFormat.json(factor)
    case .vq(let vq): VQConfiguration.format.json(vq)
    }
  }

  private static var pixelUnshuffleFormat: ObjectFormat<Int> {
    ObjectFormat([.int("pixel_unshuffle", \.self, in: 1...16)])
  }
}

extension VQConfiguration {
  fileprivate static var format: ObjectFormat<VQConfiguration> {
    ObjectFormat(
      [
        .int("embed_dim", \.embedDim, in: 1...1024),
        .int("n_embed", \.nEmbed, in: 1...(1 << 20)),
        .object("ddconfig", \.self, ddconfigFormat),
      ], ignoring: ["use_fp16", "lossconfig"])
  }

  private static var ddconfigFormat: ObjectFormat<VQConfiguration> {
    ObjectFormat(
      [
        .fixed("double_z", false, whenMissing: true),
        .int("z_channels", \.zChannels, in: 1...1024),
        .int("in_channels", \.inChannels, in: 3...3),
        .int("out_ch", \.outCh, in: 3...3),
        .int("ch", \.ch, in: 1...8192),
        .ints("ch_mult", \.chMult, in: 1...64, length: 1...8),
        .intPerLevel("num_res_blocks", \.numResBlocks, in: 1...32, levels: \.chMult),
        .fixed("attn_resolutions", .array([])),
        .fixed("resamp_with_conv", true, whenMissing: true, isWritten: false),
        .fixed("give_pre_end", false, whenMissing: false, isWritten: false),
        .fixed("use_linear_attn", false, whenMissing: false, isWritten: false),
        .fixed("padding_mode", .string("zeros"), isWritten: false),
        .fixed("attn_type", .string("vanilla"), isWritten: false),
        // `resolution` is the size of the training pictures.
      ], ignoring: ["resolution", "dropout"])
  }
}

extension DiffusionConfiguration {
  fileprivate static var format: ObjectFormat<DiffusionConfiguration> {
    ObjectFormat(
      [
        .int("sf", \.sf, in: 1...16),
        .fixed("schedule_name", .string("exponential")),
        .object("schedule_kwargs", \.self, ObjectFormat([.positive("power", \.power, upTo: 100)])),
        .positive("etas_end", \.etasEnd, upTo: 1),
        .int("steps", \.steps, in: 2...1000),
        .positive("min_noise_level", \.minNoiseLevel, upTo: 1),
        .positive("kappa", \.kappa, upTo: 1000),
        .choice("predict_type", \.predictType),
        .positive("scale_factor", \.scaleFactor, upTo: 1e6),
        .bool("normalize_input", \.normalizeInput, whenMissing: true),
        .bool("latent_flag", \.latentFlag, whenMissing: true),
        .fixed("timestep_respacing", .null, isWritten: false),
        // `weighted_mse` belongs to the training loss.
      ], ignoring: ["weighted_mse"])
  }

  fileprivate static var blank: DiffusionConfiguration { DiffusionConfiguration(sf: 1, steps: 2, minNoiseLevel: 1) }
}
