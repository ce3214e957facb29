import TensorCore

/// A source of weights that are never read: building a network with it counts the parameters and takes no memory for them.
public final class ParameterCount: WeightSource {
  /// Trainable numbers asked for so far.
  public private(set) var total = 0
  /// Shapes by name, as in a checkpoint.
  public private(set) var shapes: [String: [Int]] = [:]

  public init() {}

  public func tensor(_ name: String, shape: [Int]) -> Tensor {
    let held = Shape(weights: shape)
    total += held.count
    shapes[name] = shape
    return Tensor(whenFirstRead: held) { $0.update(repeating: 0, count: held.count) }
  }
}
