import TensorCore
import TestSupport
import Testing

@testable import ResShift

/// Holes that grow, grain, margins, sizes.
struct FillOptionsTests {
  @Test(arguments: [1, 2, 5, 30])
  func holesGrowByADisc(_ radius: Int) {
    var mask = PixelImage(width: 31, height: 23, channels: 1)
    let marks = [(0, 0, Float(0.5)), (6, 4, 0.75), (14, 11, 1), (25, 3, 0.9), (30, 20, 0.25)]
    for (x, y, value) in marks { mask[x, y, 0] = value }
    let grown = mask.grown(by: radius)
    for y in 0..<23 {
      for x in 0..<31 {
        let wanted = marks.filter { (x - $0.0) * (x - $0.0) + (y - $0.1) * (y - $0.1) <= radius * radius }
        #expect(grown[x, y, 0] == wanted.map(\.2).max() ?? 0)
      }
    }
    #expect(mask.grown(by: 0) == mask)
  }

  private func noisy(_ width: Int, _ height: Int, _ deviation: Float) -> Tensor {
    var random = SeededRandom(31)
    let even = random.tensor(Shape(1, height, width, 3), -deviation * 1.732...deviation * 1.732)
    return even
  }

  private func deviation(_ tensor: Tensor, _ pixels: [Int]) -> Float {
    let values = tensor.elements
    let squares = pixels.reduce(Float(0)) { $0 + values[3 * $1] * values[3 * $1] }
    return (squares / Float(pixels.count)).squareRoot()
  }

  @Test("A smooth fill in a grainy picture gets its grain, known pixels and smooth pictures stay")
  func grainIsMatched() {
    let (w, h) = (96, 80)
    let hole = (0..<w * h).map { (32..<64).contains($0 % w) && (24..<56).contains($0 / w) }
    let known = Tensor(Shape(1, h, w, 1), hole.map { $0 ? 0 : 1 })
    let seen = noisy(w, h, 0.05)
    let smooth = Tensor(Shape(1, h, w, 3), repeating: 0)
    let inside = hole.indices.filter { hole[$0] }
    let matched = Grain.matched(smooth, to: seen, known: known, seed: 1, origin: (0, 0))
    #expect((0.035...0.065).contains(deviation(matched, inside)), "\(deviation(matched, inside))")
    #expect(deviation(matched, hole.indices.filter { !hole[$0] }) == 0)
    #expect(Grain.matched(smooth, to: seen, known: known, seed: 1, origin: (0, 0)).elements == matched.elements)
    #expect(Grain.matched(smooth, to: seen, known: known, seed: 2, origin: (0, 0)).elements != matched.elements)
    // What is as grainy stays, and so does what lies in a smooth picture.
    #expect(Grain.matched(seen, to: seen, known: known, seed: 1, origin: (0, 0)).elements == seen.elements)
    #expect(Grain.matched(smooth, to: smooth, known: known, seed: 1, origin: (0, 0)).elements == smooth.elements)
  }

  @Test(arguments: [3, 4])
  func extendingKeepsThePictureAndFillsTheMargins(_ channels: Int) throws {
    let picture = PixelImage(60, 44, channels: channels) { x, y in
      (0..<channels).map { $0 == 3 ? 0.5 : Float((x * (3 + $0) + y * 5) % 256) / 255 }
    }
    let margins = Margins(left: 20, right: 3, top: 0, bottom: 11)
    var options = RestoreOptions()
    options.threads = 2
    let large = try BuiltIn.inpainter.get().extend(picture, by: margins, options)
    #expect((large.width, large.height) == (83, 55))
    #expect(large.cropped(to: PixelRect(x: 20, y: 0, width: 60, height: 44)) == picture)
    if channels == 4 { #expect(large[0, 0, 3] == 1 && large[82, 54, 3] == 1) }
    #expect(try BuiltIn.inpainter.get().extend(picture, by: Margins(), options) == picture)
  }

  @Test func anySizeUpToTheModelsScale() throws {
    let picture = PixelImage(20, 14, channels: 3) { x, y in [Float(x) / 20, Float(y) / 14, 0.5] }
    let upscaler = try BuiltIn.upscaler.get()
    var options = RestoreOptions()
    options.threads = 2
    let result = try upscaler.upscale(picture, width: 33, height: 23, options)
    #expect((result.width, result.height) == (33, 23))
    #expect(
      try upscaler.upscale(picture, width: 40, height: 28, options) == upscaler.upscale(picture, factor: 2, options))
    for (width, height) in [(81, 56), (19, 14), (80, 57)] {
      #expect(
        throws: RestoreError.sizeNotReached(
          model: "compact-sr-x4", width: width, height: height, fromWidth: 20, fromHeight: 14, largest: 4)
      ) { try upscaler.upscale(picture, width: width, height: height, options) }
    }
  }
}
