import ResShift

extension Request {
  /// Fills the selection: read, compute, write.
  func inpaint() throws -> Layer {
    guard let selection = try Selection(on: source) else { throw ShellError.emptySelection }
    let pixels = try LayerPixels(source)
    let part = try partNeeded(selection, pixels)

    let mask = selection.mask(over: part.place)
    let filled = try compute(Notice.inpainting) { try $0.inpaint(part, mask: mask, $1) }

    let area = selection.bounds
    let inPart = area.moved(x: -part.place.x, y: -part.place.y)
    return try LayerWriter(source: source, pixels: pixels).replacePixels(
      Replacement(
        result: filled.cropped(to: inPart), original: part.image.cropped(to: inPart), area: area,
        weights: selection.weights, name: "Inpainted (\(model.name))", isFill: true))
  }

  /// What the model has to see of the layer to fill the hole. Throws if there is nothing to fill.
  private func partNeeded(_ selection: Selection, _ pixels: LayerPixels) throws -> PicturePart {
    let area = model.areaNeeded(toFill: selection.holeBounds, ofWidth: source.width, height: source.height)
      .union(selection.bounds)
    var part = try pixels.part(area, hole: selection)
    guard !part.image.isTransparent(selection.mask(over: area)) else {
      throw try pixels.isAnythingVisible()
        ? ShellError.transparentSelection(layer: source.name) : ShellError.transparentLayer(source.name)
    }
    // Whatever there is lies farther away; nothing at all is found out by the engine.
    if !part.hasContext(of: selection.mask(over: area), for: model) {
      part = try pixels.part(source.bounds, hole: selection)
    }
    return part
  }
}
