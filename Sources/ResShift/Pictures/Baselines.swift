import CoarseFill
import TensorCore

// What a picture looks like without a network: the resampling and the coarse fill that the engine itself starts from.
extension PixelImage {
  /// The picture at another size: area average where it shrinks, bicubic (a = -0.75) where it grows, clamped.
  public func resized(width: Int, height: Int) -> PixelImage {
    var result = PixelImage(width: width, height: height, channels: channels)
    for channel in 0..<channels {
      result.setPlane(channel, plane(channel).resized(height: height, width: width))
    }
    return result
  }

  /// The picture with its hole (mask above 0) filled smoothly from around by push-pull.
  ///
  /// Throws `RestoreError` for a mask that does not fit, is black, or covers everything.
  public func filledSmoothly(mask: PixelImage) throws -> PixelImage {
    let hole = try Hole(self, mask: mask)
    let whole = PixelRect(x: 0, y: 0, width: width, height: height)
    var result = self
    let seen = SeenPicture(madeFinite(), known: hole.known(whole), isNeutral: false)
    result.setColours(pushPull(seen.colours, known: hole.known(whole)), where: hole.contains)
    return result
  }
}
