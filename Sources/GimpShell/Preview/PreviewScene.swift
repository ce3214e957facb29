import ModelLibrary
import ResShift

/// What a dialog shows of a call before it is made: a place as it is now, and how it would be restored. It holds pixels only, for it
/// is computed on a thread of its own.
struct PreviewScene: Sendable {
  /// As large as the result.
  let before: PixelImage
  /// Where it lies in the layer.
  let place: PixelRect
  let compute: @Sendable (Restorer, RestoreOptions) throws -> PixelImage

  /// The sides of a place that is enlarged, in pixels of the result; at the same size it is half as large and shown twice as large.
  static let side = 384
  /// A hole is reduced to these sides, an extended picture, too.
  fileprivate static let reducedSide = 256
  /// What is computed around a place, so that it looks as it would within the whole.
  fileprivate static let margin = 24
}

/// The same computations as those of the procedures, of a part or of a reduced picture.
extension Request {
  /// `centre` is in the layer's coordinates.
  func scene(of work: LayerWork, around centre: (x: Int, y: Int)) throws -> PreviewScene {
    switch work.task {
    case .superResolution: return try upscaleScene(around: centre)
    case .restoration: return try restoreScene(around: centre)
    case .inpainting: return try work.isOfImage ? outpaintScene() : inpaintScene()
    }
  }

  private func upscaleScene(around centre: (x: Int, y: Int)) throws -> PreviewScene {
    let selected = gimp.isSelectionEmpty(source.image) ? nil : gimp.selectionBounds(on: source.layer)
    let enlargement = try Enlargement(settings, model, of: source, selected: selected)
    let (area, isSameSize, ratio) = (enlargement.area, enlargement.isSameSize, enlargement.ratio)
    let side = isSameSize ? PreviewScene.side / 2 : Int(Double(PreviewScene.side) / ratio)
    let place = PixelRect(around: centre, side: side, within: area)
    let seen = place.surrounded(by: PreviewScene.margin, within: area)
    let pixels = try LayerPixels(source).seen(with: isSameSize ? .fills : .all, of: Tries(on: source))
    let picture = try pixels.read(seen)
    let size = enlargement.resultSize(of: seen)
    let inner = place.moved(x: -seen.x, y: -seen.y).scaled(by: ratio, withinWidth: size.width, height: size.height)
    let before = picture.resized(width: size.width, height: size.height).cropped(to: inner)
    let isTransparent = picture.isTransparent()
    return PreviewScene(before: before, place: place) { restorer, options in
      if isTransparent { return before }
      var options = options
      options.origin = (seen.x - area.x, seen.y - area.y)
      return try restorer.upscale(picture, width: size.width, height: size.height, options).cropped(to: inner)
    }
  }

  private func restoreScene(around centre: (x: Int, y: Int)) throws -> PreviewScene {
    let selection = try Selection(on: source)
    let isFaceModel = model.frame == .face
    let area = selection?.bounds ?? source.bounds
    let faces = isFaceModel ? Faces(on: source, selection).boxes : []
    let face =
      faces.first { $0.contains(x: centre.x, y: centre.y) } ?? faces.first ?? (isFaceModel ? source.bounds : nil)
    let place = face ?? PixelRect(around: centre, side: PreviewScene.side / 2, within: area)
    let box = face ?? place.surrounded(by: PreviewScene.margin, within: area)
    let needed = model.areaNeeded(toRestore: [box], ofWidth: source.width, height: source.height).union(box)
    let part = try LayerPixels(source).seen(with: .fills, of: Tries(on: source)).partAlone(needed)
    let inPart = place.moved(x: -needed.x, y: -needed.y)
    let before = part.image.cropped(to: inPart)
    let isTransparent = part.image.isTransparent()
    return PreviewScene(before: before, place: place) { restorer, options in
      if isTransparent { return before }
      var options = options
      // As without boxes: the whole layer is not matched.
      if selection == nil && !isFaceModel { options.toneMatch = false }
      return try restorer.restore(part, boxes: [box], options).cropped(to: inPart)
    }
  }

