import TensorCore

/// Loops over pictures, in pieces between which the computation can be stopped (`Interruption`): what is not done then is
/// left out. A piece takes some milliseconds.
enum Pieces {
  static let size = 1 << 16

  /// Runs `body` for consecutive pieces of 0..<count, one after the other.
  static func inOrder(_ count: Int, of size: Int = size, _ body: (Range<Int>) -> Void) {
    for start in stride(from: 0, to: count, by: size) {
      if Interruption.isWanted { return }
      body(start..<min(start + size, count))
    }
  }

  /// For each of 0..<count whether something holds of it; false where it was left out.
  static func flags(_ count: Int, _ isSet: (Int) -> Bool) -> [Bool] {
    var flags = [Bool](repeating: false, count: count)
    flags.withUnsafeMutableBufferPointer { flags in
      // Each place is written by one thread only.
      nonisolated(unsafe) let flags = flags
      Parallel.forRanges(count, chunk: size) { for i in $0 { flags[i] = isSet(i) } }
    }
    return flags
  }

  /// A copy with memory of its own.
  static func copy(of x: Tensor) -> Tensor {
    Tensor(x.shape) { out in
      x.read { elements in
        Parallel.forRanges(x.shape.count, chunk: size) { piece in
          (out + piece.lowerBound).update(from: elements + piece.lowerBound, count: piece.count)
        }
      }
    }
  }
}
