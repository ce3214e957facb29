/// The type of a stored tensor's elements.
public enum ElementType: String, Sendable, CaseIterable {
  case float32, float16, bfloat16
  case float64, float8e4m3, float8e5m2, complex64, complex128
  case int64, int32, int16, int8
  case uint64, uint32, uint16, uint8
  case bool

  /// Bytes of one element.
  public var size: Int {
    switch self {
    case .complex128: 16
    case .float64, .complex64, .int64, .uint64: 8
    case .float32, .int32, .uint32: 4
    case .float16, .bfloat16, .int16, .uint16: 2
    case .float8e4m3, .float8e5m2, .int8, .uint8, .bool: 1
    }
  }
}

/// What a checkpoint says about one of its tensors.
public struct TensorInfo: Sendable, Equatable {
  /// The name in the network, without `module.` and `_orig_mod.`.
  public let name: String
  /// Sizes of the axes, outermost first, as in PyTorch; empty for a single number.
  public let shape: [Int]
  public let elementType: ElementType
  /// The number of elements, at most the file's size in bytes.
  public let count: Int
}
