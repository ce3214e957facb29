import Checkpoints
import Layers
import Models

extension ModelDescriptor {
  /// Throws the first `CheckpointError` that keeps a file from being this model's: container, tensors missing, surplus or of
  /// another shape or type.
  package func check(_ checkpoint: Checkpoint, as kind: NetworkKind) throws {
    let source = CheckpointWeights(checkpoint)
    try build(kind, source)
    try source.finish()
  }

  /// Names and shapes of all tensors of one of its networks, as its configuration has them.
  package func tensors(of kind: NetworkKind) throws -> [String: [Int]] {
    let count = ParameterCount()
    try build(kind, count)
    return count.shapes
  }

  private func build(_ kind: NetworkKind, _ source: any WeightSource) throws {
    switch kind {
    case .unet: _ = try UNetModelSwin(unet, Weights(source, network: "unet"))
    case .start:
      if let start { _ = try StartNetwork(start, scale: diffusion.sf, Weights(source, network: "start")) }
    case .autoencoder: _ = try Autoencoder(autoencoder) { Weights(source, network: "ae") }
    }
  }
}
