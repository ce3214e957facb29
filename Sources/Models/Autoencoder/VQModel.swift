import Layers
import TensorCore

/// The VQ autoencoder (LDM's VQGAN): pictures [N, H, W, 3] in [-1, 1] to latents [N, H/f, W/f, embed] and back.
public struct VQModel: Sendable {
  private let encoder: Encoder
  private let quantConv: Conv2d
  private let quantizer: VectorQuantizer
  private let postQuantConv: Conv2d
  private let decoder: Decoder

  public init(_ configuration: VQConfiguration, _ at: Weights) throws {
    encoder = try Encoder(configuration, at.at("encoder"))
    quantConv = try Conv2d(configuration.zChannels, configuration.embedDim, kernel: 1, at.at("quant_conv"))
    quantizer = try VectorQuantizer(codes: configuration.nEmbed, dim: configuration.embedDim, at.at("quantize"))
    postQuantConv = try Conv2d(configuration.embedDim, configuration.zChannels, kernel: 1, at.at("post_quant_conv"))
    decoder = try Decoder(configuration, at.at("decoder"))
  }

  /// The latent of a picture, not quantised.
  public func encode(_ x: Tensor) -> Tensor { quantConv(encoder(x)) }

  /// The picture of a latent, each vector replaced by its nearest codebook entry first.
  public func decode(_ z: Tensor) -> Tensor { decode(codes: codes(z), shape: z.shape) }

  /// The codebook index of each position of a latent, row-major.
  public func codes(_ z: Tensor) -> [Int32] { quantizer.indices(z) }

  /// The picture of given codebook indices; `shape` is that of the latent.
  public func decode(codes: [Int32], shape: Shape) -> Tensor {
    decoder(postQuantConv(quantizer.lookUp(codes, shape)))
  }
}
