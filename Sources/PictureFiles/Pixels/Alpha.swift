import ResShift

extension PixelImage {
  /// Gray as three equal channels; alpha stays.
  func grayAsRGB() -> PixelImage {
    var rgb = PixelImage(width: width, height: height, channels: channels + 2)
    for pixel in 0..<width * height {
      let from = pixel * channels
      let to = pixel * (channels + 2)
      for c in 0..<3 { rgb.samples[to + c] = samples[from] }
      if hasAlpha { rgb.samples[to + 3] = samples[from + 1] }
    }
    return rgb
  }

  /// Without alpha, as it looks on white paper; `changed` if any pixel was not opaque.
  func onWhite() -> (picture: PixelImage, changed: Bool) {
    var flat = PixelImage(width: width, height: height, channels: colourChannels)
    var changed = false
    for pixel in 0..<width * height {
      let from = pixel * channels
      let to = pixel * colourChannels
      let stored = samples[from + colourChannels]
      let alpha = stored > 0 ? min(stored, 1) : 0  // NaN is 0
      changed = changed || alpha < 1
      for c in 0..<colourChannels { flat.samples[to + c] = samples[from + c] * alpha + (1 - alpha) }
    }
    return (flat, changed)
  }

  /// With other colours where alpha is 0: those seen nearby. Lossy files blur colours across the edge of what is seen.
  func withHiddenColoursLikeSeen() -> PixelImage {
    let side = 16  // of the blocks that WebP packs
    let (across, down) = ((width + side - 1) / side, (height + side - 1) / side)
    var sums = [Float](repeating: 0, count: across * down * channels)  // colours times alpha, alpha
    for y in 0..<height {
      for x in 0..<width {
        let at = (y * width + x) * channels
        let block = (y / side * across + x / side) * channels
        let alpha = samples[at + colourChannels]
        guard alpha > 0 else { continue }
        for c in 0..<colourChannels { sums[block + c] += samples[at + c] * alpha }
        sums[block + colourChannels] += alpha
      }
    }
    // Blocks where nothing is seen take after a neighbour, along the rows, then along the columns.
    func spread(_ block: Int, from other: Int) {
      guard sums[block * channels + colourChannels] == 0 else { return }
      for c in 0..<channels { sums[block * channels + c] = sums[other * channels + c] }
    }
    for row in stride(from: 0, to: across * down, by: across) {
      for i in stride(from: 1, to: across, by: 1) { spread(row + i, from: row + i - 1) }
      for i in stride(from: across - 2, through: 0, by: -1) { spread(row + i, from: row + i + 1) }
    }
    for block in stride(from: across, to: across * down, by: 1) { spread(block, from: block - across) }
    for block in stride(from: across * (down - 1) - 1, through: 0, by: -1) { spread(block, from: block + across) }

    var result = self
    for y in 0..<height {
      for x in 0..<width {
        let at = (y * width + x) * channels
        guard !(samples[at + colourChannels] > 0) else { continue }
        let block = (y / side * across + x / side) * channels
        let weight = max(sums[block + colourChannels], .leastNormalMagnitude)
        for c in 0..<colourChannels { result.samples[at + c] = sums[block + c] / weight }
      }
    }
    return result
  }

  /// Colours that were multiplied by alpha before they were rounded to multiples of `step` (0: not rounded), without it.
  ///
  /// With little alpha many colours have the same product. Of those the one is taken that is nearest to what the pixel
  /// and its neighbours have in common: it is no guess of the file, but does not turn roundings into loud colours.
  func unmultiplied(step: Float) -> PixelImage {
    var result = self
    for y in 0..<height {
      for x in 0..<width {
        let at = (y * width + x) * channels
        let alpha = samples[at + colourChannels]
        guard alpha > 0 else { continue }
        for c in 0..<colourChannels { result.samples[at + c] = min(samples[at + c] / alpha, 1) }
        guard alpha < 0.25, step > 0 else { continue }
        var weight: Float = 0
        var sum = [Float](repeating: 0, count: colourChannels)
        for v in max(y - 1, 0)...min(y + 1, height - 1) {
          for u in max(x - 1, 0)...min(x + 1, width - 1) {
            let near = (v * width + u) * channels
            weight += samples[near + colourChannels]
            for c in 0..<colourChannels { sum[c] += samples[near + c] }
          }
        }
        for c in 0..<colourChannels {
          let least = min(max((samples[at + c] - 0.49 * step) / alpha, 0), 1)
          let most = min((samples[at + c] + 0.49 * step) / alpha, 1)
          result.samples[at + c] = min(max(sum[c] / weight, least), most)
        }
      }
    }
    return result
  }
}
