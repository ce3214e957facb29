import ModelLibrary
import ResShift

/// What can be chosen about a fill besides model and seed.
struct FillChoices {
  /// By how many pixels the selection grows first.
  var grow = 0
  var matchesTone = true
  var matchesGrain = false
  /// Whether what is transparent in the selection becomes opaque.
  var makesOpaque = false
  /// The channel that marks what the fill must not be made of; nil = none.
  var excludedChannel: String?

  /// Those of the engine.
  func options(_ options: RestoreOptions) -> RestoreOptions {
    var options = options
    // nil = on, as ever.
    options.toneMatch = matchesTone ? nil : false
    options.grain = matchesGrain
    return options
  }
}

/// A fill that was computed, and what it was computed from.
struct Fill {
  /// The selection, grown, over its bounding box.
  let selection: Selection
  /// The network's picture over that box, and what was there.
  let result: PixelImage
  let original: PixelImage
  let pixels: LayerPixels
}

extension Request {
  /// Fills the selection: read, compute; then write.
  func inpaint() throws -> Writing { try inpaint(fillChoices) }

  /// The same with all that can be chosen.
  func inpaintFull() throws -> Writing {
    try settings.samplesMerged ? inpaintSeen(fillChoices) : inpaint(fillChoices)
  }

  /// What was chosen; what the procedure has no parameter for is as it ever was.
  var fillChoices: FillChoices {
    FillChoices(
      grow: settings.grow, matchesTone: settings.matchesTone,
      matchesGrain: settings.has(.toneMatch) && settings.matchesTone, makesOpaque: settings.fillsTransparent,
      excludedChannel: settings.excludedChannel)
  }

  private func inpaint(_ choices: FillChoices) throws -> Writing {
    guard let selection = try Selection(on: source) else { throw ShellError.emptySelection }
    let fill = try fill(selection, of: source, choices)
    let replacement = Replacement(
      result: fill.result, original: fill.original, area: fill.selection.bounds, weights: fill.selection.weights,
      name: layerName("Inpainted"), isFill: true, makesOpaque: choices.makesOpaque)
    return Writing { source, _ in try writer(source, fill.pixels).replacePixels(replacement) }
  }

  /// Computes the fill of a selection on a layer.
  func fill(_ selection: Selection, of source: Source, _ choices: FillChoices) throws -> Fill {
    let selection = selection.grown(by: choices.grow, within: source.bounds)
    let own = try LayerPixels(source)
    // What was removed or mended before must not come back as a piece of the fill.
    let pixels = own.seen(with: .all, of: Tries(on: source))
    let part = try partNeeded(selection, pixels, of: source, choices)
    let mask = selection.mask(over: part.place)
    // At the edge of a cut-out a little is no matter.
    if !choices.makesOpaque, part.image.transparentShare(of: mask) > 0.1 {
      gimp.tell(Notice.staysTransparent(source.name))
    }
    let filled = try compute(Notice.inpainting) { restorer, options in
      try restorer.inpaint(part, mask: mask, choices.options(options))
    }
    let inPart = selection.bounds.moved(x: -part.place.x, y: -part.place.y)
    // Through the feather a further try shows the layer, not the try before.
    let original = pixels.areOwn ? part.image.cropped(to: inPart) : try own.read(selection.bounds)
    return Fill(selection: selection, result: filled.cropped(to: inPart), original: original, pixels: own)
  }

  /// What the model has to see of the layer to fill the hole. Throws if there is nothing to fill, or to fill it from.
  func partNeeded(
    _ selection: Selection, _ pixels: LayerPixels, of source: Source, _ choices: FillChoices
  ) throws -> PicturePart {
    let area = model.areaNeeded(toFill: selection.holeBounds, ofWidth: source.width, height: source.height)
      .union(selection.bounds)
    var part = try pixels.part(area, hole: selection)
    guard choices.makesOpaque || !part.image.isTransparent(selection.mask(over: area)) else {
      throw try pixels.isAnythingVisible()
        ? ShellError.transparentHole(layer: source.name) : ShellError.transparentLayer(source.name)
    }
    if !part.hasContext(of: selection.mask(over: area), for: model) {
      // Whatever there is lies farther away.
      part = try pixels.part(source.bounds, hole: selection)
      guard part.hasContext(of: selection.mask(over: source.bounds), for: model) else {
        throw ShellError.nothingKnown(layer: source.name)
      }
    }
    if let name = choices.excludedChannel {
      guard let values = try gimp.channelValues(named: name, of: source.image, source.onCanvas(part.place)) else {
        throw ShellError.noChannel(name)
      }
      part.excluded = values.maskWeights
    }
    return part
  }
}
