import ResShift
import Testing

@Suite struct BaselinesTests {
  @Test func resizedKeepsWhatIsFlatAndAllChannels() {
    let picture = PixelImage(width: 5, height: 3, channels: 4, samples: (0..<60).map { [0.1, 0.4, 0.7, 1][$0 % 4] })
    for (width, height) in [(20, 12), (2, 1), (9, 2)] {
      let other = picture.resized(width: width, height: height)
      #expect((other.width, other.height, other.channels) == (width, height, 4))
      #expect(other.samples.enumerated().allSatisfy { abs($1 - picture.samples[$0 % 4]) < 1e-6 })
    }
  }

  /// The kernel overshoots at an edge from black to white.
  @Test func resizedIsClamped() {
    let edge = PixelImage(width: 8, height: 1, channels: 1, samples: [0, 0, 0, 0, 1, 1, 1, 1])
    let large = edge.resized(width: 32, height: 4)
    #expect(large.samples.allSatisfy { (0...1).contains($0) } && large[0, 0, 0] == 0 && large[31, 3, 0] == 1)
  }

  @Test func smoothFillLeavesWhatIsKnown() throws {
    var (picture, mask) = (
      PixelImage(width: 20, height: 14, channels: 3, repeating: 0.25), PixelImage(width: 20, height: 14, channels: 1)
    )
    for y in 4..<9 {
      for x in 6..<15 {
        mask[x, y, 0] = 0.5
        for c in 0..<3 { picture[x, y, c] = 1 }
      }
    }
    picture[0, 0, 0] = 0.3
    let filled = try picture.filledSmoothly(mask: mask)
    for y in 0..<14 {
      for x in 0..<20 {
        if mask[x, y, 0] > 0 {
          #expect(abs(filled[x, y, 1] - 0.25) < 1e-6)
        } else {
          #expect(filled[x, y, 0] == picture[x, y, 0])
        }
      }
    }
    let black = PixelImage(width: 20, height: 14, channels: 1)
    #expect(throws: RestoreError.self) { try picture.filledSmoothly(mask: black) }
  }
}
