import CGimp
import Glibc
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
}

/// A small layer over the source.
private struct Overlay {
  /// What it is seen through; nil = all of it is seen.
  let mask: PixelImage?
  /// Whether it is to have the alpha of what lies below it, which is the source alone.
  let takesAlpha: Bool
}

/// Puts a result of the source's own size into the image so that the image looks as if the source's own pixels had been
/// replaced: as a small overlay where that is exact, otherwise as a whole copy of the source that takes its place.
extension LayerWriter {
  func replacePixels(_ replacement: Replacement) throws -> gint32 {
    try source.checkThatItIsThere()
    let tries = Tries(on: source)
    // Where a copy took the source's place, there is no source to lie over, even if that copy has gone.
    if tries.shownCopy == nil, !Tries.hasHidden(source), let overlay = try overlay(replacement) {
      return try add(overlay, replacement, tries)
    }
    return try addCopy(replacement, tries)
  }

  // MARK: Overlay

  /// The overlay that looks exactly as if pixels had been replaced; nil if there is none.
  private func overlay(_ replacement: Replacement) throws -> Overlay? {
    // A layer whose mask is shown looks like the mask, whatever its pixels are.
    guard gimp_layer_get_mask(source.layer) == -1 || gimp_layer_get_show_mask(source.layer) == 0 else { return nil }
    let (mode, composite) = (gimp_layer_get_mode(source.layer), gimp_layer_get_composite_mode(source.layer))
    guard mode == GIMP_LAYER_MODE_NORMAL || mode == GIMP_LAYER_MODE_NORMAL_LEGACY,
      composite == GIMP_LAYER_COMPOSITE_AUTO || composite == GIMP_LAYER_COMPOSITE_UNION
    else { return nil }
    let own = try source.appliedMask.map { try grayValues(of: $0, replacement.area) }
    // The source hides all below it where it is seen, so an overlay does the same.
    if gimp_layer_get_opacity(source.layer) > 100 - 1e-6, replacement.isOpaque,
      let weights = replacement.weights(throughHard: own)
    {
      return Overlay(mask: weights, takesAlpha: source.hasAlpha)
    }
    // With nothing below, the overlay takes its alpha from the source, whatever that is.
    return hasSomethingBelow(replacement.area) ? nil : Overlay(mask: replacement.weights, takesAlpha: true)
  }

  private func add(_ overlay: Overlay, _ replacement: Replacement, _ tries: Tries) throws -> gint32 {
    let isSeen = gimp_item_get_visible(source.layer) != 0
    // Earlier ones below it are seen through a feather; those in other groups may lie above it.
    let replaced = isSeen ? try overlays(of: tries, replacedBy: replacement) : []
    var picture = replacement.result
    if replacement.isFill { picture.makeOpaque() }
    let place = source.onCanvas(replacement.area)
    let layer = try makeLayer(
      picture, mask: overlay.mask, name: replacement.name, at: (place.x, place.y),
      overlay.takesAlpha ? .keepingAlpha : .plain)
    // Of a hidden source it is hidden, too, to be seen with it.
    gimp_item_set_visible(layer, isSeen ? 1 : 0)
    try insert(
      layer, at: topmost(of: tries),
      then: {
        for other in replaced where replacement.hasFeather || !isBeside(other) { gimp_item_set_visible(other.layer, 0) }
        Tries.mark(layer, as: .overlay, on: source)
      })
    activateSource()
    return layer
  }

  /// Whether something that is visible lies below the source, as far as the source is blended with it: in its group, and
  /// below its group where that passes through.
  private func hasSomethingBelow(_ area: PixelRect) -> Bool {
    let canvas = source.onCanvas(area)
    var layer = source.layer
    while true {
      let group = gimp_item_get_parent(layer)
      let below = children(of: group, in: source.image).drop { $0 != layer }.dropFirst()
      if below.contains(where: { gimp_item_get_visible($0) != 0 && canvas.meets(PixelRect(onCanvas: $0)) }) { return true }
      guard group != -1, gimp_layer_get_mode(group) == GIMP_LAYER_MODE_PASS_THROUGH else { return false }
      layer = group
    }
  }

  // MARK: Copy

