import ResShift

/// The luma of a picture, 0...255.
public struct Luma: Sendable {
  public let width: Int
  public let height: Int
  /// Row by row.
  public let values: [Float]

  public init(width: Int, height: Int, values: [Float]) {
    precondition(values.count == width * height, "a value for every pixel")
    (self.width, self.height, self.values) = (width, height, values)
  }

  /// BT.601 on the gamma-encoded samples of an RGB picture, full range.
  public init(_ picture: PixelImage) {
    precondition(picture.channels == 3, "an RGB picture")
    self.init(
      width: picture.width, height: picture.height,
      values: (0..<picture.width * picture.height).map { pixel in
        let (r, g, b) = (picture.samples[3 * pixel], picture.samples[3 * pixel + 1], picture.samples[3 * pixel + 2])
        return 255 * (0.299 * r + 0.587 * g + 0.114 * b)
      })
  }
}

extension PixelImage {
  /// Three channels without alpha, which is what is compared; gray is repeated, colours under alpha stay as they are.
  public var opaqueRGB: PixelImage {
    if channels == 3 { return self }
    let offsets = colourChannels == 1 ? [0, 0, 0] : [0, 1, 2]
    var result = PixelImage(width: width, height: height, channels: 3)
    for pixel in 0..<width * height {
      for c in 0..<3 { result.samples[3 * pixel + c] = samples[pixel * channels + offsets[c]] }
    }
    return result
  }

  /// Rounded to what a file of 8 bits holds.
  var roundedTo8Bits: PixelImage {
    var result = self
    for i in result.samples.indices { result.samples[i] = (min(max(samples[i], 0), 1) * 255).rounded() / 255 }
    return result
  }
}
