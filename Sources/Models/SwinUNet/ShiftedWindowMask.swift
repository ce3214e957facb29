import TensorCore

/// The masks of a shifted Swin block: which tokens of a window may not see each other.
///
/// There are few different ones, so a window is told which it uses instead of holding it: [kinds, 1, tokens, tokens].
struct ShiftedWindowMask: Sendable {
  let masks: Tensor
  private let rule: ShiftMask

  init(_ rule: ShiftMask, window: Int, shift: Int) {
    self.rule = rule
    // Kinds: 1 = left and right halves apart, 2 = upper and lower, 3 = both. Kind 0 needs no mask.
    let kinds = rule == .published ? [1] : [1, 2, 3]
    let tokens = window * window
    masks = Tensor(Shape(kinds.count, 1, tokens, tokens)) { out in
      for (k, kind) in kinds.enumerated() {
        func region(_ token: Int) -> Int {
          let right = token % window >= window - shift ? 1 : 0
          let lower = token / window >= window - shift ? 2 : 0
          return (right | lower) & kind
        }
        for query in 0..<tokens {
          for key in 0..<tokens {
            out[(k * tokens + query) * tokens + key] = region(query) == region(key) ? 0 : -100
          }
        }
      }
    }
  }

  /// The mask of the window with that number, row-major, of those on a plane; nil = none. Along a side that was not rolled,
  /// since it is narrower than a window, nothing is apart.
  func maskOfWindow(_ index: Int, _ windows: WindowGrid, on plane: Shape) -> Int? {
    let (rows, columns) = windows.count(on: plane)
    let (row, column) = (index / columns % rows, index % columns)
    switch rule {
    case .published:
      // As the weights were trained: the bottom row only, its windows cut between left and right.
      return row == rows - 1 && windows.down > 0 && windows.right > 0 ? 0 : nil
    case .swin:
      let kind =
        (column == columns - 1 && windows.right > 0 ? 1 : 0) | (row == rows - 1 && windows.down > 0 ? 2 : 0)
      return kind == 0 ? nil : kind - 1
    }
  }
}
