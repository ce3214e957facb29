import TensorCore
import TestSupport
import Testing

@testable import ResShift

struct InpaintingPartsTests {
  @Test func tonesAreMatchedWithoutTouchingDetail() {
    var random = SeededRandom(13)
    let detail = random.tensor(Shape(1, 64, 64, 3), -0.1...0.1)
    var shifted = detail
    shifted.add(Tensor(detail.shape, repeating: 0.3))
    let everywhere = Tensor(Shape(1, 64, 64, 1), repeating: 1)
    let matched = toneMatched(shifted, to: detail, known: everywhere, cell: 8)
    #expect(largestDifference(matched.elements, detail.elements) < 1e-5)
    // A hole takes the shift of its surroundings.
    let known = Tensor(
      Shape(1, 64, 64, 1), (0..<4096).map { (20..<44).contains($0 % 64) && (20..<44).contains($0 / 64) ? 0 : 1 })
    let inside = toneMatched(shifted, to: detail, known: known, cell: 8)
    #expect(largestDifference(inside.elements, detail.elements) < 1e-4)
  }

  @Test func regionsHoldTheHoleWithContext() throws {
    var random = SeededRandom(14)
    for _ in 0..<200 {
      let (width, height) = (Int.random(in: 2...900, using: &random), Int.random(in: 2...900, using: &random))
      let picture = PixelImage(width: width, height: height, channels: 3, repeating: 0.5)
      var mask = PixelImage(width: width, height: height, channels: 1)
      let (x, y) = (Int.random(in: 0..<width - 1, using: &random), Int.random(in: 0..<height - 1, using: &random))
      mask[x, y, 0] = 0.01
      let hole = try Hole(picture, mask: mask)
      #expect(hole.bounds == PixelRect(x: x, y: y, width: 1, height: 1))
      let region = hole.region(multiple: 256, latentPosition: 4)
      #expect(PixelRect(x: 0, y: 0, width: width, height: height).contains(region))
      #expect(region.contains(hole.bounds))
      #expect(region.x % 4 == 0 && region.y % 4 == 0, "noise belongs to places in the picture")
      for (found, all) in [(region.width, width), (region.height, height)] {
        #expect((min(256, all) - 3...min(256, all)).contains(found))
      }
      #expect(hole.touches(region) && hole.touches(PixelRect(x: x - 1, y: y - 1, width: 3, height: 3)))
      #expect(!hole.touches(PixelRect(x: x + 1, y: y, width: 50, height: 50)))
    }
  }

  @Test func regionsHoldHolesOfAnySize() {
    var random = SeededRandom(15)
    for _ in 0..<2000 {
      let total = Int.random(in: 1...1200, using: &random)
      let start = Int.random(in: 0..<total, using: &random)
      let length = Int.random(in: 1...total - start, using: &random)
      let (margin, position) = (Int.random(in: 0...100, using: &random), 1 << Int.random(in: 0...3, using: &random))
      let (first, count) = grownSpan(
        start, length, by: margin, toMultipleOf: 64, latentPosition: position, within: total)
      #expect(first % position == 0 && first >= 0 && first + count <= total)
      #expect(first <= start && start + length <= first + count)
      #expect(count >= min(length + 2 * margin, total) - position + 1)
    }
  }

  @Test func theNetworksMaskIsPositiveWhereNothingIsKnown() throws {
    var picture = PixelImage(width: 3, height: 2, channels: 2, repeating: 1)
    picture[2, 1, 1] = 0  // transparent, so unknown, but not to be filled
    var mask = PixelImage(width: 3, height: 2, channels: 1)
    mask[1, 0, 0] = 0.1
    let hole = try Hole(picture, mask: mask)
    let all = PixelRect(x: 0, y: 0, width: 3, height: 2)
    #expect(hole.networkMask(all).elements == [-1, 1, -1, -1, -1, 1])
    #expect(hole.known(all).elements == [1, 0, 1, 1, 1, 0])
    #expect(hole.networkMask(PixelRect(x: 1, y: 0, width: 2, height: 2)).elements == [1, -1, -1, 1])
    #expect((0..<6).map(hole.contains) == [false, true, false, false, false, false])
  }

  @Test func masksThatCannotBeFilledAreRefused() {
    let picture = PixelImage(width: 4, height: 3, channels: 4, repeating: 1)
    func message(_ picture: PixelImage, _ mask: PixelImage) -> String? {
      do {
        _ = try Hole(picture, mask: mask)
        return nil
      } catch { return (error as? RestoreError)?.message.text }
    }
    #expect(message(picture, PixelImage(width: 3, height: 4, channels: 1))?.contains("3 x 4") == true)
    #expect(message(picture, PixelImage(width: 4, height: 3, channels: 1))?.contains("nothing is marked") == true)
    let all = PixelImage(width: 4, height: 3, channels: 1, repeating: 1)
    #expect(message(picture, all)?.contains("nothing is left") == true)
    var corner = PixelImage(width: 4, height: 3, channels: 1)
    corner[0, 0, 0] = 1
    #expect(message(picture, corner) == nil)
    let transparent = PixelImage(width: 4, height: 3, channels: 4, repeating: 0)
    #expect(message(transparent, corner)?.contains("nothing is left") == true)
  }
}
