import CKernels

/// The numbers that networks multiply. Sums, norms, the sampler and the search for codes are in float32 in any case.
public enum Precision: String, CaseIterable, Sendable {
  case float32
  /// bfloat16: float32 with 7 bits of mantissa instead of 23.
  case bf16

  /// What networks that are built from here on use.
  @TaskLocal public static var current = Precision.float32

  /// Those for which this processor has instructions (`RESSHIFT_ISA` may take them away).
  public static let possible: [Precision] = ck_bf16_unit_used() == CK_BF16_NONE ? [.float32] : allCases

  /// Whether the processor has matrix units for it. Where it has none, Winograd's algorithm in float32 is faster than plain convolution
  /// in bfloat16, and in bfloat16 it would lose too much.
  public var hasMatrixUnits: Bool { self == .bf16 && ck_bf16_unit_used() == CK_BF16_MATRIX }
}
