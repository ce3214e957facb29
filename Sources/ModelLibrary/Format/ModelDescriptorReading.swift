import Diffusion
import FoundationEssentials
import Models

extension ModelDescriptor {
  /// A `model.json` is a page of text; anything longer is something else.
  private static let longestFile = 1 << 20

  /// Reads a `model.json`, given its path or that of its folder, and checks that its network can be built.
  ///
  /// Throws `RestoreError.notFound` when there is no such file, otherwise `RestoreError.badModel` with file and key.
  /// Nothing is allocated and the files that it names are not touched.
  public init(contentsOf path: String) throws {
    let file = ModelPath.isFolder(path) ? ModelPath.join(path, "model.json") : path
    try self.init(Self.object(ofFile: file))
    folder = ModelPath.folder(ofFile: ModelPath.absolute(file))
  }

  /// Reads the text of a `model.json`; errors name `file`, which need not exist.
  package init(json: Data, of file: String) throws {
    try self.init(ConfigurationObject(file: file, bytes: json))
  }

  private init(_ root: ConfigurationObject) throws {
    let files = try root.object("files")
    let autoencoder = try AutoencoderConfiguration(root.object("autoencoder"))
    try self.init(
      name: root.string("name"), task: root.choice("task"), unetFile: files.string("unet"),
      autoencoderFile: files.has("autoencoder") ? files.string("autoencoder") : nil,
      autoencoder: autoencoder, root: root)
    try files.finish()
    try checkFileNames(files)
    title = root.has("title") ? try root.string("title") : name
    licence = root.has("licence") ? try root.string("licence") : "unknown"
    licenceSource = root.has("licence_url") ? try root.string("licence_url") : nil
    fill = root.has("fill") ? try root.choice("fill") : .blank
    frame = root.has("frame") ? try root.choice("frame") : .none
    if root.has("source") {
      let source = try root.object("source")
      unetSource = source.has("unet") ? try source.string("unet") : nil
      autoencoderSource = source.has("autoencoder") ? try source.string("autoencoder") : nil
    }
    try validate(root)
  }

  /// Reads a configuration that has `unet`, `autoencoder` and `diffusion` but neither task nor files.
  ///
  /// The task is inferred when not given: `sf` above 1 is super-resolution, `cond_mask` inpainting, else restoration.
  package init(
    configuration file: String, task: ModelTask? = nil, unetFile: String = "unet.pth",
    autoencoderFile: String? = "autoencoder.pth"
  ) throws {
    let root = try Self.object(ofFile: file)
    try self.init(
      name: root.string("name"), task: .restoration, unetFile: unetFile, autoencoderFile: autoencoderFile,
      autoencoder: AutoencoderConfiguration(root.object("autoencoder")), root: root)
    self.task = task ?? (diffusion.sf > 1 ? .superResolution : unet.condMask ? .inpainting : .restoration)
    folder = ModelPath.folder(ofFile: ModelPath.absolute(file))
    try validate(root)
  }

  private init(
    name: String, task: ModelTask, unetFile: String, autoencoderFile: String?,
    autoencoder: AutoencoderConfiguration, root: ConfigurationObject
  ) throws {
    self.init(
      name: name, title: name, task: task, licence: "unknown", folder: nil, unetFile: unetFile,
      autoencoderFile: autoencoderFile, unet: try UNetConfiguration(root.object("unet")), autoencoder: autoencoder,
      diffusion: try DiffusionConfiguration(root.object("diffusion")))
  }

  private static func object(ofFile file: String) throws -> ConfigurationObject {
    guard ModelPath.exists(file) else {
      throw RestoreError.notFound("\(file): no such file; a model is a folder with a model.json")
    }
    let size = ModelPath.sizeOfFile(file)
    if let size, size > longestFile {
      throw RestoreError.badModel("\(file): too long for a model.json (\(size) bytes)")
    }
    guard size != nil, let bytes = FileManager.default.contents(atPath: file) else {
      throw RestoreError.badModel("\(file): not a file that can be read")
    }
    return try ConfigurationObject(file: file, bytes: bytes)
  }
}

