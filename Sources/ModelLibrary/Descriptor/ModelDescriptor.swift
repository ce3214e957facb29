import Diffusion
import Models

/// A model as its `model.json` describes it.
public struct ModelDescriptor: Sendable, Equatable {
  public var identity: ModelIdentity
  public var licence: Licence
  public var files: ModelFiles
  public var architecture: ModelArchitecture
  public var policy: ModelPolicy
}

// What is asked for most, by its short name.
extension ModelDescriptor {
  public var name: String {
    get { identity.name }
    set { identity.name = newValue }
  }
  public var title: String {
    get { identity.title }
    set { identity.title = newValue }
  }
  public var task: ModelTask {
    get { identity.task }
    set { identity.task = newValue }
  }
  public var folder: String? {
    get { files.folder }
    set { files.folder = newValue }
  }
  public var unet: UNetConfiguration {
    get { architecture.unet }
    set { architecture.unet = newValue }
  }
  public var autoencoder: AutoencoderConfiguration {
    get { architecture.autoencoder }
    set { architecture.autoencoder = newValue }
  }
  public var diffusion: DiffusionConfiguration {
    get { architecture.diffusion }
    set { architecture.diffusion = newValue }
  }
  public var start: StartConfiguration? {
    get { architecture.start }
    set { architecture.start = newValue }
  }
  public var fill: HoleFill {
    get { policy.fill }
    set { policy.fill = newValue }
  }
  public var frame: Frame {
    get { policy.frame }
    set { policy.frame = newValue }
  }
}
