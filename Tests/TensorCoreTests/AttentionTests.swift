import TensorCore
import TestSupport
import Testing

struct AttentionTests {
  private func rows(_ tensor: Tensor, _ columns: Range<Int>? = nil, window: Int = 0) -> [[Float]] {
    let (elements, c, tokens) = (tensor.elements, tensor.shape.c, tensor.shape.h * tensor.shape.w)
    return (0..<tokens).map { token in
      let start = (window * tokens + token) * c
      return Array(elements[(start + (columns?.lowerBound ?? 0))..<(start + (columns?.upperBound ?? c))])
    }
  }

  @Test(arguments: [(1, 1), (5, 7), (40, 40), (17, 61)], [3, 10] as [Float])
  func planeAttentionEqualsTheDefinition(_ size: (Int, Int), _ largest: Float) {
    var random = SeededRandom(3)
    let shape = Shape(1, size.0, size.1, 32)
    let (q, k) = (random.tensor(shape, -largest...largest), random.tensor(shape, -largest...largest))
    let v = random.tensor(shape)
    let expected = naiveAttention(rows(q), rows(k), rows(v), scale: 1 / 32.0.squareRoot()).flatMap { $0 }
    expectClose(planeAttention(query: q, key: k, value: v).elements, expected, nmse: 1e-11)
  }

  /// A score far above all before it makes what came of them vanish, one far below them adds nothing.
  @Test(arguments: [false, true])
  func planeAttentionFollowsTheLargestScore(_ rising: Bool) {
    let (h, w, c) = (30, 50, 8)
    let ramp = (0..<h * w).map { 0.04 * Float(rising ? $0 : h * w - 1 - $0) }
    func tensor(_ value: (Int) -> Float) -> Tensor {
      Tensor(Shape(1, h, w, c)) { x in for i in 0..<h * w * c { x[i] = value(i / c) } }
    }
    let (q, k, v) = (tensor { _ in 1 }, tensor { ramp[$0] }, tensor { Float($0) })
    let expected = naiveAttention(rows(q), rows(k), rows(v), scale: 1 / Double(c).squareRoot()).flatMap { $0 }
    // Scores reach 170, of which float32 keeps five decimals.
    expectClose(planeAttention(query: q, key: k, value: v).elements, expected, nmse: 1e-9)
  }

  @Test func windowAttentionEqualsTheDefinition() {
    var random = SeededRandom(4)
    let (windows, tokens, heads, dim) = (5, 16, 3, 8)
    let c = heads * dim
    let qkv = random.tensor(Shape(windows, 1, tokens, 3 * c), -2...2)
    let bias = random.tensor(Shape(1, heads, tokens, tokens))
    let masks = random.tensor(Shape(2, 1, tokens, tokens), -100...0)
    func mask(_ window: Int) -> Int? { window < 2 ? nil : window % 2 }
    let found = windowAttention(qkv: qkv, heads: heads, bias: bias, masks: masks, maskOfWindow: mask)
    for window in 0..<windows {
      for head in 0..<heads {
        func part(_ kind: Int) -> [[Float]] {
          rows(qkv, (kind * c + head * dim)..<(kind * c + (head + 1) * dim), window: window)
        }
        let expected = naiveAttention(part(0), part(1), part(2), scale: 1 / Double(dim).squareRoot()) { i, j in
          Double(bias[0, head, i, j]) + (mask(window).map { Double(masks[$0, 0, i, j]) } ?? 0)
        }
        let ours = rows(found, head * dim..<(head + 1) * dim, window: window)
        expectClose(ours.flatMap { $0 }, expected.flatMap { $0 }, nmse: 1e-11, "window \(window), head \(head)")
      }
    }
  }

  @Test func windowsAreUndoneByPlane() {
    var random = SeededRandom(5)
    for (size, shift) in [(4, 0), (4, 2), (8, 4), (1, 0)] {
      let x = random.tensor(Shape(2, 2 * size, 3 * size, 5))
      let grid = WindowGrid(size: size, shift: shift)
      #expect(x.windows(grid).plane(x.shape, from: grid).elements == x.elements)
    }
  }

  /// On a plane narrower than a window the window ends with it, and nothing is rolled along that side.
  @Test(arguments: [(2, 24), (24, 3), (8, 16), (4, 4)])
  func windowsFitThinPlanes(_ height: Int, _ width: Int) {
    var random = SeededRandom(6)
    let x = random.tensor(Shape(2, height, width, 5))
    let grid = WindowGrid(size: 8, shift: 4).fitted(to: x.shape)
    #expect((grid.height, grid.width) == (min(8, height), min(8, width)))
    #expect((grid.down, grid.right) == (height < 8 ? 0 : 4, width < 8 ? 0 : 4))
    #expect(x.windows(grid).shape == Shape(2 * height * width / grid.tokens, 1, grid.tokens, 5))
    #expect(x.windows(grid).plane(x.shape, from: grid).elements == x.elements)
  }

  @Test func windowsAreRolledUpAndLeft() {
    let x = Tensor(Shape(1, 4, 4, 1), (0..<16).map(Float.init))
    let windows = x.windows(WindowGrid(size: 2, shift: 1))
    #expect(windows.shape == Shape(4, 1, 4, 1))
    #expect(windows.elements == [5, 6, 9, 10, 7, 4, 11, 8, 13, 14, 1, 2, 15, 12, 3, 0])
  }
}
