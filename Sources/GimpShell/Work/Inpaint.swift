import ResShift

extension Request {
  /// Fills the selection: read, compute; then write.
  func inpaint() throws -> Writing {
    guard let selection = try Selection(on: source) else { throw ShellError.emptySelection }
    let pixels = try LayerPixels(source)
    let part = try partNeeded(selection, pixels)

    let mask = selection.mask(over: part.place)
    let filled = try compute(Notice.inpainting) { try $0.inpaint(part, mask: mask, $1) }

    let area = selection.bounds
    let inPart = area.moved(x: -part.place.x, y: -part.place.y)
    let replacement = Replacement(
      result: filled.cropped(to: inPart), original: part.image.cropped(to: inPart), area: area,
      weights: selection.weights, name: "Inpainted (\(model.name))", isFill: true)
    return Writing { try LayerWriter(source: $0, pixels: pixels).replacePixels(replacement) }
  }

  /// What the model has to see of the layer to fill the hole. Throws if there is nothing to fill, or to fill it from.
  private func partNeeded(_ selection: Selection, _ pixels: LayerPixels) throws -> PicturePart {
    let area = model.areaNeeded(toFill: selection.holeBounds, ofWidth: source.width, height: source.height)
      .union(selection.bounds)
    var part = try pixels.part(area, hole: selection)
    guard !part.image.isTransparent(selection.mask(over: area)) else {
      throw try pixels.isAnythingVisible()
        ? ShellError.transparentSelection(layer: source.name) : ShellError.transparentLayer(source.name)
    }
    if !part.hasContext(of: selection.mask(over: area), for: model) {
      // Whatever there is lies farther away.
      part = try pixels.part(source.bounds, hole: selection)
      guard part.hasContext(of: selection.mask(over: source.bounds), for: model) else {
        throw ShellError.nothingKnown(layer: source.name)
      }
    }
    return part
  }
}