  private func inpaintScene() throws -> PreviewScene {
    guard settings.samplesMerged else {
      guard let selection = try Selection(on: source) else { throw ShellError.emptySelection }
      return try fillScene(selection, of: source)
    }
    guard let selection = try Selection(onCanvasOf: source) else { throw ShellError.emptySelection }
    return try source.withSeen { seen in
      do { return try fillScene(selection, of: seen) } catch let error as ShellError { throw error.aboutTheImage }
    }
  }

  /// The whole fill with a little of what is around it.
  private func fillScene(_ selection: Selection, of source: Source) throws -> PreviewScene {
    let choices = fillChoices
    let selection = selection.grown(by: choices.grow, within: source.bounds)
    let pixels = try LayerPixels(source).seen(with: .all, of: Tries(on: source))
    let longest = max(selection.bounds.width, selection.bounds.height)
    let reduction = (longest + PreviewScene.reducedSide - 1) / PreviewScene.reducedSide
    let part =
      try reduction == 1 ? partNeeded(selection, pixels, of: source, choices) : nil
    let area =
      part?.place
      ?? model.areaNeeded(toFill: selection.holeBounds, ofWidth: source.width, height: source.height)
      .union(selection.bounds)
    let image = try part?.image ?? pixels.read(area, reducedBy: reduction)
    let mask = selection.mask(over: area).reduced(by: reduction)
    let place = selection.bounds.grown(by: max(16, longest / 4), within: area)
    let view = place.moved(x: -area.x, y: -area.y).reduced(
      by: reduction, withinWidth: image.width, height: image.height)
    let (before, weights) = (image.cropped(to: view), mask.cropped(to: view))
    return PreviewScene(before: before, place: place) { restorer, options in
      let options = choices.options(options)
      let filled =
        try part.map { try restorer.inpaint($0, mask: mask, options) } ?? restorer.inpaint(image, mask: mask, options)
      return filled.cropped(to: view).laid(over: before, weights, makingOpaque: choices.makesOpaque)
    }
  }

  /// The whole extended picture.
  private func outpaintScene() throws -> PreviewScene {
    let canvas = gimp.size(of: source.image)
    let margins = try settings.canvas.checkedMargins(on: canvas, largestSide: gimp.largestSide)
    let size = margins.extended(width: canvas.width, height: canvas.height)
    let reduction = (max(size.width, size.height) + PreviewScene.reducedSide - 1) / PreviewScene.reducedSide
    let picture = try source.withSeen { try LayerPixels($0).read($0.bounds, reducedBy: reduction) }
    guard !picture.isTransparent() else { throw ShellError.nothingSeen }
    let small = margins.reduced(by: reduction)
    let before = picture.withClear(small)
    return PreviewScene(before: before, place: source.bounds) { restorer, options in
      var options = options
      options.grain = true
      return try restorer.extend(picture, by: small, options)
    }
  }
}

// MARK: Reduced pictures

extension LayerPixels {
  /// A part without a look at the rest of the layer.
  fileprivate func partAlone(_ area: PixelRect) throws -> PicturePart {
    let image = try read(area)
    let traits = PictureTraits(isGray: image.colourChannels == 1, hasAlpha: image.hasAlpha) { _ = $0(image, nil) }
    return PicturePart(image, at: area, ofWidth: layerBounds.width, height: layerBounds.height, traits)
  }

  /// The pixels of an area, each the mean of so many a side; in bands, so that a large area is never whole in memory.
  func read(_ area: PixelRect, reducedBy factor: Int) throws -> PixelImage {
    guard factor > 1 else { return try read(area) }
    let bands = try area.bands(of: max(1, 256 / factor) * factor).map { try read($0).reduced(by: factor) }
    return PixelImage(
      width: bands[0].width, height: bands.reduce(0) { $0 + $1.height }, channels: bands[0].channels,
      samples: bands.flatMap(\.samples))
  }
}

