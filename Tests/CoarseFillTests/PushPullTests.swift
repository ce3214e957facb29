import CoarseFill
import TensorCore
import TestSupport
import Testing

struct PushPullTests {
  /// The recorded lq is the recorded image with its hole filled.
  @Test func pushPullEqualsTheRecordedFill() throws {
    let recorded = try RecordedTensors("compact-inpaint/case0.safetensors")
    let mask = try recorded.picture("mask")
    let known = Tensor(mask.shape, mask.elements.map { $0 > 0 ? 0 : 1 })
    let fill = pushPull(try recorded.picture("image"), known: known)
    expectClose(fill, try recorded.picture("lq"), nmse: 1e-12, "fill")
  }

  @Test func pushPullKeepsKnownPixelsAndConstants() {
    var random = SeededRandom(12)
    for (h, w) in [(1, 1), (1, 7), (5, 3), (33, 20)] {
      let known = Tensor(Shape(1, h, w, 1), (0..<h * w).map { $0 % 3 == 0 ? 1 : 0 })
      let image = random.tensor(Shape(1, h, w, 3))
      let fill = pushPull(image, known: known)
      for p in 0..<h * w where p % 3 == 0 {
        for c in 0..<3 { #expect(abs(fill.elements[3 * p + c] - image.elements[3 * p + c]) < 1e-6) }
      }
      let flat = pushPull(Tensor(image.shape, repeating: 0.5), known: known)
      #expect(flat.elements.allSatisfy { abs($0 - 0.5) < 1e-5 })
    }
    let nothing = Tensor(Shape(1, 4, 4, 1))
    #expect(pushPull(Tensor(Shape(1, 4, 4, 3), repeating: 1), known: nothing).elements.allSatisfy { $0 == 0 })
  }

  /// A hole's surroundings fill it alone, however near others are.
  @Test func nearbyFillIgnoresOtherSurroundings() {
    let known = Tensor(
      Shape(1, 32, 96, 1), (0..<32 * 96).map { (10..<22).contains($0 % 32) && (10..<22).contains($0 / 96) ? 0 : 1 })
    let values: [Float] = [1, 0, 5]
    let image = Tensor(Shape(1, 32, 96, 1), (0..<32 * 96).map { values[$0 % 96 / 32] })
    let fill = pushPull(image, known: known, nearby: true)
    for (index, value) in values.enumerated() {
      #expect(abs(fill[0, 16, 32 * index + 16, 0] - value) < 1e-5)
      #expect(abs(fill[0, 11, 32 * index + 11, 0] - value) < 1e-5)
    }
    let everywhere = pushPull(image, known: known)
    #expect(abs(everywhere[0, 16, 48, 0]) > 0.05, "the fill that networks are trained with looks further")
    let faint = pushPull(
      Tensor(Shape(1, 8, 8, 1), repeating: 0.3), known: Tensor(Shape(1, 8, 8, 1), repeating: 0.1), nearby: true)
    #expect(faint.elements.allSatisfy { abs($0 - 0.3) < 1e-6 })
  }
}