  /// A whole layer like the source, in whose place it is seen; holes that an earlier copy filled stay filled.
  private func addCopy(_ replacement: Replacement, _ tries: Tries) throws -> gint32 {
    let isSeen = gimp_item_get_visible(source.layer) != 0 || tries.shownCopy != nil || Tries.hasHidden(source)
    let replaced = isSeen ? try overlays(of: tries, replacedBy: replacement) : []
    let earlier = isSeen ? tries.shownCopy : tries.all.first { $0.kind == .copy }?.layer
    let copy = try makeCopy(of: earlier.flatMap { source.isCongruent(with: $0) ? $0 : nil } ?? source.layer)
    do {
      gimp_item_set_name(copy, replacement.name)
      gimp_item_set_visible(copy, isSeen ? 1 : 0)
      // GIMP ends plug-ins that write to locked pixels.
      let isLocked = gimp_item_get_lock_content(copy)
      gimp_item_set_lock_content(copy, 0)
      try replace(replacement, in: copy)
      gimp_item_set_lock_content(copy, isLocked)
    } catch {
      gimp_item_delete(copy)
      throw error
    }
    let kept = tries.all.filter { other in
      other.kind == .overlay && other.isVisible && !replaced.contains { $0.layer == other.layer }
    }
    try insert(
      copy, at: below(kept) ?? topmost(of: tries),
      then: {
        if isSeen {
          Tries.hide(source)
          for other in tries.all where other.kind == .copy && other.isVisible { gimp_item_set_visible(other.layer, 0) }
          for other in replaced { gimp_item_set_visible(other.layer, 0) }
        }
        Tries.mark(copy, as: .copy, on: source)
      })
    activateSource()
    return copy
  }

  /// The visible overlays that a new result replaces, as they are seen only where it has weight.
  private func overlays(of tries: Tries, replacedBy replacement: Replacement) throws -> [Tries.Try] {
    try tries.all.filter { other in
      guard other.kind == .overlay, other.isVisible else { return false }
      let place = PixelRect(onCanvas: other.layer)
      let whole = PixelRect(x: 0, y: 0, width: place.width, height: place.height)
      let mask = gimp_layer_get_mask(other.layer)
      let weights =
        mask != -1 && gimp_layer_get_apply_mask(other.layer) != 0 ? try grayValues(of: mask, whole) : nil
      let corner = (x: place.x - source.offsetX, y: place.y - source.offsetY)
      return (0..<whole.area).allSatisfy { pixel in
        if let weights, weights.samples[pixel] <= 0 { return true }
        return replacement.hasWeight(corner.x + pixel % whole.width, corner.y + pixel / whole.width)
      }
    }
  }

  /// A layer like `layer`, not yet in the image; of an indexed image, which will be RGB by then, an RGB one; of a text
  /// layer one of pixels, as GIMP would write the text anew.
  private func makeCopy(of layer: gint32) throws -> gint32 {
    guard source.isIndexed || gimp_item_is_text_layer(layer) != 0 else {
      let copy = gimp_layer_copy(layer)
      guard copy != -1 else { throw PlugInError.refused("copy the layer", source.name) }
      return copy
    }
    let mask = try source.appliedMask.map { try grayValues(of: $0, source.bounds) }
    let copy = try makeLayer(
      try transfer.read(source.bounds), mask: mask, name: source.name, at: (source.offsetX, source.offsetY), .plain)
    gimp_layer_set_opacity(copy, gimp_layer_get_opacity(layer))
    gimp_layer_set_mode(copy, gimp_layer_get_mode(layer))
    gimp_layer_set_blend_space(copy, gimp_layer_get_blend_space(layer))
    gimp_layer_set_composite_space(copy, gimp_layer_get_composite_space(layer))
    gimp_layer_set_composite_mode(copy, gimp_layer_get_composite_mode(layer))
    gimp_layer_set_lock_alpha(copy, gimp_layer_get_lock_alpha(layer))
    gimp_item_set_color_tag(copy, gimp_item_get_color_tag(layer))
    return copy
  }

