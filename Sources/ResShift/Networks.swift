import Checkpoints
import Diffusion
import Layers
import Models

/// The loaded networks of one model.
struct Networks: Sendable {
  let unet: UNetModelSwin
  let autoencoder: Autoencoder
  let sampler: Sampler

  /// Loads both files of a model; surplus, missing and wrongly shaped tensors are errors.
  init(_ descriptor: ModelDescriptor) throws {
    let unetSource = try Self.open(descriptor, descriptor.unetFile)
    unet = try UNetModelSwin(descriptor.unet, Weights(unetSource, network: "unet"))
    try unetSource.finish()
    var autoencoderSource: CheckpointWeights?
    autoencoder = try Autoencoder(descriptor.autoencoder, latentSize: descriptor.unet.imageSize) {
      guard let file = descriptor.autoencoderFile else {
        throw RestoreError.badModel("\(descriptor.name): model.json names no autoencoder file under \"files\".")
      }
      let source = try Self.open(descriptor, file)
      autoencoderSource = source
      return Weights(source, network: "ae")
    }
    try autoencoderSource?.finish()
    sampler = Sampler(GaussianDiffusion(descriptor.diffusion))
  }

  /// The same architecture with random weights: for measuring, without files.
  init(_ descriptor: ModelDescriptor, randomWeightsSeed seed: UInt64) throws {
    let source = RandomWeights(seed: seed)
    unet = try UNetModelSwin(descriptor.unet, Weights(source, network: "unet"))
    autoencoder = try Autoencoder(descriptor.autoencoder, latentSize: descriptor.unet.imageSize) {
      Weights(source, network: "ae")
    }
    sampler = Sampler(GaussianDiffusion(descriptor.diffusion))
  }

  private static func open(_ descriptor: ModelDescriptor, _ file: String) throws -> CheckpointWeights {
    guard let folder = descriptor.folder else {
      throw RestoreError.badModel("\(descriptor.name) is an architecture without files; it can only be measured.")
    }
    return CheckpointWeights(try Checkpoint(path: folder + "/" + file))
  }
}
