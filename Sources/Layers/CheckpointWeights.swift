import Checkpoints
import TensorCore

/// The weights of one checkpoint file, with a record of which were used.
public final class CheckpointWeights: WeightSource {
  private let checkpoint: Checkpoint
  private var used: Set<String> = []

  public init(_ checkpoint: Checkpoint) {
    self.checkpoint = checkpoint
  }

  /// Throws `CheckpointError.missingTensor`, `.wrongShape` or `.wrongElementType`, naming the file and the tensor.
  ///
  /// Elements that lie in the file as they are used stay there; others are converted when they are first read.
  public func tensor(_ name: String, shape: [Int]) throws -> Tensor {
    guard let info = checkpoint.info(name) else {
      throw CheckpointError.missingTensor(file: checkpoint.path, tensor: name, expectedShape: shape)
    }
    guard info.shape == shape else {
      throw CheckpointError.wrongShape(file: checkpoint.path, tensor: name, expected: shape, found: info.shape)
    }
    used.insert(name)
    let shape = Shape(weights: shape)
    let elements = try checkpoint.elements(name, count: shape.count)
    if let floats = elements.inPlace { return Tensor(shape, borrowing: floats, of: elements) }
    return Tensor(whenFirstRead: shape) { elements.copy(to: $0) }
  }

  /// Throws `CheckpointError.surplusTensors` if the file holds weights that the network did not ask for.
  public func finish() throws {
    let surplus = checkpoint.weights.map(\.name).filter { !used.contains($0) }
    if !surplus.isEmpty { throw CheckpointError.surplusTensors(file: checkpoint.path, tensors: surplus) }
  }
}
