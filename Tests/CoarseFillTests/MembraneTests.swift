import CoarseFill
import TensorCore
import TestSupport
import Testing

struct MembraneTests {
  private static let side = 40

  private func known(_ isHole: (_ x: Int, _ y: Int) -> Bool) -> Tensor {
    Tensor(Shape(1, Self.side, Self.side, 1), (0..<1600).map { isHole($0 % Self.side, $0 / Self.side) ? 0 : 1 })
  }

  /// A plane is harmonic: a hole in it is continued exactly, which the smooth fill does not do.
  @Test func aPlaneGoesOn() {
    let plane = Tensor(
      Shape(1, Self.side, Self.side, 3), (0..<4800).map { Float($0 / 3 % 40) * 0.02 - Float($0 / 120) * 0.01 })
    let known = known { (10..<28).contains($0) && (12..<31).contains($1) }
    #expect(largestDifference(membrane(plane, known: known).elements, plane.elements) < 2e-3)
    #expect(largestDifference(pushPull(plane, known: known).elements, plane.elements) > 0.01)
  }

  @Test func holesAtTheBorderAndNothingKnown() {
    let flat = Tensor(Shape(1, Self.side, Self.side, 1), repeating: 0.25)
    let border = membrane(flat, known: known { x, _ in x > 20 })
    #expect(largestDifference(border.elements, flat.elements) < 1e-4)
    #expect(membrane(flat, known: known { _, _ in true }).elements.allSatisfy { $0 == 0 })
    #expect(membrane(flat, known: known { _, _ in false }).elements == flat.elements)
  }
}
