/// What is added to a picture on its sides, in pixels.
public struct Margins: Sendable, Equatable {
  public var left: Int
  public var right: Int
  public var top: Int
  public var bottom: Int

  public init(left: Int = 0, right: Int = 0, top: Int = 0, bottom: Int = 0) {
    precondition(min(left, right, top, bottom) >= 0, "pictures are extended, not cropped")
    (self.left, self.right, self.top, self.bottom) = (left, right, top, bottom)
  }

  public var isEmpty: Bool { left + right + top + bottom == 0 }

  /// The size of a picture of a size with them.
  public func extended(width: Int, height: Int) -> (width: Int, height: Int) {
    (width + left + right, height + top + bottom)
  }

  /// Weights over an extended picture of that size: 1 in the margins, 0 in the middle.
  public func weights(width: Int, height: Int) -> PixelImage {
    var weights = PixelImage(width: width, height: height, channels: 1, repeating: 1)
    for y in top..<height - bottom {
      for x in left..<width - right { weights.samples[y * width + x] = 0 }
    }
    return weights
  }
}

extension PixelImage {
  /// The picture with margins that continue its edge pixels; alpha is 1 there.
  public func extended(by margins: Margins) -> PixelImage {
    let (wide, high) = margins.extended(width: width, height: height)
    var result = PixelImage(width: wide, height: high, channels: channels)
    for y in 0..<high {
      let from = min(max(y - margins.top, 0), height - 1)
      for x in 0..<wide {
        let column = min(max(x - margins.left, 0), width - 1)
        let isInside = x - margins.left == column && y - margins.top == from
        for c in 0..<channels { result[x, y, c] = self[column, from, c] }
        if hasAlpha && !isInside { result[x, y, channels - 1] = 1 }
      }
    }
    return result
  }
}

extension Restorer {
  /// Continues a picture beyond its edges, with a model for inpainting; the middle of the result is the picture, bit for bit.
  ///
  /// With alpha the margins are opaque. Throws as `inpaint`.
  public func extend(_ picture: PixelImage, by margins: Margins, _ options: RestoreOptions = .init()) throws
    -> PixelImage
  {
    guard picture.isAnythingVisible() else { throw RestoreError.nothingVisible }
    guard !margins.isEmpty else { return picture }
    let large = picture.extended(by: margins)
    return try inpaint(large, mask: margins.weights(width: large.width, height: large.height), options)
  }
}
