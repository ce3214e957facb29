import Layers
import TensorCore

/// What turns pictures into latents and back, of either kind.
public enum Autoencoder: Sendable {
  case vq(VQModel)
  case pixelUnshuffle(PixelUnshuffle)

  /// `weights` is asked for only by kinds that have any.
  public init(_ configuration: AutoencoderConfiguration, weights: () throws -> Weights) throws {
    switch configuration {
    case .vq(let vq): self = .vq(try VQModel(vq, try weights()))
    case .pixelUnshuffle(let factor): self = .pixelUnshuffle(PixelUnshuffle(factor: factor))
    }
  }

  /// [N, H, W, 3] in [-1, 1] to a latent.
  public func encode(_ x: Tensor) -> Tensor {
    switch self {
    case .vq(let model): model.encode(x)
    case .pixelUnshuffle(let model): model.encode(x)
    }
  }

  /// A latent to [N, H, W, 3], not clamped.
  public func decode(_ z: Tensor) -> Tensor {
    switch self {
    case .vq(let model): model.decode(z)
    case .pixelUnshuffle(let model): model.decode(z)
    }
  }
}
