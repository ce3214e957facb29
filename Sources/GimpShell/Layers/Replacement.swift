import ResShift

/// A result of the source's own size, and where it replaces the source's pixels.
struct Replacement {
  /// Over `area`; where the source has alpha, with that alpha.
  let result: PixelImage
  /// The source's own pixels there.
  let original: PixelImage
  /// In the source's coordinates.
  let area: PixelRect
  /// Blend weights over `area`; nil = 1 everywhere.
  let weights: PixelImage?
  let name: String
  /// Whether an overlay has alpha 1: a fill, whose alpha is that of what it lies on.
  let isFill: Bool
  /// Whether it was computed from a source under fills, which it takes the place of.
  var isOnFills = false
  /// Whether what is transparent becomes opaque, as far as it is replaced.
  var makesOpaque = false

  private var pixels: Range<Int> { 0..<area.area }

  private func weight(_ pixel: Int) -> Float { weights?.samples[pixel] ?? 1 }

  /// Whether there are weights between 0 and 1.
  var hasFeather: Bool { weights?.samples.contains { $0 > 0 && $0 < 1 } ?? false }

  /// Whether a pixel, in the source's coordinates, is replaced, if only in part.
  func hasWeight(_ x: Int, _ y: Int) -> Bool {
    area.contains(x: x, y: y) && weight((y - area.y) * area.width + x - area.x) > 0
  }

  /// Whether the source is opaque wherever it is replaced.
  var isOpaque: Bool {
    guard original.hasAlpha else { return true }
    let (step, alpha) = (original.channels, original.channels - 1)
    return pixels.allSatisfy { weight($0) <= 0 || original.samples[$0 * step + alpha] >= 1 }
  }

  /// The weights where the source's own mask shows it, if that mask shows or hides whole pixels there; nil otherwise.
  func weights(throughHard mask: PixelImage?) -> PixelImage?? {
    guard let mask else { return .some(weights) }
    var both =
      weights
      ?? PixelImage(
        width: area.width, height: area.height, channels: 1, samples: [Float](repeating: 1, count: area.area))
    var isWhole = true
    for pixel in pixels where both.samples[pixel] > 0 {
      let shown = mask.samples[pixel]
      guard shown <= 0 || shown >= 1 else { return .none }
      if shown <= 0 {
        both.samples[pixel] = 0
        isWhole = false
      }
    }
    return .some(isWhole ? weights : both)
  }

  /// The result, opaque, over the original by the weights, alpha included.
  private func laidOver(_ weights: PixelImage) -> PixelImage {
    var picture = original
    for pixel in pixels where weights.samples[pixel] > 0 {
      picture.cover(pixel, min(weights.samples[pixel], 1), keepingAlpha: false) {
        result.samples[pixel * result.channels + $0]
      }
    }
    return picture
  }

  /// The result over the original by the weights, in linear light as GIMP's normal mode does; the original's alpha.
  var blended: PixelImage {
    guard let weights else { return result }
    if makesOpaque && original.hasAlpha { return laidOver(weights) }
    var picture = original
    let colours = original.colourChannels
    for pixel in pixels where weights.samples[pixel] > 0 {
      let weight = weights.samples[pixel]
      for channel in pixel * original.channels..<pixel * original.channels + colours {
        let (from, to) = (original.samples[channel], result.samples[channel])
        let light = (1 - weight) * LightCurve.blendingLight(from) + weight * LightCurve.blendingLight(to)
        picture.samples[channel] = weight >= 1 ? to : LightCurve.blendingValue(light)
      }
    }
    return picture
  }
}
