/// The names that a pickle of weights may mention, and what each stands for. Everything else is refused.
enum PickleName: Equatable {
  /// A dictionary that starts empty.
  case dictionary
  /// `_rebuild_tensor*(storage, offset, shape, strides, ...)`
  case rebuildTensor
  /// `_rebuild_parameter*(tensor, ...)`: the tensor itself.
  case rebuildParameter
  /// The type of the elements of a storage.
  case storage(ElementType)
  /// What training tools store beside the weights: allowed, but never evaluated.
  case inert

  /// The meaning of `module.name`, nil if it is not allowed.
  init?(module: String, name: String) {
    switch (module, name) {
    case ("collections", "OrderedDict"), ("collections", "defaultdict"), ("collections", "Counter"):
      self = .dictionary
    case ("torch._utils", "_rebuild_tensor"), ("torch._utils", "_rebuild_tensor_v2"):
      self = .rebuildTensor
    case ("torch._utils", "_rebuild_parameter"), ("torch._utils", "_rebuild_parameter_with_state"):
      self = .rebuildParameter
    case ("torch", _):
      if let type = Self.storages[name] {
        self = .storage(type)
      } else if Self.inertOfTorch.contains(name) {
        self = .inert
      } else {
        return nil
      }
    case ("builtins", "set"), ("builtins", "frozenset"), ("__builtin__", "set"), ("__builtin__", "frozenset"),
      ("builtins", "int"), ("builtins", "float"), ("builtins", "list"), ("builtins", "dict"), ("__builtin__", "list"),
      ("_codecs", "encode"), ("numpy", "dtype"), ("numpy", "ndarray"),
      ("numpy.core.multiarray", "scalar"), ("numpy._core.multiarray", "scalar"),
      ("numpy.core.multiarray", "_reconstruct"), ("numpy._core.multiarray", "_reconstruct"),
      ("pytorch_lightning.callbacks.model_checkpoint", "ModelCheckpoint"):
      self = .inert
    default:
      return nil
    }
  }

  private static let storages: [String: ElementType] = [
    "FloatStorage": .float32, "HalfStorage": .float16, "BFloat16Storage": .bfloat16, "DoubleStorage": .float64,
    "LongStorage": .int64, "IntStorage": .int32, "ShortStorage": .int16, "CharStorage": .int8,
    "ByteStorage": .uint8, "BoolStorage": .bool, "ComplexFloatStorage": .complex64,
    "ComplexDoubleStorage": .complex128,
  ]

  private static let inertOfTorch: Set<String> = [
    "Size", "device", "float32", "float16", "bfloat16", "float64", "int64", "int32", "int16", "int8", "uint8", "bool",
    "contiguous_format", "channels_last", "strided",
  ]
}
