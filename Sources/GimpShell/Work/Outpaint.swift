import ResShift

extension Request {
  /// Extends the canvas and fills the border from what is seen of the image: read, compute; then write.
  func outpaint() throws -> Writing {
    let canvas = gimp.size(of: source.image)
    let margins = try settings.canvas.checkedMargins(on: canvas, largestSide: gimp.largestSide)
    let size = margins.extended(width: canvas.width, height: canvas.height)
    let (picture, pixels, type) = try source.withSeen { seen in
      let pixels = try LayerPixels(seen)
      return (try pixels.read(seen.bounds), pixels, seen.type)
    }
    guard !picture.isTransparent() else { throw ShellError.nothingSeen }

    let extended = try compute(Notice.extending) { restorer, options in
      var options = options
      options.grain = true
      return try restorer.extend(picture, by: margins, options)
    }
    return Writing { source, turn in
      // After the first of several results the canvas has grown.
      let source = turn.isFirst ? source : try Source(source.layer, in: source.image, of: gimp)
      try source.checkThatItIsThere()
      let writer = writer(source, pixels)
      let layer = try writer.makeLayer(
        extended, mask: margins.weights(width: size.width, height: size.height), name: layerName("Extended"),
        at: (0, 0),
        .plain, type: type)
      Grown.mark(layer, width: size.width, height: size.height, in: gimp)
      if turn.isFirst {
        try writer.insertAboveAll(layer, onCanvas: canvas, extending: margins)
      } else {
        try writer.insertAboveAll(layer, onCanvas: size)
      }
      return layer
    }
  }
}

extension NewCanvas {
  /// What is added to a canvas. Throws if that is nothing, if the new one is smaller, or if GIMP could not hold it.
  func checkedMargins(on canvas: (width: Int, height: Int), largestSide: Int) throws -> Margins {
    let size = size(for: canvas.width, canvas.height)
    guard let margins = margins(for: canvas.width, canvas.height) else {
      throw ShellError.canvasSmaller(
        width: canvas.width, height: canvas.height, newWidth: size.width, newHeight: size.height)
    }
    guard !margins.isEmpty else { throw ShellError.nothingToExtend }
    guard max(size.width, size.height) <= largestSide else {
      throw ShellError.resultTooLarge(width: size.width, height: size.height)
    }
    return margins
  }
}
