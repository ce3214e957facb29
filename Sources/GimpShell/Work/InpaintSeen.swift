import ResShift

extension Request {
  /// Fills the selection from all that is seen of the image; the result lies above all layers.
  func inpaintSeen(_ choices: FillChoices) throws -> Writing {
    let canvas = gimp.size(of: source.image)
    guard let selection = try Selection(onCanvasOf: source) else { throw ShellError.emptySelection }
    let (fill, type) = try source.withSeen { seen in
      do { return (try self.fill(selection, of: seen, choices), seen.type) } catch let error as ShellError {
        throw error.aboutTheImage
      }
    }
    var picture = fill.result
    picture.makeOpaque()
    let (layerPicture, area) = (picture, fill.selection.bounds)
    return Writing { source, _ in
      try source.checkThatItIsThere()
      let writer = writer(source, fill.pixels)
      let layer = try writer.makeLayer(
        layerPicture, mask: fill.selection.weights, name: layerName("Inpainted"), at: (area.x, area.y),
        choices.makesOpaque ? .plain : .keepingAlpha, type: type)
      try writer.insertAboveAll(layer, onCanvas: canvas)
      return layer
    }
  }
}

extension ShellError {
  /// The same about all that is seen of an image, rather than a layer.
  var aboutTheImage: ShellError {
    switch self {
    case .transparentLayer: .nothingSeen
    case .transparentHole: .nothingSeenSelected
    case .nothingKnown: .nothingSeenKnown
    default: self
    }
  }
}
