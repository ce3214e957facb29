import ResShift

extension Request {
  /// Above this many pixels a side a picture without selection is no longer one face for certain.
  private static let largestFace = 1024

  /// Restores the layer, what is selected of it, or the selected faces: read, compute; then write.
  func restore() throws -> Writing {
    let selection = try Selection(on: source)
    let pixels = try LayerPixels(source).seen(with: .fills, of: Tries(on: source))
    let faces = model.frame == .face ? Faces(on: source, selection) : nil
    if faces?.origin == .layer && max(source.width, source.height) > Self.largestFace {
      gimp.tell(Notice.takenForOneFace(source.name, model.name))
    }
    let boxes = faces?.boxes ?? selection.map { [$0.bounds] } ?? []
    let area = selection?.bounds ?? faces?.bounds ?? source.bounds
    // What lies around a box is its context.
    let needed = model.areaNeeded(toRestore: boxes, ofWidth: source.width, height: source.height).union(area)
    let part = try pixels.part(needed, hole: nil)
    let inPart = area.moved(x: -part.place.x, y: -part.place.y)
    let original = part.image.cropped(to: inPart)
    guard !original.isTransparent(selection?.weights) else {
      throw try selection != nil && pixels.isAnythingVisible()
        ? ShellError.transparentSelection(layer: source.name) : ShellError.transparentLayer(source.name)
    }

    let result = try compute(Notice.restoring) { try $0.restore(part, boxes: boxes, $1) }

    let replacement = Replacement(
      result: result.cropped(to: inPart), original: original, area: area, weights: selection?.weights,
      name: layerName("Restored"), isFill: false, isOnFills: !pixels.areOwn)
    return Writing { source, _ in try writer(source, pixels).replacePixels(replacement) }
  }
}
