import ResShift

extension Request {
  /// Enlarges the layer, or what is selected of it: read, compute; then write.
  func upscale() throws -> Writing {
    let selection = settings.output == .scaledImage ? nil : try Selection(on: source)
    let enlargement = try Enlargement(settings, model, of: source, selected: selection?.bounds)
    let (area, isSameSize) = (enlargement.area, enlargement.isSameSize)
    let pixels = try LayerPixels(source).seen(with: isSameSize ? .fills : .all, of: Tries(on: source))
    let picture = try pixels.read(area)
    guard !picture.isTransparent(isSameSize ? selection?.weights : nil) else {
      throw selection == nil
        ? ShellError.transparentLayer(source.name) : ShellError.transparentSelection(layer: source.name)
    }

    // At the same size the detail is reduced by the engine; alpha is then the source's.
    let size = enlargement.resultSize
    let result = try compute(Notice.upscaling) { try $0.upscale(picture, width: size.width, height: size.height, $1) }

    switch settings.output {
    case .scaledImage:
      let isOpaque = picture.isOpaque
      return Writing { source, turn in
        try scaleImage(enlargement, adding: result, isOpaque: isOpaque, writer(source, pixels), turn)
      }
    case .newImage:
      return Writing(changesImage: false) { source, turn in
        try newImage(of: result, writer(source, pixels), turn)
      }
    case .sameSize:
      let replacement = Replacement(
        result: result, original: picture, area: area, weights: selection?.weights, name: layerName("Detail"),
        isFill: false, isOnFills: !pixels.areOwn)
      return Writing { source, _ in try writer(source, pixels).replacePixels(replacement) }
    }
  }

  private var enlargedName: String {
    layerName(settings.width.map { "Upscaled to \($0) pixels" } ?? "Upscaled x\(settings.factor)")
  }

  /// Output 0: everything in the image grows, the result lies above the enlarged source. After the first of several results it
  /// has grown.
  ///
  /// Where more than the result would be seen then, as the layer is not opaque all over or is blended, the result takes its place,
  /// and what it was made of is hidden.
  private func scaleImage(
    _ enlargement: Enlargement, adding picture: PixelImage, isOpaque: Bool, _ writer: LayerWriter, _ turn: Writing.Turn
  ) throws -> Layer {
    let isScaled = !turn.isFirst
    let canvas = gimp.size(of: writer.source.image)
    let large = enlargement.size(canvas.width, canvas.height)
    let source = isScaled ? try Source(writer.source.layer, in: writer.source.image, of: gimp) : writer.source
    // Before anything changes: with all that may fail.
    try source.checkThatItIsThere()
    let mask = try source.appliedMask(source.bounds)?.resized(width: picture.width, height: picture.height)
    let corner = enlargement.place(writer.source.place.x, writer.source.place.y)
    let layer = try writer.makeLayer(picture, mask: mask, name: enlargedName, at: corner, .plain)
    let size = isScaled ? canvas : large
    Grown.mark(layer, width: size.width, height: size.height, in: gimp)
    let tries = Tries(on: source)
    // What the result is made of, and is seen; after the first of several results on the source that one alone.
    let seen = turn.previous.map { [$0] } ?? ([source.layer] + tries.all.map(\.layer)).filter(gimp.isVisible)
    let standing = turn.previous ?? tries.shownCopy ?? source.layer
    let blending = gimp.blending(of: standing)
    let takesPlace = !isOpaque || mask != nil || !blending.isNormal || blending.opacity < 1
    if takesPlace && !seen.isEmpty { gimp.copyAppearance(of: standing, to: layer) }
    let largeWriter = self.writer(source, writer.pixels)
    try largeWriter.insert(
      layer, at: turn.previous.flatMap(gimp.position) ?? largeWriter.topmost(of: tries),
      after: {
        guard isScaled || gimp.scale(source.image, width: large.width, height: large.height) else {
          throw ShellError.refused(.scaleImage, layer: source.name)
        }
      },
      then: { if takesPlace { for layer in seen { gimp.setVisible(layer, false) } } })
    return layer
  }

  /// Output 1: an image of its own, with the source image's precision, profile and resolution; several results of a source
  /// are layers of one.
  private func newImage(of picture: PixelImage, _ writer: LayerWriter, _ turn: Writing.Turn) throws -> Layer {
    if let previous = turn.previous {
      let image = gimp.image(of: previous)
      let layer = try writer.makeLayer(picture, name: enlargedName, at: (0, 0), .plain, in: image)
      guard gimp.insert(layer, into: nil, at: 0, in: image) else {
        gimp.delete(layer)
        throw ShellError.refused(.insertLayer, layer: source.name)
      }
      return layer
    }
    guard gimp.isValid(source.image) else { throw ShellError.imageClosed(layer: source.name) }
    guard
      let image = gimp.makeImage(
        like: source.image, isGray: source.type.isGray, width: picture.width, height: picture.height)
    else { throw ShellError.refused(.makeImage, layer: source.name) }
    do {
      let layer = try writer.makeLayer(picture, name: enlargedName, at: (0, 0), .plain, in: image)
      Grown.mark(layer, width: picture.width, height: picture.height, in: gimp)
      guard gimp.insert(layer, into: nil, at: 0, in: image) else {
        throw ShellError.refused(.insertLayer, layer: source.name)
      }
      gimp.name(image, after: source.image, enlargedBy: settings.width.map { "\($0)px" } ?? "\(settings.factor)x")
      gimp.finish(image, isShown: isShown)
      return layer
    } catch {
      gimp.delete(image)
      throw error
    }
  }
}
