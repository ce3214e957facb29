import ResShift

/// A picture ready to be drawn: 32 bits a pixel, red, green and blue from the higher bits to the lower ones; what is transparent
/// is seen over a checkerboard.
public struct PreviewPicture: Sendable, Equatable {
  public let width: Int
  public let height: Int
  /// Row by row.
  public let pixels: [UInt32]

  /// Sides of the squares of the checkerboard, and their two grays, as GIMP has them.
  private static let (square, grays): (Int, [Float]) = (8, [0.4, 0.6])

  init(_ picture: PixelImage) {
    (width, height) = (picture.width, picture.height)
    let (step, width) = (picture.channels, picture.width)
    let offsets = picture.colourChannels == 1 ? [0, 0, 0] : [0, 1, 2]
    pixels = (0..<picture.width * picture.height).map { pixel in
      let first = pixel * step
      let alpha = picture.hasAlpha ? min(max(picture.samples[first + step - 1], 0), 1) : 1
      let board = Self.grays[(pixel % width / Self.square + pixel / width / Self.square) % 2]
      return offsets.reduce(0) { value, offset in
        let sample = picture.samples[first + offset]
        let light = min(max(sample.isFinite ? sample : 0, 0), 1) * alpha + board * (1 - alpha)
        return value << 8 | UInt32((light * 255).rounded())
      }
    }
  }
}
