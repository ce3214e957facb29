import ResShift

/// The little arithmetic on pictures that writing layers needs.
extension PixelImage {
  /// Alpha 1 everywhere; without alpha nothing changes.
  mutating func makeOpaque() {
    guard hasAlpha else { return }
    for index in stride(from: channels - 1, to: samples.count, by: channels) { samples[index] = 1 }
  }

  /// Whether no pixel can be seen, of those that `weights`, of the picture's size, mark above 0; nil = all.
  func isTransparent(_ weights: PixelImage? = nil) -> Bool {
    guard hasAlpha else { return false }
    return !(0..<width * height).contains { pixel in
      samples[pixel * channels + channels - 1] > 0 && weights.map { $0.samples[pixel] > 0 } ?? true
    }
  }

  /// Whether there is a pixel that is neither in the hole nor fully transparent.
  func hasKnownPixel(outside mask: PixelImage) -> Bool {
    mask.samples.indices.contains { index in
      mask.samples[index] <= 0 && (!hasAlpha || samples[index * channels + channels - 1] > 0)
    }
  }
}
