import ResShift

/// The little arithmetic on pictures that writing layers needs.
extension PixelImage {
  /// Area average of blocks of `factor` x `factor` pixels; the size must be a multiple.
  func reduced(by factor: Int) -> PixelImage {
    precondition(width % factor == 0 && height % factor == 0, "only whole blocks can be averaged")
    var small = PixelImage(width: width / factor, height: height / factor, channels: channels)
    let share = 1 / Float(factor * factor)
    for y in 0..<height {
      let row = y / factor * small.width
      for x in 0..<width {
        let from = (y * width + x) * channels
        let to = (row + x / factor) * channels
        for channel in 0..<channels { small.samples[to + channel] += samples[from + channel] * share }
      }
    }
    return small
  }

  /// Alpha 1 everywhere; without alpha nothing changes.
  mutating func makeOpaque() {
    guard hasAlpha else { return }
    for index in stride(from: channels - 1, to: samples.count, by: channels) { samples[index] = 1 }
  }

  /// The alpha of a picture of the same size and channels; without alpha nothing changes.
  mutating func takeAlpha(of other: PixelImage) {
    precondition(samples.count == other.samples.count, "alpha comes from a picture of the same shape")
    guard hasAlpha else { return }
    for index in stride(from: channels - 1, to: samples.count, by: channels) { samples[index] = other.samples[index] }
  }

  /// Whether there is a pixel that is neither in the hole nor fully transparent.
  func hasKnownPixel(outside mask: PixelImage) -> Bool {
    mask.samples.indices.contains { index in
      mask.samples[index] <= 0 && (!hasAlpha || samples[index * channels + channels - 1] > 0)
    }
  }
}
