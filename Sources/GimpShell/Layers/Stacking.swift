import ResShift

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
  func replacePixels(_ replacement: Replacement) throws -> Layer {
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
    guard gimp.mask(of: source.layer)?.isShown != true else { return nil }
    let blending = gimp.blending(of: source.layer)
    guard blending.isNormal else { return nil }
    let own = try source.appliedMask(replacement.area)
    if replacement.makesOpaque && !replacement.isOpaque {
      return own == nil && blending.opacity > 1 - 1e-8 ? Overlay(mask: replacement.weights, takesAlpha: false) : nil
    }
    // The source hides all below it where it is seen, so an overlay does the same.
    if blending.opacity > 1 - 1e-8, replacement.isOpaque,
      let weights = replacement.weights(throughHard: own)
    {
      return Overlay(mask: weights, takesAlpha: source.type.hasAlpha)
    }
    // With nothing below, the overlay takes its alpha from the source, whatever that is.
    return hasSomethingBelow(replacement.area) ? nil : Overlay(mask: replacement.weights, takesAlpha: true)
  }

  private func add(_ overlay: Overlay, _ replacement: Replacement, _ tries: Tries) throws -> Layer {
    let isSeen = gimp.isVisible(source.layer)
    // Earlier ones below it are seen through a feather; those in other groups may lie above it. What a hole was filled with
    // is part of what was restored.
    let replaced =
      isSeen ? try overlays(of: tries, replacedBy: replacement).filter { replacement.isFill || !$0.holdsFill } : []
    var picture = replacement.result
    if replacement.isFill { picture.makeOpaque() }
    let place = source.onCanvas(replacement.area)
    let layer = try makeLayer(
      picture, mask: overlay.mask, name: replacement.name, at: (place.x, place.y),
      overlay.takesAlpha ? .keepingAlpha : .plain)
    // Of a hidden source it is hidden, too, to be seen with it.
    gimp.setVisible(layer, isSeen)
    try insert(
      layer, at: topmost(of: tries),
      then: {
        for other in replaced where replacement.hasFeather || !isBeside(other) {
          gimp.setVisible(other.layer, false)
        }
        Tries.mark(layer, as: .overlay, holdsFill: replacement.isFill, on: source)
      })
    gimp.activate(source.layer)
    return layer
  }

  /// Whether something that is visible lies below the source, as far as the source is blended with it: in its group, and
  /// below its group where that passes through.
  private func hasSomethingBelow(_ area: PixelRect) -> Bool {
    let canvas = source.onCanvas(area)
    var layer = source.layer
    while true {
      let group = gimp.parent(of: layer)
      let below = gimp.layers(of: group, in: source.image).drop { $0 != layer }.dropFirst()
      if below.contains(where: { gimp.isVisible($0) && canvas.meets(gimp.place(of: $0)) }) { return true }
      guard let group, gimp.blending(of: group).isPassThrough else { return false }
      layer = group
    }
  }

  // MARK: Copy

  /// A whole layer like the source, in whose place it is seen; holes that an earlier copy filled stay filled.
  private func addCopy(_ replacement: Replacement, _ tries: Tries) throws -> Layer {
    let isSeen = gimp.isVisible(source.layer) || tries.shownCopy != nil || Tries.hasHidden(source)
    let replaced = isSeen ? try overlays(of: tries, replacedBy: replacement) : []
    let earlier = isSeen ? tries.shownCopy : tries.all.first { $0.kind == .copy }?.layer
    let holdsFill =
      replacement.isFill || replacement.isOnFills || tries.all.contains { $0.layer == earlier && $0.holdsFill }
    let copy = try makeCopy(of: earlier.flatMap { gimp.place(of: $0) == source.place ? $0 : nil } ?? source.layer)
    do {
      gimp.setName(of: copy, replacement.name)
      gimp.attach(Self.seedNote, "\(seed)", to: copy)
      gimp.setVisible(copy, isSeen)
      let isLocked = gimp.isLocked(copy)
      gimp.setLocked(copy, false)
      try replace(replacement, in: copy)
      gimp.setLocked(copy, isLocked)
    } catch {
      gimp.delete(copy)
      throw error
    }
    let kept = tries.all.filter { other in
      other.kind == .overlay && gimp.isVisible(other.layer) && !replaced.contains { $0.layer == other.layer }
    }
    try insert(
      copy, at: below(kept) ?? topmost(of: tries),
      then: {
        if isSeen {
          Tries.hide(source)
          for other in tries.all where other.kind == .copy && gimp.isVisible(other.layer) {
            gimp.setVisible(other.layer, false)
          }
          for other in replaced { gimp.setVisible(other.layer, false) }
        }
        Tries.mark(copy, as: .copy, holdsFill: holdsFill, on: source)
      })
    gimp.activate(source.layer)
    return copy
  }

  /// The visible overlays that a new result replaces, as they are seen only where it has weight.
  private func overlays(of tries: Tries, replacedBy replacement: Replacement) throws -> [Tries.Try] {
    try tries.all.filter { other in
      guard other.kind == .overlay, gimp.isVisible(other.layer) else { return false }
      let place = gimp.place(of: other.layer)
      let whole = PixelRect(x: 0, y: 0, width: place.width, height: place.height)
      let isMasked = gimp.mask(of: other.layer)?.isApplied == true
      let weights = isMasked ? try gimp.maskValues(of: other.layer, whole) : nil
      let corner = (x: place.x - source.place.x, y: place.y - source.place.y)
      return (0..<whole.area).allSatisfy { pixel in
        if let weights, weights.samples[pixel] <= 0 { return true }
        return replacement.hasWeight(corner.x + pixel % whole.width, corner.y + pixel / whole.width)
      }
    }
  }

  /// A layer like `layer`, not yet in the image; of a text layer one of pixels, as GIMP would write the text anew.
  private func makeCopy(of layer: Layer) throws -> Layer {
    guard gimp.isText(layer) else {
      guard let copy = gimp.copy(layer) else { throw ShellError.refused(.copyLayer, layer: source.name) }
      return copy
    }
    let copy = try makeLayer(
      try pixels.read(source.bounds), mask: try source.appliedMask(source.bounds), name: source.name,
      at: (source.place.x, source.place.y), .plain)
    gimp.copyAppearance(of: layer, to: copy)
    return copy
  }

  /// Writes the blended result into a layer of the source's geometry; pixels of weight 0 are not touched.
  private func replace(_ replacement: Replacement, in layer: Layer) throws {
    // By way of a layer of the area's size, so that pixels outside the weights keep their very bytes.
    let part = try makeLayer(replacement.blended, name: replacement.name, at: (0, 0), .plain)
    defer { gimp.delete(part) }
    try gimp.copyPixels(of: part, to: replacement.area, of: layer, where: replacement.weights)
  }

  // MARK: Place

  /// The position, in the source's group, of the topmost of the source and its earlier results there.
  func topmost(of tries: Tries) -> Int? {
    ([source.layer] + tries.all.filter(isBeside).map(\.layer)).compactMap { gimp.position(of: $0) }
      .min()
  }

  /// The position below some overlays in the source's group, where a copy lies under them as the source did; nil = there
  /// are none.
  private func below(_ overlays: [Tries.Try]) -> Int? {
    guard let own = gimp.position(of: source.layer) else { return nil }
    let positions = overlays.filter(isBeside).compactMap { gimp.position(of: $0.layer) }
    return positions.filter { $0 < own }.max().map { $0 + 1 }
  }

  /// Whether a result is in the source's group.
  private func isBeside(_ result: Tries.Try) -> Bool {
    gimp.parent(of: result.layer) == gimp.parent(of: source.layer)
  }
}
