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

/// Where a picture lies on a larger canvas.
public enum Anchor: String, Sendable, CaseIterable {
  case northWest = "north-west"
  case north
  case northEast = "north-east"
  case west
  case center
  case east
  case southWest = "south-west"
  case south
  case southEast = "south-east"

  /// How much of what is added lies at the left, and at the top: none, half, all.
  fileprivate var halves: (left: Int, top: Int) {
    let index = Self.allCases.firstIndex(of: self) ?? 4
    return (index % 3, index / 3)
  }
}

/// A canvas that a picture is extended to: sides to add, or a new size with an anchor, for each axis on its own.
public struct NewCanvas: Sendable, Equatable {
  /// What is added to axes that have no new size.
  public var margins: Margins
  /// nil = as the margins say.
  public var width: Int?
  public var height: Int?
  /// Where there is no new size and no margin: the smallest canvas of these proportions that holds the picture.
  public var ratio: Ratio?
  public var anchor: Anchor

  /// Width to height.
  public struct Ratio: Sendable, Hashable {
    public let width: Int
    public let height: Int

    /// nil unless both are above 0.
    public init?(_ width: Int, _ height: Int) {
      guard width > 0 && height > 0 else { return nil }
      (self.width, self.height) = (width, height)
    }
  }

  public init(
    margins: Margins = Margins(), width: Int? = nil, height: Int? = nil, ratio: Ratio? = nil, anchor: Anchor = .center
  ) {
    (self.margins, self.width, self.height, self.ratio, self.anchor) = (margins, width, height, ratio, anchor)
  }

  /// The size of the canvas for a picture.
  public func size(for width: Int, _ height: Int) -> (width: Int, height: Int) {
    let added = margins.extended(width: width, height: height)
    if let ratio, self.width == nil && self.height == nil && margins.isEmpty {
      let wide = (height * ratio.width + ratio.height / 2) / ratio.height
      let high = (width * ratio.height + ratio.width / 2) / ratio.width
      return (max(width, wide), max(height, high))
    }
    return (self.width ?? added.width, self.height ?? added.height)
  }

  /// What is added to a picture; nil = the canvas is smaller than that.
  public func margins(for width: Int, _ height: Int) -> Margins? {
    let size = size(for: width, height)
    let (more, below) = (size.width - width, size.height - height)
    guard more >= 0 && below >= 0 else { return nil }
    var result = margins
    if self.width != nil || ratio != nil && margins.isEmpty {
      result.left = more * anchor.halves.left / 2
      result.right = more - result.left
    }
    if self.height != nil || ratio != nil && margins.isEmpty {
      result.top = below * anchor.halves.top / 2
      result.bottom = below - result.top
    }
    return result
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