  /// Writes the blended result into a layer of the source's geometry; pixels of weight 0 are not touched.
  private func replace(_ replacement: Replacement, in layer: gint32) throws {
    let area = replacement.area
    // By way of a layer of the area's size, so that pixels outside the weights keep their very bytes.
    let part = try makeLayer(replacement.blended, name: replacement.name, at: (0, 0), .plain)
    defer { gimp_item_delete(part) }
    let format = gimp_drawable_get_format(layer)
    let size = Int(babl_format_get_bytes_per_pixel(format))
    var (new, old) = ([UInt8](repeating: 0, count: area.width * size), [UInt8](repeating: 0, count: area.width * size))
    try withBuffer(of: part) { part in
      try withBuffer(of: layer) { buffer in
        for row in 0..<area.height {
          var from = PixelRect(x: 0, y: row, width: area.width, height: 1).gegl
          var to = PixelRect(x: area.x, y: area.y + row, width: area.width, height: 1).gegl
          gegl_buffer_get(part, &from, 1, format, &new, 0, GEGL_ABYSS_NONE)
          if let weights = replacement.weights?.samples[row * area.width..<(row + 1) * area.width] {
            gegl_buffer_get(buffer, &to, 1, format, &old, 0, GEGL_ABYSS_NONE)
            for (x, weight) in weights.enumerated() where weight <= 0 {
              new.replaceSubrange(x * size..<(x + 1) * size, with: old[x * size..<(x + 1) * size])
            }
          }
          gegl_buffer_set(buffer, &to, 0, format, new, 0)
        }
      }
    }
  }

  // MARK: Place

  /// The position, in the source's group, of the topmost of the source and its earlier results there.
  private func topmost(of tries: Tries) -> gint? {
    ([source.layer] + tries.all.filter(isBeside).map(\.layer)).map { gimp_image_get_item_position(source.image, $0) }
      .min()
  }

  /// The position below some overlays in the source's group, where a copy lies under them as the source did; nil = there
  /// are none.
  private func below(_ overlays: [Tries.Try]) -> gint? {
    let own = gimp_image_get_item_position(source.image, source.layer)
    let positions = overlays.filter(isBeside).map { gimp_image_get_item_position(source.image, $0.layer) }
    return positions.filter { $0 < own }.max().map { $0 + 1 }
  }

  /// Whether a result is in the source's group.
  private func isBeside(_ result: Tries.Try) -> Bool {
    gimp_item_get_parent(result.layer) == gimp_item_get_parent(source.layer)
  }
}

extension Replacement {
  private var pixels: Range<Int> { 0..<area.area }

  private func weight(_ pixel: Int) -> Float { weights?.samples[pixel] ?? 1 }

  /// Whether there are weights between 0 and 1.
  fileprivate var hasFeather: Bool { weights?.samples.contains { $0 > 0 && $0 < 1 } ?? false }

  /// Whether a pixel, in the source's coordinates, is replaced, if only in part.
  fileprivate func hasWeight(_ x: Int, _ y: Int) -> Bool {
    (area.x..<area.x + area.width).contains(x) && (area.y..<area.y + area.height).contains(y)
      && weight((y - area.y) * area.width + x - area.x) > 0
  }

  /// Whether the source is opaque wherever it is replaced.
  fileprivate var isOpaque: Bool {
    guard original.hasAlpha else { return true }
    let (step, alpha) = (original.channels, original.channels - 1)
    return pixels.allSatisfy { weight($0) <= 0 || original.samples[$0 * step + alpha] >= 1 }
  }

  /// The weights where the source's own mask shows it, if that mask shows or hides whole pixels there; nil otherwise.
  fileprivate func weights(throughHard mask: PixelImage?) -> PixelImage?? {
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

  /// The result over the original by the weights, in linear light as GIMP's normal mode does; the original's alpha.
  fileprivate var blended: PixelImage {
    guard let weights else { return result }
    var picture = original
    let colours = original.colourChannels
    for pixel in pixels where weights.samples[pixel] > 0 {
      let weight = weights.samples[pixel]
      for channel in pixel * original.channels..<pixel * original.channels + colours {
        let (from, to) = (original.samples[channel], result.samples[channel])
        picture.samples[channel] = weight >= 1 ? to : encoded((1 - weight) * linear(from) + weight * linear(to))
      }
    }
    return picture
  }
}

/// The curve of sRGB and its inverse, continued beyond 0...1.
private func linear(_ value: Float) -> Float {
  let size = abs(value)
  let light = size <= 0.04045 ? size / 12.92 : pow((size + 0.055) / 1.055, 2.4)
  return value < 0 ? -light : light
}

private func encoded(_ light: Float) -> Float {
  let size = abs(light)
  let value = size <= 0.0031308 ? 12.92 * size : 1.055 * pow(size, 1 / 2.4) - 0.055
  return light < 0 ? -value : value
}
