import Diffusion
import Models

/// What a model computes: its networks and the diffusion between them.
public struct ModelArchitecture: Sendable, Equatable {
  public var unet: UNetConfiguration
  public var autoencoder: AutoencoderConfiguration
  public var diffusion: DiffusionConfiguration
  /// The network that makes the start of an enlarging model; nil = the bicubic enlargement.
  public var start: StartConfiguration?
}
