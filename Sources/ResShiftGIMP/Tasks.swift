import CGimp
import Glibc
import ModelLibrary
import ResShift

/// What one call works with: the layer, the choices, the model.
struct Request {
  let source: Source
  let settings: Settings
  let model: ModelDescriptor
  let seed: UInt64
  /// Whether results are to be shown, that is unless a script calls.
  let showsResult: Bool

  private var options: RestoreOptions {
    var options = RestoreOptions()
    options.seed = seed
    options.threads = gimpThreads()
    return options
  }

  /// Loads the model and lets it work, while GIMP shows the progress. Nothing in the image changes.
  private func compute(
    _ verb: String, _ work: @escaping @Sendable (Restorer, RestoreOptions) throws -> PixelImage
  ) throws -> PixelImage {
    gimp_progress_init("ResShift: \(verb) “\(source.name)” with \(model.name)")
    let model = model
    return try Worker.run(options) { options in try work(try Restorer(model), options) }
  }
}

// MARK: Upscale

extension Request {
  func upscale() throws -> gint32 {
    let scale = model.diffusion.sf
    guard settings.factor <= scale else {
      throw PlugInError.calling(
        "Model “\(model.name)” enlarges \(scale) times at most, not \(settings.factor): use a smaller factor.")
    }
    let selection = settings.output == .scaledImage ? nil : try Selection(on: source)
    let area = selection?.bounds ?? source.bounds
    try checkSize(of: area)
    let transfer = try PixelTransfer(source)
    let picture = try transfer.read(area)
    let seenThrough = settings.output == .sameSize ? selection?.weights : nil
    guard !picture.isTransparent(seenThrough) else {
      throw PlugInError.transparent(source.name, isSelected: selection != nil)
    }
    // At the same size the detail is reduced by the engine; alpha is then the source's.
    let factor = settings.output == .sameSize ? 1 : settings.factor
    let result = try compute("upscaling") { try $0.upscale(picture, factor: factor, $1) }
    let writer = LayerWriter(source: source, transfer: transfer)
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
    var width = area.width * settings.factor
    var height = area.height * settings.factor
    if settings.output == .scaledImage {
      width = max(width, Int(gimp_image_width(source.image)) * settings.factor)
      height = max(height, Int(gimp_image_height(source.image)) * settings.factor)
    }
    guard max(width, height) <= Int(GIMP_MAX_IMAGE_SIZE) else { throw PlugInError.tooLarge(width, height) }
  }

  private var enlargedName: String { "Upscaled x\(settings.factor) (\(model.name))" }

  /// Output 0: everything in the image grows, the result lies above the enlarged source.
  private func scaleImage(addingLayer picture: PixelImage, _ writer: LayerWriter) throws -> gint32 {
    let factor = gint(settings.factor)
    // Before anything changes: with all that may fail.
    try source.checkThatItIsThere()
    let mask = try source.appliedMask.map {
      try grayValues(of: $0, source.bounds).resized(width: picture.width, height: picture.height)
    }
    let layer = try writer.makeLayer(
      picture, mask: mask, name: enlargedName,
      at: (source.offsetX * settings.factor, source.offsetY * settings.factor), .plain)
    try writer.insert(layer) {
      gimp_context_push()
      defer { gimp_context_pop() }
      gimp_context_set_interpolation(GIMP_INTERPOLATION_CUBIC)
      guard
        gimp_image_scale(
          source.image, gimp_image_width(source.image) * factor, gimp_image_height(source.image) * factor) != 0
      else { throw PlugInError.refused("scale the image", source.name) }
    }
    return layer
  }

  /// Output 1: an image of its own, with the source image's precision, profile and resolution.
  private func newImage(of picture: PixelImage, _ writer: LayerWriter) throws -> gint32 {
    let type = source.isGray ? GIMP_GRAY : GIMP_RGB
    let image = gimp_image_new_with_precision(
      gint(picture.width), gint(picture.height), type, gimp_image_get_precision(source.image))
    guard image != -1 else { throw PlugInError.refused("make a new image", source.name) }
    gimp_image_undo_disable(image)
    do {
      if let profile = gimp_image_get_color_profile(source.image) {
        defer { g_object_unref(profile) }
        gimp_image_set_color_profile(image, profile)
      }
      var x = 0.0
      var y = 0.0
      gimp_image_get_resolution(source.image, &x, &y)
      gimp_image_set_resolution(image, x, y)
      gimp_image_set_unit(image, gimp_image_get_unit(source.image))
      let layer = try writer.makeLayer(picture, name: enlargedName, at: (0, 0), .plain, in: image)
      guard gimp_image_insert_layer(image, layer, -1, 0) != 0 else {
        throw PlugInError.refused("insert the new layer", source.name)
      }
      gimp_image_undo_enable(image)
      if showsResult { gimp_display_new(image) }
      return layer
    } catch {
      gimp_image_delete(image)
      throw error
    }
  }
}

// MARK: Inpaint

extension Request {
  func inpaint() throws -> gint32 {
    guard let selection = try Selection(on: source) else { throw PlugInError.emptySelection }
    let transfer = try PixelTransfer(source)
    let picture = try transfer.read(source.bounds)
    let mask = selection.mask(width: source.width, height: source.height)
    guard !picture.isTransparent() else { throw PlugInError.transparent(source.name, isSelected: false) }
    guard !picture.isTransparent(mask) else { throw PlugInError.transparent(source.name, isSelected: true) }
    guard picture.hasKnownPixel(outside: mask) else { throw PlugInError.nothingKnown(source.name) }
    let filled = try compute("inpainting") { try $0.inpaint(picture, mask: mask, $1) }
    let area = selection.bounds
    return try LayerWriter(source: source, transfer: transfer).replacePixels(
      Replacement(
        result: filled.cropped(to: area), original: picture.cropped(to: area), area: area, weights: selection.weights,
        name: "Inpainted (\(model.name))", isFill: true))
  }
}

// MARK: Restore

extension Request {
  /// Above this many pixels a side a picture without selection is no longer one face for certain.
  private static let largestFace = 1024

  func restore() throws -> gint32 {
    let selection = try Selection(on: source)
    let transfer = try PixelTransfer(source)
    let isFaceModel = model.frame == .face
    if isFaceModel && selection == nil && max(source.width, source.height) > Request.largestFace {
      gimp_message(
        "Model “\(model.name)” takes layer “\(source.name)” for one face: select the faces to restore only them.")
    }
    // The model gets the whole layer: what lies around a box is its context.
    let picture = try transfer.read(source.bounds)
    let boxes = selection.map { isFaceModel ? $0.islands : [$0.bounds] } ?? []
    let area = selection?.bounds ?? source.bounds
    let original = picture.cropped(to: area)
    guard !original.isTransparent(selection?.weights) else {
      throw PlugInError.transparent(source.name, isSelected: selection != nil && !picture.isTransparent())
    }
    let result = try compute("restoring") { try $0.restore(picture, boxes: boxes, $1) }.cropped(to: area)
    return try LayerWriter(source: source, transfer: transfer).replacePixels(
      Replacement(
        result: result, original: original, area: area, weights: selection?.weights, name: "Restored (\(model.name))",
        isFill: false))
  }
}
