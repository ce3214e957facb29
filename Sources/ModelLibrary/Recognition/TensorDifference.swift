import Checkpoints

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
