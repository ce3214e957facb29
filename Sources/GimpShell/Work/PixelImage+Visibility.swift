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
    hasAlpha && !(0..<width * height).contains { isVisible($0) && weights?.samples[$0] ?? 1 > 0 }
  }
}
