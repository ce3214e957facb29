import ModelLibrary
import TensorCore

/// The numbers that networks multiply.
public typealias Precision = TensorCore.Precision

/// In which numbers networks are to multiply.
public enum PrecisionChoice: String, CaseIterable, Sendable {
  /// bfloat16 where it is worth it and makes no visible difference: for models without a codebook, on processors with matrix units. Float32
  /// elsewhere: with a codebook latents are off by 1 to 3 %, so that other codes are found.
  case automatic = "auto"
  case float32
  case bf16

  /// What that is for a model. Throws `RestoreError.noInstructions` for what this processor cannot.
  public func resolved(for model: ModelDescriptor) throws(RestoreError) -> Precision {
    try check()
    switch self {
    case .automatic:
      if case .vq = model.autoencoder { return .float32 }
      return Precision.bf16.hasMatrixUnits ? .bf16 : .float32
    case .float32: return .float32
    case .bf16: return .bf16
    }
  }

  /// Throws `RestoreError.noInstructions` for what this processor cannot.
  public func check() throws(RestoreError) {
    if self == .bf16 && !Precision.possible.contains(.bf16) { throw RestoreError.noInstructions(for: .bf16) }
  }
}
