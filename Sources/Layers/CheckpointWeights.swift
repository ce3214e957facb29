import Checkpoints
import TensorCore

/// The weights of one checkpoint file, with a record of which were used.
public final class CheckpointWeights: WeightSource {
  private let checkpoint: Checkpoint
  private var used: Set<String> = []

  public init(_ checkpoint: Checkpoint) {
    self.checkpoint = checkpoint
  }

  /// Throws `CheckpointError.missingTensor` or `.wrongShape`, naming the file and the tensor.
  public func tensor(_ name: String, shape: [Int]) throws -> Tensor {
    guard let info = checkpoint.info(name) else {
      throw CheckpointError.missingTensor(file: checkpoint.path, tensor: name, expectedShape: shape)
    }
    guard info.shape == shape else {
      throw CheckpointError.wrongShape(file: checkpoint.path, tensor: name, expected: shape, found: info.shape)
    }
    used.insert(name)
    let shape = Shape(weights: shape)
    return try Tensor(shape) { out in
      try checkpoint.read(name, into: UnsafeMutableBufferPointer(start: out, count: shape.count))
    }
  }

  /// Throws `CheckpointError.surplusTensors` if the file holds weights that the network did not ask for.
  public func finish() throws {
    let buffers = ["attn_mask", "relative_position_index"]
    let surplus = checkpoint.tensors.map(\.name).filter { name in
      !used.contains(name) && !buffers.contains { name == $0 || name.hasSuffix("." + $0) }
    }
    if !surplus.isEmpty { throw CheckpointError.surplusTensors(file: checkpoint.path, tensors: surplus) }
  }
}
