import Diffusion
import Models

/// What a model is for; the raw values are those of `model.json`.
public enum ModelTask: String, Sendable, CaseIterable {
  case superResolution = "super-resolution"
  case inpainting
  case restoration
}

/// What an inpainting network sees in the hole.
public enum HoleFill: String, Sendable, CaseIterable {
  /// -1, as in the published models.
  case blank
  /// A smooth fill that the network corrects.
  case pushPull = "push-pull"
  /// A fill of pieces of the surroundings that the network corrects.
  case exemplar
}

/// Whether a model wants pictures as they are or one face in its own frame.
public enum Frame: String, Sendable, CaseIterable {
  case none
  case face
}

/// A model as its `model.json` describes it: what it is for, its files, its architecture and its diffusion.
public struct ModelDescriptor: Sendable, Equatable {
  public var name: String
  public var title: String
  public var task: ModelTask
  public var licence: String
  /// Where the licence can be read; nil when model.json does not say.
  public var licenceSource: String?
  /// Absolute path of the folder of `model.json`; nil for an architecture without files (`architecture(named:)`).
  public var folder: String?
  /// File names, relative to the folder and never leaving it.
  public var unetFile: String
  public var autoencoderFile: String?
  public var unet: UNetConfiguration
  public var autoencoder: AutoencoderConfiguration
  public var diffusion: DiffusionConfiguration
  /// Where the published files can be had; nil when model.json does not say.
  public var unetSource: String?
  public var autoencoderSource: String?
  public var fill: HoleFill = .blank
  public var frame: Frame = .none
}
