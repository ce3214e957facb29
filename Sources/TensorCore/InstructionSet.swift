import CKernels
import Glibc

/// The processor's instructions that the kernels use: one program serves old and new processors.
public enum InstructionSet: String, CaseIterable, Sendable {
  /// What every processor of its kind has: SSE2 on x86-64.
  case baseline
  /// AVX2 and FMA, x86-64-v3.
  case avx2
  /// AVX-512, x86-64-v4.
  case avx512
  /// AVX-512 and matrix units for bfloat16, AMX.
  case amx

  /// What is used: the best that this processor has, or the lesser one that the environment names.
  public static let current = InstructionSet(ck_instruction_set())

  /// The variable that chooses one.
  public static let variable = CK_INSTRUCTION_SET_VARIABLE

  /// Those that this processor has.
  public static let possible = allCases.filter { $0.level <= ck_best_instruction_set().rawValue }

  /// The value of the variable if it names none that this processor has; otherwise nil.
  public static var impossibleChoice: String? {
    getenv(variable).map { String(cString: $0) }.flatMap { value in
      value.isEmpty || possible.contains { $0.rawValue == value } ? nil : value
    }
  }

  private init(_ set: ck_instructions) {
    self = InstructionSet.allCases.first { $0.level == set.rawValue } ?? .baseline
  }

  private var level: UInt32 {
    switch self {
    case .baseline: CK_BASELINE.rawValue
    case .avx2: CK_AVX2.rawValue
    case .avx512: CK_AVX512.rawValue
    case .amx: CK_AMX.rawValue
    }
  }
}