extension UNetConfiguration {
  /// Reads the parameters of `UNetModelSwin` by their published names.
  init(_ unet: ConfigurationObject) throws {
    let channelMult = try unet.ints("channel_mult", in: 1...64, length: 1...8)
    let swinEmbedDim = try unet.int("swin_embed_dim", in: 1...8192)
    try self.init(
      imageSize: unet.int("image_size", in: 1...4096),
      inChannels: unet.int("in_channels", in: 1...1024),
      outChannels: unet.int("out_channels", in: 1...1024),
      modelChannels: unet.int("model_channels", in: 1...8192),
      channelMult: channelMult,
      numResBlocks: unet.intPerLevel("num_res_blocks", in: 1...32, count: channelMult.count),
      attentionResolutions: unet.ints("attention_resolutions", in: 1...4096, length: 0...16),
      numHeadChannels: unet.int("num_head_channels", in: 1...8192),
      swinDepth: unet.int("swin_depth", in: 1...64),
      swinEmbedDim: swinEmbedDim,
      windowSize: unet.int("window_size", in: 1...64),
      mlpRatio: unet.positive("mlp_ratio", upTo: 64),
      lqSize: unet.int("lq_size", in: 1...16384),
      condMask: unet.bool("cond_mask", default: false),
      shiftMask: unet.has("shift_mask") ? unet.choice("shift_mask") : .published)
    try unet.require("cond_lq", true, default: true)
    try unet.require("use_scale_shift_norm", true, default: false)
    try unet.require("conv_resample", true, default: true)
    try unet.require("resblock_updown", false, default: false)
    try unet.require("patch_norm", false, default: false)
    try unet.allow("dims", expected: "2") { if case .number(2) = $0 { true } else { false } }
    try unet.allow("num_classes", expected: "null") { if case .null = $0 { true } else { false } }
    // Training and precision settings, and num_heads, which has no say beside num_head_channels.
    try unet.finish(ignoring: ["dropout", "use_fp16", "use_checkpoint", "num_heads"])
  }
}

extension AutoencoderConfiguration {
  /// Reads `embed_dim`, `n_embed` and `ddconfig` of a `VQModel`, or `pixel_unshuffle`.
  init(_ autoencoder: ConfigurationObject) throws {
    if autoencoder.has("pixel_unshuffle") {
      self = .pixelUnshuffle(try autoencoder.int("pixel_unshuffle", in: 1...16))
      try autoencoder.finish()
      return
    }
    let ddconfig = try autoencoder.object("ddconfig")
    let chMult = try ddconfig.ints("ch_mult", in: 1...64, length: 1...8)
    self = try .vq(
      VQConfiguration(
        embedDim: autoencoder.int("embed_dim", in: 1...1024), nEmbed: autoencoder.int("n_embed", in: 1...(1 << 20)),
        zChannels: ddconfig.int("z_channels", in: 1...1024), inChannels: ddconfig.int("in_channels", in: 3...3),
        outCh: ddconfig.int("out_ch", in: 3...3), ch: ddconfig.int("ch", in: 1...8192), chMult: chMult,
        numResBlocks: ddconfig.intPerLevel("num_res_blocks", in: 1...32, count: chMult.count)))
    try ddconfig.require("double_z", false, default: true)
    try ddconfig.require("resamp_with_conv", true, default: true)
    try ddconfig.require("give_pre_end", false, default: false)
    try ddconfig.require("use_linear_attn", false, default: false)
    try ddconfig.allow("attn_resolutions", expected: "an empty list") {
      if case .array(let entries) = $0 { entries.isEmpty } else { false }
    }
    try ddconfig.allow("padding_mode", expected: "\"zeros\"") { if case .string("zeros") = $0 { true } else { false } }
    try ddconfig.allow("attn_type", expected: "\"vanilla\"") { if case .string("vanilla") = $0 { true } else { false } }
    // `resolution` is the size of the training pictures; the others are training settings.
    try ddconfig.finish(ignoring: ["resolution", "dropout"])
    try autoencoder.finish(ignoring: ["use_fp16", "lossconfig"])
  }
}

extension DiffusionConfiguration {
  /// Reads the parameters of the diffusion by their published names.
  init(_ diffusion: ConfigurationObject) throws {
    try diffusion.allow("schedule_name", expected: "\"exponential\"") {
      if case .string("exponential") = $0 { true } else { false }
    }
    let schedule = try diffusion.object("schedule_kwargs")
    try self.init(
      sf: diffusion.int("sf", in: 1...16),
      steps: diffusion.int("steps", in: 2...1000),
      minNoiseLevel: diffusion.positive("min_noise_level", upTo: 1),
      etasEnd: diffusion.positive("etas_end", upTo: 1),
      kappa: diffusion.positive("kappa", upTo: 1000),
      power: schedule.positive("power", upTo: 100),
      predictType: diffusion.choice("predict_type"),
      scaleFactor: diffusion.positive("scale_factor", upTo: 1e6),
      normalizeInput: diffusion.bool("normalize_input", default: true),
      latentFlag: diffusion.bool("latent_flag", default: true))
    try schedule.finish()
    try diffusion.allow("timestep_respacing", expected: "null") { if case .null = $0 { true } else { false } }
    // `weighted_mse` belongs to the training loss.
    try diffusion.finish(ignoring: ["weighted_mse"])
  }
}
