extension PixelImage {
  /// This picture over another one of the same size and channels: base * (1 - weight) + this * weight.
  ///
  /// `weights` has one channel and the same size. Where a weight is 0 or less the samples are those of `base`, bit for bit;
  /// alpha is that of `base` everywhere.
  public func blended(over base: PixelImage, weights: PixelImage) -> PixelImage {
    precondition(width == base.width && height == base.height && channels == base.channels, "pictures of one kind")
    precondition(weights.width == width && weights.height == height && weights.channels == 1, "one weight a pixel")
    var result = base
    for pixel in 0..<(width * height) {
      let weight = min(weights.samples[pixel], 1)
      guard weight > 0 else { continue }
      for sample in (pixel * channels)..<(pixel * channels + colourChannels) {
        let under = base.samples[sample]
        // NaN times a weight of 0 would still be NaN.
        result.samples[sample] = under.isFinite ? under * (1 - weight) + samples[sample] * weight : samples[sample]
      }
    }
    return result
  }
}
