import PictureFiles
import ResShift

/// A picture that a batch has opened: an image with one layer that shows what is to be seen. The caller closes it.
struct BatchPicture {
  let gimp: any Gimp
  let image: Image
  let layer: Layer

  /// Opens a file. `tell` gets what is left out.
  ///
  /// Throws for a file that GIMP cannot read, and for half a picture: GIMP's loaders only warn of those and fill what
  /// is missing with gray, so the files that `PictureFiles` knows are read by it first, and others are looked at
  /// (`WholeFile`).
  init(_ path: String, in gimp: any Gimp, _ tell: BatchMessages) throws {
    do {
      _ = try PictureFile.read(path, notice: tell.notice)
    } catch PictureFileError.notAPicture, PictureFileError.unsupported {
      // Of a kind that GIMP may know all the same.
      guard WholeFile.isWhole(path) else { throw ShellError.fileCutShort(path) }
    }
    guard let image = gimp.load(path) else { throw ShellError.unreadable(path, reason: gimp.lastError) }
    self.gimp = gimp
    self.image = image
    do {
      gimp.selectNothing(image)
      if gimp.isIndexed(image) { _ = gimp.convertToRGB(image) }
      layer = try BatchPicture.seenLayer(of: image, path, gimp, tell)
    } catch {
      gimp.delete(image)
      throw error
    }
  }

  func close() { gimp.delete(image) }

  /// Makes the picture's one layer. Pages and frames are pictures of their own, of which the first is taken; layers are
  /// parts of one picture.
  private static func seenLayer(
    of image: Image, _ path: String, _ gimp: any Gimp, _ tell: BatchMessages
  ) throws -> Layer {
    var layers = gimp.layers(of: nil, in: image)
    guard let first = layers.last else { throw ShellError.noLayers(file: path) }
    if layers.count > 1, let pages = PagedFormat(path) {
      tell.say(pages.onlyFirst(path, layers.count))
      for layer in layers.dropLast() { gimp.remove(layer, from: image) }
      if pages.haveSizes { gimp.crop(image, to: gimp.place(of: first)) }
      gimp.setVisible(first, true)
      layers = [first]
    }
    if layers.count == 1, isWholePicture(first, of: image, gimp) { return first }
    guard let seen = gimp.makeSeenLayer(of: image), gimp.insert(seen, into: nil, at: 0, in: image) else {
      throw ShellError.notMerged(file: path, reason: gimp.lastError)
    }
    for layer in layers { gimp.remove(layer, from: image) }
    gimp.removeNeedlessAlpha(seen)
    gimp.activate(seen)
    return seen
  }

  /// Whether the layer alone, as it is, is what is seen of the image.
  private static func isWholePicture(_ layer: Layer, of image: Image, _ gimp: any Gimp) -> Bool {
    let (width, height) = gimp.size(of: image)
    return gimp.place(of: layer) == PixelRect(x: 0, y: 0, width: width, height: height) && gimp.isVisible(layer)
      && gimp.blending(of: layer).opacity == 1 && gimp.mask(of: layer) == nil && gimp.kind(of: layer) == .layer
  }
}
