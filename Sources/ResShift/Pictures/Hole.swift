import TensorCore

/// The hole of an inpainting: which pixels to fill, which are known, and the part of the picture to work on.
struct Hole {
  /// The smallest rectangle around all holes, in the whole picture.
  let frame: HoleFrame
  /// The part of the picture that is in memory; areas are given in coordinates of the whole picture, pixels by their index here.
  private let place: PixelRect
  /// Pixels to fill: those that the weights mark; what a mask weighs says `MaskRule` before.
  private let isHole: [Bool]
  /// Pixels that the network may look at: outside the hole and not (almost) transparent.
  private let isKnown: [Bool]

  var bounds: PixelRect { frame.bounds }

  /// How many pixels are to be filled.
  var pixels: Int { isHole.count { $0 } }

  /// Throws a `RestoreError` of kind `badPicture` when sizes differ, when there is no hole, or when nothing is known around it.
  init(_ picture: PixelImage, mask: PixelImage) throws {
    try mask.checkMask(width: picture.width, height: picture.height)
    try self.init(PicturePart(whole: picture, hole: mask), mask: mask)
  }

  /// The same for a part; `mask` is the hole in it, and there is none beyond.
  init(_ part: PicturePart, mask: PixelImage) throws {
    try mask.checkMask(width: part.place.width, height: part.place.height)
    let (width, height) = (part.place.width, part.place.height)
    place = part.place
    isHole = (0..<width * height).map { MaskRule.marks(mask.samples[$0 * mask.channels]) }
    isKnown = (0..<width * height).map { part.image.isKnown($0, mask, part.traits.alphaThatCounts) }
    guard isKnown.contains(true) else { throw RestoreError.nothingVisibleBesideMask }
    let isHole = isHole
    guard var bounds = PixelRect(around: { isHole[$0] }, ofWidth: width, height: height) else {
      preconditionFailure("a mask that was checked marks something")
    }
    (bounds.x, bounds.y) = (bounds.x + place.x, bounds.y + place.y)
    frame = HoleFrame(bounds: bounds, width: part.width, height: part.height)
  }

  /// Whether a pixel of the part is to be filled.
  func contains(_ pixel: Int) -> Bool { isHole[pixel] }

  /// The part of the picture to work on (`HoleFrame.region`); where that has no context, the whole picture.
  func region(multiple: Int, latentPosition: Int) -> PixelRect {
    let region = frame.region(multiple: multiple, latentPosition: latentPosition)
    // Context that is all unknown is none.
    return knowsAnything(in: region) ? region : place
  }

  func knowsAnything(in area: PixelRect) -> Bool {
    (area.y..<area.y + area.height).contains { y in
      let start = index(area.x, y)
      return isKnown[start..<start + area.width].contains(true)
    }
  }

  /// The index of a pixel of the whole picture that lies in the part.
  private func index(_ x: Int, _ y: Int) -> Int { (y - place.y) * place.width + x - place.x }

  /// 1 where pixels are known, 0 elsewhere: [1, h, w, 1] of `region`.
  func known(_ region: PixelRect) -> Tensor { plane(region) { isKnown[$0] ? 1 : 0 } }

  /// The network's mask: +1 where unknown, -1 elsewhere.
  func networkMask(_ region: PixelRect) -> Tensor { plane(region) { isKnown[$0] ? -1 : 1 } }

  private func plane(_ region: PixelRect, _ value: (Int) -> Float) -> Tensor {
    Tensor(Shape(1, region.height, region.width, 1)) { out in
      for y in 0..<region.height {
        for x in 0..<region.width { out[y * region.width + x] = value(index(x + region.x, y + region.y)) }
      }
    }
  }

  /// Whether a rectangle, clipped to the part, holds any pixel to fill.
  func touches(_ rect: PixelRect) -> Bool {
    let columns = max(rect.x, place.x)..<max(min(rect.x + rect.width, place.x + place.width), max(rect.x, place.x))
    let rows = max(rect.y, place.y)..<max(min(rect.y + rect.height, place.y + place.height), max(rect.y, place.y))
    return rows.contains { y in columns.contains { isHole[index($0, y)] } }
  }
}

/// Where the hole lies in the whole picture, and what is needed around it.
struct HoleFrame {
  /// The smallest rectangle around all holes.
  let bounds: PixelRect
  /// The size of the whole picture.
  let width: Int
  let height: Int

  /// The part of the picture to work on: the holes with context, in whole multiples of `multiple` where the picture is
  /// large enough. It begins at a whole latent position, `latentPosition` pixels a side.
  func region(multiple: Int, latentPosition: Int) -> PixelRect {
    func span(_ start: Int, _ length: Int, _ total: Int) -> (Int, Int) {
      // Half a hole of context on both sides, at least a quarter and at most a half of `multiple`.
      let margin = min(max(length / 2, multiple / 4), multiple / 2)
      return grownSpan(start, length, by: margin, toMultipleOf: multiple, latentPosition: latentPosition, within: total)
    }
    let ((x, w), (y, h)) = (span(bounds.x, bounds.width, width), span(bounds.y, bounds.height, height))
    return PixelRect(x: x, y: y, width: w, height: h)
  }

  /// Where pieces for the hole are looked for: a region and all that is near the hole, as measured by its size.
  func exemplarRegion(around region: PixelRect) -> PixelRect {
    let margin = max(bounds.width, bounds.height, 128)
    let (left, top) = (max(0, min(region.x, bounds.x - margin)), max(0, min(region.y, bounds.y - margin)))
    let right = min(width, max(region.x + region.width, bounds.x + bounds.width + margin))
    let bottom = min(height, max(region.y + region.height, bounds.y + bounds.height + margin))
    return PixelRect(x: left, y: top, width: right - left, height: bottom - top)
  }
}

extension PicturePart {
  /// The part with the colours of `fill` [1, h, w, 3], which lies at `region` as `seen` does, in the hole.
  func filled(_ hole: Hole, with fill: Tensor, _ region: PixelRect, _ seen: SeenPicture) -> PixelImage {
    let inPart = inPart(region)
    var piece = image.cropped(to: inPart)
    piece.setColours(fill, adding: seen.unseen, neutral: seen.isNeutral) { pixel in
      hole.contains((pixel / region.width + inPart.y) * place.width + pixel % region.width + inPart.x)
    }
    var result = image
    result.replace(inPart, with: piece)
    return result
  }
}
