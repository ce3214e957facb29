import Checkpoints
import Layers
import Models

/// The two networks of a model, of which each has a file of its own.
public enum NetworkKind: String, Sendable {
  case unet
  case autoencoder

  /// Which of them a checkpoint holds, by its tensors; nil for neither.
  public init?(of checkpoint: Checkpoint) {
    if checkpoint.info("input_blocks.0.0.weight") != nil, checkpoint.info("time_embed.0.weight") != nil {
      self = .unet
    } else if checkpoint.info("encoder.conv_in.weight") != nil, checkpoint.info("quantize.embedding.weight") != nil {
      self = .autoencoder
    } else {
      return nil
    }
  }
}

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
    case .autoencoder: _ = try Autoencoder(autoencoder) { Weights(source, network: "ae") }
    }
  }
}

/// How the tensors of a file differ from those of a network.
public struct TensorDifference: Sendable, Equatable {
  public var missing: [String] = []
  public var surplus: [String] = []
  public var ofOtherShape: [String] = []

  public var count: Int { missing.count + surplus.count + ofOtherShape.count }

  /// `expected` as `ModelDescriptor.tensors(of:)` has it; buffers of the file count for nothing.
  init(_ checkpoint: Checkpoint, expected: [String: [Int]]) {
    let found = Dictionary(uniqueKeysWithValues: checkpoint.weights.map { ($0.name, $0.shape) })
    missing = expected.keys.filter { found[$0] == nil }.sorted()
    surplus = found.keys.filter { expected[$0] == nil }.sorted()
    ofOtherShape = expected.filter { found[$0.key] != nil && found[$0.key] != $0.value }.map(\.key).sorted()
  }
}

extension Checkpoint {
  package var shapes: [String: [Int]] { Dictionary(uniqueKeysWithValues: tensors.map { ($0.name, $0.shape) }) }
}
