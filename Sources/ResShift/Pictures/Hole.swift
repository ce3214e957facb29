import TensorCore

/// The hole of an inpainting: which pixels to fill, which are known, and the part of the picture to work on.
struct Hole {
  let width: Int
  let height: Int
  /// Pixels to fill: those that the weights mark; what a mask weighs says `MaskRule` before.
  private let isHole: [Bool]
  /// Pixels that the network may look at: outside the hole and not (almost) transparent.
  private let isKnown: [Bool]
  /// The smallest rectangle around all holes.
  let bounds: PixelRect

  /// Throws a `RestoreError` of kind `badPicture` when sizes differ, when there is no hole, or when nothing is known around it.
  init(_ picture: PixelImage, mask: PixelImage) throws {
    guard (mask.width, mask.height) == (picture.width, picture.height) else {
      throw RestoreError.maskOfOtherSize(
        maskWidth: mask.width, maskHeight: mask.height, width: picture.width, height: picture.height)
    }
    let count = picture.width * picture.height
    width = picture.width
    height = picture.height
    isHole = (0..<count).map { MaskRule.marks(mask.samples[$0 * mask.channels]) }
    let (hole, alpha) = (isHole, picture.channels - 1)
    let enough = picture.hasAlpha ? picture.alphaThatCounts { !hole[$0] } : 0
    isKnown = (0..<count).map { pixel in
      !hole[pixel] && picture.isVisible(pixel)
        && (!picture.hasAlpha || picture.samples[pixel * picture.channels + alpha] >= enough)
    }
    var (left, right, top, bottom) = (width, -1, height, -1)
    for y in 0..<height {
      for x in 0..<width where isHole[y * width + x] {
        (left, right, top, bottom) = (min(left, x), max(right, x), min(top, y), max(bottom, y))
      }
    }
    guard right >= left else { throw RestoreError.maskIsBlack }
    guard isKnown.contains(true) else {
      throw isHole.contains(false) ? RestoreError.nothingVisibleBesideMask : RestoreError.maskCoversAll
    }
    bounds = PixelRect(x: left, y: top, width: right - left + 1, height: bottom - top + 1)
  }

  func contains(_ pixel: Int) -> Bool { isHole[pixel] }

  func knows(_ pixel: Int) -> Bool { isKnown[pixel] }

  /// The part of the picture to work on: the holes with context, in whole multiples of `multiple` where the picture is
  /// large enough. It begins at a whole latent position, `latentPosition` pixels a side.
  func region(multiple: Int, latentPosition: Int) -> PixelRect {
    func span(_ start: Int, _ length: Int, _ total: Int) -> (Int, Int) {
      // Half a hole of context on both sides, at least a quarter and at most a half of `multiple`.
      let margin = min(max(length / 2, multiple / 4), multiple / 2)
      return grownSpan(start, length, by: margin, toMultipleOf: multiple, latentPosition: latentPosition, within: total)
    }
    let ((x, w), (y, h)) = (span(bounds.x, bounds.width, width), span(bounds.y, bounds.height, height))
    let region = PixelRect(x: x, y: y, width: w, height: h)
    // Context that is all unknown is none: then the whole picture it is.
    let seen = (y..<y + h).contains { row in isKnown[row * width + x..<row * width + x + w].contains(true) }
    return seen ? region : PixelRect(x: 0, y: 0, width: width, height: height)
  }

  /// Where pieces for the hole are looked for: a region and all that is near the hole, as measured by its size.
  func exemplarRegion(around region: PixelRect) -> PixelRect {
    let margin = max(bounds.width, bounds.height, 128)
    let (left, top) = (max(0, min(region.x, bounds.x - margin)), max(0, min(region.y, bounds.y - margin)))
    let right = min(width, max(region.x + region.width, bounds.x + bounds.width + margin))
    let bottom = min(height, max(region.y + region.height, bounds.y + bounds.height + margin))
    return PixelRect(x: left, y: top, width: right - left, height: bottom - top)
  }

  /// 1 where pixels are known, 0 elsewhere: [1, h, w, 1] of `region`.
  func known(_ region: PixelRect) -> Tensor { plane(region) { isKnown[$0] ? 1 : 0 } }

  /// The network's mask: +1 where unknown, -1 elsewhere.
  func networkMask(_ region: PixelRect) -> Tensor { plane(region) { isKnown[$0] ? -1 : 1 } }

  private func plane(_ region: PixelRect, _ value: (Int) -> Float) -> Tensor {
    Tensor(Shape(1, region.height, region.width, 1)) { out in
      for y in 0..<region.height {
        for x in 0..<region.width { out[y * region.width + x] = value((y + region.y) * width + x + region.x) }
      }
    }
  }

  /// Whether a rectangle, clipped to the picture, holds any pixel to fill.
  func touches(_ rect: PixelRect) -> Bool {
    let columns = max(rect.x, 0)..<max(min(rect.x + rect.width, width), max(rect.x, 0))
    return (max(rect.y, 0)..<max(min(rect.y + rect.height, height), max(rect.y, 0))).contains { y in
      columns.contains { isHole[y * width + $0] }
    }
  }
}

extension PixelImage {
  /// The picture with the colours of `fill` [1, h, w, 3], which lies at `region` as `seen` does, in the hole.
  func filled(_ hole: Hole, with fill: Tensor, _ region: PixelRect, _ seen: SeenPicture) -> PixelImage {
    var part = cropped(to: region)
    part.setColours(fill, adding: seen.unseen, neutral: seen.isNeutral) { pixel in
      hole.contains((pixel / region.width + region.y) * width + pixel % region.width + region.x)
    }
    var result = self
    result.replace(region, with: part)
    return result
  }
}
