import Diffusion
import Models

/// What a model computes: its two networks and the diffusion between them.
public struct ModelArchitecture: Sendable, Equatable {
  public var unet: UNetConfiguration
  public var autoencoder: AutoencoderConfiguration
  public var diffusion: DiffusionConfiguration
}
