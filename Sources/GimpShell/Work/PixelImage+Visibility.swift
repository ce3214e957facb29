import ResShift

/// The little arithmetic on pictures that writing layers needs.
extension PixelImage {
  /// Alpha 1 everywhere; without alpha nothing changes.
  mutating func makeOpaque() {
    guard hasAlpha else { return }
    for index in stride(from: channels - 1, to: samples.count, by: channels) { samples[index] = 1 }
  }

  /// Whether every pixel hides what is below it.
  var isOpaque: Bool {
    !hasAlpha || stride(from: channels - 1, to: samples.count, by: channels).allSatisfy { samples[$0] >= 1 }
  }

  /// Lays a colour over a pixel, in linear light as GIMP's normal mode does; alpha stays, or grows by the weight of what covers it.
  mutating func cover(_ pixel: Int, _ weight: Float, keepingAlpha: Bool, by colour: (_ channel: Int) -> Float) {
    let first = pixel * channels
    let alpha = hasAlpha ? samples[first + channels - 1] : 1
    let below = hasAlpha && !keepingAlpha ? alpha * (1 - weight) : 1 - weight
    for c in 0..<colourChannels {
      let light =
        (below * LightCurve.blendingLight(samples[first + c]) + weight * LightCurve.blendingLight(colour(c)))
        / (below + weight)
      samples[first + c] = below > 0 ? LightCurve.blendingValue(light) : colour(c)
    }
    if hasAlpha && !keepingAlpha { samples[first + channels - 1] = weight >= 1 ? 1 : below + weight }
  }

  /// The share of the pixels, of those that `weights` mark above 0, that cannot be seen.
  func transparentShare(of weights: PixelImage) -> Double {
    let marked = (0..<width * height).lazy.filter { weights.samples[$0] > 0 }
    return Double(marked.count { !isVisible($0) }) / Double(max(1, marked.count))
  }

  /// Whether no pixel can be seen, of those that `weights`, of the picture's size, mark above 0; nil = all.
  func isTransparent(_ weights: PixelImage? = nil) -> Bool {
    hasAlpha && !(0..<width * height).contains { isVisible($0) && weights?.samples[$0] ?? 1 > 0 }
  }
}
