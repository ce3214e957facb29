/// How much memory a restoration may still take, and why no more; in bytes.
public enum MemoryBudget: Sendable, Equatable {
  /// What the machine has free.
  case free(Int)
  /// What the limit for the whole program leaves beside what it holds.
  case limit(Int, held: Int)

  package var bytes: Int {
    switch self {
    case .free(let bytes): bytes
    case .limit(let limit, let held): max(0, limit - held)
    }
  }

  /// Bytes that the whole program may hold, the limit's for the most part of a window.
  /// `promised`: those that weights will take, which `free` does not count any more.
  func mostResident(promised: Int) -> Int {
    let total =
      switch self {
      case .free(let bytes): bytes + (SystemMemory.resident ?? 0) + promised
      case .limit(let limit, _): limit
      }
    return max(total - TileChoice.window / 2, 0)
  }

  /// `limit` is for the whole program; nil = what the machine has free. `promised` bytes of it will be taken by weights.
  package init(limit: Int?, promised: Int) {
    let free = max(0, (SystemMemory.available ?? Int.max / 2) - promised)
    let held = (SystemMemory.resident ?? 0) + promised
    if let limit, limit - held < free {
      self = .limit(limit, held: held)
    } else {
      self = .free(free)
    }
  }
}
