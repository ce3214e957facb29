import ResShift

/// Puts results into images: builds the layer apart, then makes all changes to the image in one undo step.
struct LayerWriter {
  let source: Source
  let pixels: LayerPixels
  /// Of the results.
  let seed: UInt64

  /// The parasite of a result that holds its seed.
  static let seedNote = "resshift-seed"

  var gimp: any Gimp { source.gimp }

  /// How a new layer lies over what is below it.
  enum Blend {
    /// Like any layer.
    case plain
    /// Takes the alpha of what is below, so that transparency stays as it was.
    case keepingAlpha
  }

  /// A layer that holds `picture`, seen through `mask`, not yet in the image. `position` is on the canvas.
  func makeLayer(
    _ picture: PixelImage, mask: PixelImage? = nil, name: String, at position: (x: Int, y: Int), _ blend: Blend,
    in image: Image? = nil, type: PixelType? = nil
  ) throws -> Layer {
    guard
      let layer = gimp.makeLayer(
        in: image ?? source.image, name, width: picture.width, height: picture.height, type ?? source.type)
    else { throw ShellError.refused(.makeLayer, layer: source.name) }
    do {
      try pixels.write(picture, to: layer)
      gimp.attach(Self.seedNote, "\(seed)", to: layer)
      gimp.move(layer, x: position.x, y: position.y)
      if blend == .keepingAlpha { gimp.keepAlphaBelow(layer) }
      if let mask {
        guard try gimp.addMask(mask, to: layer) else { throw ShellError.refused(.addMask, layer: source.name) }
      }
    } catch {
      gimp.delete(layer)
      throw error
    }
    return layer
  }

  /// Inserts `layer` into the source's group, `position` from its top, nil = directly above the source; within the same
  /// undo step `prepare` runs before and `finish`, which cannot fail, after it.
  ///
  /// Everything that may fail comes before the first change; where the group has gone meanwhile the layer goes to the top of
  /// the image, so that no work is lost.
  func insert(
    _ layer: Layer, at position: Int? = nil, after prepare: () throws -> Void = {}, then finish: () -> Void = {}
  ) throws {
    do {
      try source.checkThatItIsThere()
    } catch {
      gimp.delete(layer)
      throw error
    }
    try gimp.undoStep(of: source.image) {
      do {
        try prepare()
        let place = position ?? gimp.position(of: source.layer) ?? 0
        guard
          gimp.insert(layer, into: gimp.parent(of: source.layer), at: place, in: source.image)
            || gimp.insert(layer, into: nil, at: 0, in: source.image)
        else { throw ShellError.refused(.insertLayer, layer: source.name) }
        finish()
      } catch {
        if gimp.kind(of: layer) != nil { gimp.delete(layer) }
        throw error
      }
    }
  }

  /// Inserts `layer` above all others of an image whose canvas was `canvas`, after that was extended by `margins`, in one undo
  /// step. The source is active again then.
  func insertAboveAll(
    _ layer: Layer, onCanvas canvas: (width: Int, height: Int), extending margins: Margins = Margins()
  ) throws {
    do {
      try source.checkThatItIsThere()
      guard gimp.size(of: source.image) == canvas else { throw ShellError.layerMoved(source.name) }
    } catch {
      gimp.delete(layer)
      throw error
    }
    let image = source.image
    try gimp.undoStep(of: image) {
      let (width, height) = margins.extended(width: canvas.width, height: canvas.height)
      if !margins.isEmpty {
        gimp.crop(image, to: PixelRect(x: -margins.left, y: -margins.top, width: width, height: height))
      }
      guard gimp.insert(layer, into: nil, at: 0, in: image) else {
        gimp.delete(layer)
        if !margins.isEmpty {
          gimp.crop(image, to: PixelRect(x: margins.left, y: margins.top, width: canvas.width, height: canvas.height))
        }
        throw ShellError.refused(.insertLayer, layer: source.name)
      }
    }
    gimp.activate(source.layer)
  }
}