extension PixelImage {
  /// Each pixel the mean of so many a side; fewer at the right and the bottom.
  func reduced(by factor: Int) -> PixelImage {
    guard factor > 1 else { return self }
    var small = PixelImage(
      width: (width + factor - 1) / factor, height: (height + factor - 1) / factor, channels: channels)
    for y in 0..<height {
      for x in 0..<width {
        let (from, to) = ((y * width + x) * channels, (y / factor * small.width + x / factor) * channels)
        for c in 0..<channels { small.samples[to + c] += samples[from + c] }
      }
    }
    for y in 0..<small.height {
      for x in 0..<small.width {
        let count = min(factor, width - x * factor) * min(factor, height - y * factor)
        let first = (y * small.width + x) * channels
        for c in first..<first + channels { small.samples[c] /= Float(count) }
      }
    }
    return small
  }

  /// This fill over what was there, as it will be seen.
  fileprivate func laid(over base: PixelImage, _ weights: PixelImage, makingOpaque: Bool) -> PixelImage {
    var result = blended(over: base, weights: weights)
    guard makingOpaque && hasAlpha else { return result }
    for pixel in 0..<width * height where weights.samples[pixel] > 0 {
      let (first, alpha) = (pixel * channels, pixel * channels + channels - 1)
      if base.samples[alpha] <= 0 { for c in first..<alpha { result.samples[c] = samples[c] } }
      result.samples[alpha] += (1 - result.samples[alpha]) * min(weights.samples[pixel], 1)
    }
    return result
  }

  /// The picture with transparent margins.
  fileprivate func withClear(_ margins: Margins) -> PixelImage {
    let size = margins.extended(width: width, height: height)
    var result = PixelImage(width: size.width, height: size.height, channels: colourChannels + 1)
    for y in 0..<height {
      for x in 0..<width {
        for c in 0..<channels { result[x + margins.left, y + margins.top, c] = self[x, y, c] }
        if !hasAlpha { result[x + margins.left, y + margins.top, colourChannels] = 1 }
      }
    }
    return result
  }
}

extension Margins {
  /// None of them becomes nothing.
  fileprivate func reduced(by factor: Int) -> Margins {
    func reduced(_ margin: Int) -> Int { margin == 0 ? 0 : max(1, (margin + factor / 2) / factor) }
    return Margins(left: reduced(left), right: reduced(right), top: reduced(top), bottom: reduced(bottom))
  }
}

extension PixelRect {
  /// A square with a centre, as far as it fits into `whole`.
  fileprivate init(around centre: (x: Int, y: Int), side: Int, within whole: PixelRect) {
    let (width, height) = (min(side, whole.width), min(side, whole.height))
    self.init(
      x: min(max(centre.x - width / 2, whole.x), whole.x + whole.width - width),
      y: min(max(centre.y - height / 2, whole.y), whole.y + whole.height - height), width: width, height: height)
  }

  /// The same, beginning at a whole position of any latent, counted from the corner of `whole`.
  fileprivate func surrounded(by pixels: Int, within whole: PixelRect) -> PixelRect {
    var area = grown(by: pixels, within: whole)
    let (dx, dy) = ((area.x - whole.x) % 8, (area.y - whole.y) % 8)
    area = PixelRect(x: area.x - dx, y: area.y - dy, width: area.width + dx, height: area.height + dy)
    return area
  }

  fileprivate func scaled(by ratio: Double, withinWidth width: Int, height: Int) -> PixelRect {
    func span(_ start: Int, _ length: Int, _ most: Int) -> (Int, Int) {
      let first = min(Int((Double(start) * ratio).rounded()), most - 1)
      return (first, max(1, min(Int((Double(start + length) * ratio).rounded()), most) - first))
    }
    let ((x, width), (y, height)) = (span(x, self.width, width), span(y, self.height, height))
    return PixelRect(x: x, y: y, width: width, height: height)
  }

  fileprivate func reduced(by factor: Int, withinWidth width: Int, height: Int) -> PixelRect {
    scaled(by: 1 / Double(factor), withinWidth: width, height: height)
  }
}
