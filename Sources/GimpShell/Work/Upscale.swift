import ResShift

extension Request {
  /// Enlarges the layer, or what is selected of it: read, compute, write.
  func upscale() throws -> Layer {
    do { try model.checkFactor(settings.factor) } catch let error as RestoreError {
      throw ShellError(error, about: source)
    }
    let selection = settings.output == .scaledImage ? nil : try Selection(on: source)
    let area = selection?.bounds ?? source.bounds
    try checkSize(of: area)
    let pixels = try LayerPixels(source)
    let picture = try pixels.read(area)
    let isSameSize = settings.output == .sameSize
    guard !picture.isTransparent(isSameSize ? selection?.weights : nil) else {
      throw selection == nil
        ? ShellError.transparentLayer(source.name) : ShellError.transparentSelection(layer: source.name)
    }

    // At the same size the detail is reduced by the engine; alpha is then the source's.
    let factor = isSameSize ? 1 : settings.factor
    let result = try compute(Notice.upscaling) { try $0.upscale(picture, factor: factor, $1) }

    let writer = LayerWriter(source: source, pixels: pixels)
    switch settings.output {
    case .scaledImage: return try scaleImage(addingLayer: result, writer)
    case .newImage: return try newImage(of: result, writer)
    case .sameSize:
      return try writer.replacePixels(
        Replacement(
          result: result, original: picture, area: area, weights: selection?.weights, name: "Detail (\(model.name))",
          isFill: false))
    }
  }

  private func checkSize(of area: PixelRect) throws {
    var (width, height) = (area.width * settings.factor, area.height * settings.factor)
    if settings.output == .scaledImage {
      let canvas = gimp.size(of: source.image)
      (width, height) = (max(width, canvas.width * settings.factor), max(height, canvas.height * settings.factor))
    }
    guard max(width, height) <= gimp.largestSide else { throw ShellError.resultTooLarge(width: width, height: height) }
  }

  private var enlargedName: String { "Upscaled x\(settings.factor) (\(model.name))" }

  /// Output 0: everything in the image grows, the result lies above the enlarged source.
  private func scaleImage(addingLayer picture: PixelImage, _ writer: LayerWriter) throws -> Layer {
    let factor = settings.factor
    // Before anything changes: with all that may fail.
    try source.checkThatItIsThere()
    let mask = try source.appliedMask(source.bounds)?.resized(width: picture.width, height: picture.height)
    let layer = try writer.makeLayer(
      picture, mask: mask, name: enlargedName, at: (source.place.x * factor, source.place.y * factor), .plain)
    try writer.insert(layer) {
      let canvas = gimp.size(of: source.image)
      guard gimp.scale(source.image, width: canvas.width * factor, height: canvas.height * factor) else {
        throw ShellError.refused(.scaleImage, layer: source.name)
      }
    }
    return layer
  }

  /// Output 1: an image of its own, with the source image's precision, profile and resolution.
  private func newImage(of picture: PixelImage, _ writer: LayerWriter) throws -> Layer {
    guard
      let image = gimp.makeImage(
        like: source.image, isGray: source.type.isGray, width: picture.width, height: picture.height)
    else { throw ShellError.refused(.makeImage, layer: source.name) }
    do {
      let layer = try writer.makeLayer(picture, name: enlargedName, at: (0, 0), .plain, in: image)
      guard gimp.insert(layer, into: nil, at: 0, in: image) else {
        throw ShellError.refused(.insertLayer, layer: source.name)
      }
      gimp.finish(image, isShown: isShown)
      return layer
    } catch {
      gimp.delete(image)
      throw error
    }
  }
}
