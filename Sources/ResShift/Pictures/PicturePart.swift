import ModelLibrary

/// A part of a picture, with what must be known of the rest: so that a hole in a large picture needs no more in memory than
/// what is around it.
public struct PicturePart: Sendable {
  /// The pixels of the part.
  public let image: PixelImage
  /// Where it lies in the whole picture.
  public let place: PixelRect
  /// The size of the whole picture.
  public let width: Int
  public let height: Int
  /// Of the whole picture.
  public let traits: PictureTraits
  /// Weights over the part, one channel: where they are above 0 nothing is to be taken from to fill holes; nil = nowhere.
  public var excluded: PixelImage?

  public init(_ image: PixelImage, at place: PixelRect, ofWidth width: Int, height: Int, _ traits: PictureTraits) {
    precondition((image.width, image.height) == (place.width, place.height), "pixels for the place")
    precondition(PixelRect(x: 0, y: 0, width: width, height: height).contains(place), "a place in the picture")
    (self.image, self.place) = (image, place)
    (self.width, self.height, self.traits) = (width, height, traits)
  }

  /// The whole picture; `mask`, of its size, is the hole, nil = there is none.
  init(whole image: PixelImage, hole mask: PixelImage? = nil) {
    let traits = PictureTraits(isGray: image.colourChannels == 1, hasAlpha: image.hasAlpha) { look in
      _ = look(image, mask)
    }
    self.init(
      image, at: PixelRect(x: 0, y: 0, width: image.width, height: image.height), ofWidth: image.width,
      height: image.height, traits)
  }

  var isWhole: Bool { (place.width, place.height) == (width, height) }

  /// The pixels of an area of the whole picture that lies in the part.
  func cropped(to area: PixelRect) -> PixelImage { image.cropped(to: inPart(area)) }

  /// An area of the whole picture in the part's coordinates.
  func inPart(_ area: PixelRect) -> PixelRect {
    PixelRect(x: area.x - place.x, y: area.y - place.y, width: area.width, height: area.height)
  }
}

/// What a restoration must know of a whole picture even where it sees only a part.
public struct PictureTraits: Sendable, Equatable {
  /// Whether the picture is gray although it may have three channels: then the result is, too.
  public let isNeutral: Bool
  /// The alpha from which on colours count in full; 0 without alpha or without a hole.
  let alphaThatCounts: Float

  /// Finds out by looking at pieces of a picture, which together are all of it, in any order, some of them twice if need be.
  ///
  /// `pieces` is called up to twice and calls its argument with one piece after the other, and with the hole in it, nil =
  /// there is none; where that returns false nothing more has to be looked at.
  public init(
    isGray: Bool, hasAlpha: Bool,
    pieces: (_ look: (_ piece: PixelImage, _ hole: PixelImage?) -> Bool) throws -> Void
  ) rethrows {
    var most: Float = 0
    var hasHole = false
    if hasAlpha {
      try pieces { piece, hole in
        hasHole = hasHole || hole != nil
        most = max(most, piece.mostAlpha { hole?.marks($0) != true })
        return most < 1
      }
    }
    let enough = hasHole ? Self.alphaThatCounts(most) : 0
    var isNeutral = true
    if !isGray {
      try pieces { piece, hole in
        isNeutral = piece.madeFinite().isNeutral { piece.isKnown($0, hole, enough) }
        return isNeutral
      }
    }
    self.isNeutral = isNeutral
    alphaThatCounts = enough
  }

  /// A sixteenth of the largest: below, files with premultiplied colours hold little but rounding errors, and what is
  /// changed there cannot be seen. Relative, so that a picture that is faint all over keeps its detail.
  static func alphaThatCounts(_ most: Float) -> Float { min(most, 1) / 16 }
}

extension PixelImage {
  /// Whether a mask marks a pixel.
  fileprivate func marks(_ pixel: Int) -> Bool { MaskRule.marks(samples[pixel * channels]) }

  /// Whether the network may look at a pixel: outside the hole, and neither transparent nor fainter than `enough`.
  func isKnown(_ pixel: Int, _ hole: PixelImage?, _ enough: Float) -> Bool {
    guard isVisible(pixel), hole?.marks(pixel) != true else { return false }
    return !hasAlpha || samples[pixel * channels + channels - 1] >= enough
  }
}

extension ModelDescriptor {
  /// The part of a picture that filling a hole takes: where the network works, and where it looks for pieces to continue.
  /// `hole` is the smallest rectangle around it.
  public func areaNeeded(toFill hole: PixelRect, ofWidth width: Int, height: Int) -> PixelRect {
    let frame = HoleFrame(bounds: hole, width: width, height: height)
    let region = frame.region(multiple: unet.lqSize, latentPosition: inputPerLatent)
    return fill == .exemplar ? frame.exemplarRegion(around: region) : region
  }

  /// The part of a picture that restoring `boxes` takes: these with their context; no boxes = the whole picture.
  public func areaNeeded(toRestore boxes: [PixelRect], ofWidth width: Int, height: Int) -> PixelRect {
    let whole = PixelRect(x: 0, y: 0, width: width, height: height)
    guard let first = boxes.first, boxes.allSatisfy(whole.contains) else { return whole }
    return boxes.dropFirst().reduce(areaNeeded(toRestore: first, width, height)) { area, box in
      area.union(areaNeeded(toRestore: box, width, height))
    }
  }

  func areaNeeded(toRestore box: PixelRect, _ width: Int, _ height: Int) -> PixelRect {
    frame == .face
      ? box
      : box.grown(toMultipleOf: unet.lqSize, latentPosition: inputPerLatent, withinWidth: width, height: height)
  }
}

extension PicturePart {
  /// Whether there is anything known around the hole where `model` looks at it; if not, it needs the whole picture. `mask` is
  /// the hole in the part.
  public func hasContext(of mask: PixelImage, for model: ModelDescriptor) -> Bool {
    guard let hole = try? Hole(self, mask: mask) else { return false }
    // Of the whole picture it takes what there is.
    return (place.width, place.height) == (width, height)
      || hole.knowsAnything(
        in: hole.frame.region(multiple: model.unet.lqSize, latentPosition: model.inputPerLatent))
  }
}
