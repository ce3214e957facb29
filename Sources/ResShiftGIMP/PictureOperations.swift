import ResShift

/// The little arithmetic on pictures that writing layers needs.
extension PixelImage {
  /// Alpha 1 everywhere; without alpha nothing changes.
  mutating func makeOpaque() {
    guard hasAlpha else { return }
    for index in stride(from: channels - 1, to: samples.count, by: channels) { samples[index] = 1 }
  }

  /// Whether there is a pixel that is neither in the hole nor fully transparent.
  func hasKnownPixel(outside mask: PixelImage) -> Bool {
    mask.samples.indices.contains { index in
      mask.samples[index] <= 0 && (!hasAlpha || samples[index * channels + channels - 1] > 0)
    }
  }
}
