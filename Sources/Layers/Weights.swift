import TensorCore

/// Where a network's weights come from: a checkpoint, or a generator.
public protocol WeightSource: AnyObject {
  /// The tensor `name` in PyTorch's element order; throws if it is missing or of another shape.
  func tensor(_ name: String, shape: [Int]) throws -> Tensor
}

/// A place in a checkpoint. Layers take theirs in `init`, so that a network that exists is complete.
public struct Weights {
  private let source: any WeightSource
  /// The checkpoint path so far, such as `input_blocks.1.0`.
  public let path: String
  /// What activations are recorded under: the path behind the name of the network.
  let traceName: String

  public init(_ source: any WeightSource, network: String) {
    self.source = source
    path = ""
    traceName = network
  }

  private init(source: any WeightSource, path: String, traceName: String) {
    self.source = source
    self.path = path
    self.traceName = traceName
  }

  /// One level down; `key` may have several parts.
  public func at(_ key: String) -> Weights {
    Weights(source: source, path: path.isEmpty ? key : path + "." + key, traceName: traceName + "." + key)
  }

  /// One level down by number.
  public func at(_ index: Int) -> Weights { at(String(index)) }

  /// The tensor `key` here, of a shape as PyTorch prints it; held as [first side, 1, 1, the others].
  public func tensor(_ key: String, _ shape: [Int]) throws -> Tensor {
    try source.tensor(at(key).path, shape: shape)
  }

  /// A probe that records the output of the layer at this place.
  public var probe: Probe { Probe(path: traceName) }
}

/// Records the output of one layer for comparisons; costs nothing without an `ActivationTrace`.
public struct Probe: Sendable {
  let path: String

  /// Records `output`, under the layer's own path or that of an inner part of it, and returns it.
  @discardableResult
  public func callAsFunction(_ output: Tensor, _ part: String? = nil) -> Tensor {
    record(part) { output }
    return output
  }

  /// Records what `output` makes, which is called only with an `ActivationTrace`.
  public func record(_ part: String? = nil, _ output: () -> Tensor) {
    ActivationTrace.record(part.map { path + "." + $0 } ?? path, output)
  }
}
