import ResShift
import Testing

@testable import Evaluation

@Suite struct ContactSheetTests {
  private func plain(_ width: Int, _ height: Int, _ value: Float) -> PixelImage {
    PixelImage(width: width, height: height, channels: 3, repeating: value)
  }

  private func add(_ width: Int, _ height: Int, to sheet: inout ContactSheet) {
    let trial = Trial(name: "a", original: plain(width, height, 0.8), input: plain(width / 4, height / 4, 0.2))
    sheet.add(
      trial,
      Trial.Outcome(
        baseline: plain(width, height, 0.4), result: plain(width, height, 0.6), mean: nil, scores: [:], seconds: 1))
  }

  @Test func inputBaselineResultOriginal() {
    var sheet = ContactSheet(trials: 2)
    add(40, 20, to: &sheet)
    add(24, 32, to: &sheet)
    let picture = sheet.picture
    #expect((picture.width, picture.height) == (4 * 48 + 8, 8 + 28 + 40))
    for (column, value) in [Float(0.2), 0.4, 0.6, 0.8].enumerated() {
      let left = 8 + column * 48
      for (x, y) in [(left, 8), (left + 39, 27), (left, 36), (left + 23, 67)] { #expect(picture[x, y, 1] == value) }
      for (x, y) in [(left - 1, 8), (left, 7), (left, 28), (left + 24, 36), (left, 68)] {
        #expect(picture[x, y, 1] == 1)
      }
    }
  }

  @Test func neverWiderThan4096() {
    var sheet = ContactSheet(trials: 1)
    add(1600, 1200, to: &sheet)
    #expect(sheet.picture.width == 4096)
    var many = ContactSheet(trials: 1000)
    add(1600, 1200, to: &many)
    #expect(many.picture.height == 64 + 16)
  }
}
