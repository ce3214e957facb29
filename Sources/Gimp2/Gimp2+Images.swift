import CGimp2
import FilePaths
import GimpShell
import ResShift

// MARK: Images

extension Gimp2 {
  func isValid(_ image: Image) -> Bool { gimp_image_is_valid(image.id) != 0 }

  var images: Set<Image> {
    var count: gint = 0
    guard let list = gimp_image_list(&count) else { return [] }
    defer { g_free(list) }
    return Set(UnsafeBufferPointer(start: list, count: Int(count)).map(Image.init))
  }

  func size(of image: Image) -> (width: Int, height: Int) {
    (Int(gimp_image_width(image.id)), Int(gimp_image_height(image.id)))
  }

  var largestSide: Int { Int(GIMP_MAX_IMAGE_SIZE) }

  func isIndexed(_ image: Image) -> Bool { gimp_image_base_type(image.id) == GIMP_INDEXED }

  func hasFloatingSelection(_ image: Image) -> Bool { gimp_image_get_floating_sel(image.id) != -1 }

  func hasLinearProfile(_ image: Image) -> Bool? {
    guard let profile = gimp_image_get_effective_color_profile(image.id) else { return nil }
    defer { g_object_unref(profile) }
    return gimp_color_profile_is_linear(profile) != 0
  }

  func convertToRGB(_ image: Image) -> Bool { gimp_image_convert_rgb(image.id) != 0 }

  func convertToIndexed(_ image: Image) {
    gimp_image_convert_indexed(image.id, GIMP_CONVERT_DITHER_NONE, GIMP_CONVERT_PALETTE_GENERATE, 256, 0, 0, "")
  }

  func scale(_ image: Image, width: Int, height: Int) -> Bool {
    gimp_context_push()
    defer { gimp_context_pop() }
    gimp_context_set_interpolation(GIMP_INTERPOLATION_CUBIC)
    return gimp_image_scale(image.id, gint(width), gint(height)) != 0
  }

  func undoStep<R>(of image: Image, _ body: () throws -> R) rethrows -> R {
    gimp_image_undo_group_start(image.id)
    defer { gimp_image_undo_group_end(image.id) }
    return try body()
  }

  func makeImage(like image: Image, isGray: Bool, width: Int, height: Int) -> Image? {
    let new = gimp_image_new_with_precision(
      gint(width), gint(height), isGray ? GIMP_GRAY : GIMP_RGB, gimp_image_get_precision(image.id))
    guard new != -1 else { return nil }
    gimp_image_undo_disable(new)
    if let profile = gimp_image_get_color_profile(image.id) {
      defer { g_object_unref(profile) }
      gimp_image_set_color_profile(new, profile)
    }
    var x = 0.0
    var y = 0.0
    gimp_image_get_resolution(image.id, &x, &y)
    gimp_image_set_resolution(new, x, y)
    gimp_image_set_unit(new, gimp_image_get_unit(image.id))
    if let metadata = gimp_image_get_metadata(image.id) {
      defer { g_object_unref(UnsafeMutableRawPointer(metadata)) }
      gimp_metadata_set_pixel_size(metadata, gint(width), gint(height))
      gimp_image_set_metadata(new, metadata)
    }
    return Image(new)
  }

  func finish(_ image: Image, isShown: Bool) {
    gimp_image_undo_enable(image.id)
    if isShown { gimp_display_new(image.id) }
  }

  func delete(_ image: Image) { gimp_image_delete(image.id) }

  func updateDisplays() { gimp_displays_flush() }
}

// MARK: The selection

extension Gimp2 {
  func isSelectionEmpty(_ image: Image) -> Bool { gimp_selection_is_empty(image.id) != 0 }

  func selectionBounds(on layer: Layer) -> PixelRect? {
    var x: gint = 0
    var y: gint = 0
    var width: gint = 0
    var height: gint = 0
    guard gimp_drawable_mask_intersect(layer.id, &x, &y, &width, &height) != 0, width > 0, height > 0 else {
      return nil
    }
    return PixelRect(x: Int(x), y: Int(y), width: Int(width), height: Int(height))
  }

  func pathBounds(of image: Image) -> [PixelRect] {
    let path = gimp_image_get_active_vectors(image.id)
    guard path != -1 else { return [] }
    var count: gint = 0
    guard let strokes = gimp_vectors_get_strokes(path, &count) else { return [] }
    defer { g_free(strokes) }
    return (0..<Int(count)).compactMap { index in
      var (length, isClosed): (gint, gboolean) = (0, 0)
      guard let numbers = gimp_vectors_stroke_interpolate(path, strokes[index], 1, &length, &isClosed) else {
        return nil
      }
      defer { g_free(numbers) }
      return PixelRect(around: (0..<Int(length) / 2).map { (numbers[2 * $0], numbers[2 * $0 + 1]) })
    }
  }

  func channels(of image: Image) -> [String] { channelIDs(of: image).map { name(of: Layer($0)) } }

  func channelIDs(of image: Image) -> [gint32] {
    var count: gint = 0
    let ids = gimp_image_get_channels(image.id, &count)
    defer { g_free(ids) }
    return (0..<Int(count)).compactMap { ids?[$0] }
  }

  func selectNothing(_ image: Image) { gimp_selection_none(image.id) }

  /// Layer masks keep values as they are, where channels of images with gamma round them.
  func select(_ weights: PixelImage, in image: Image) throws {
    let type = PixelType(isGray: gimp_image_base_type(image.id) == GIMP_GRAY, hasAlpha: true)
    guard let layer = makeLayer(in: image, "mask", width: weights.width, height: weights.height, type),
      insert(layer, into: nil, at: 0, in: image)
    else { throw ShellError.noRoomForMask(reason: lastError) }
    defer { remove(layer, from: image) }
    guard try addMask(weights, to: layer) else { throw ShellError.noRoomForMask(reason: lastError) }
    guard gimp_image_select_item(image.id, GIMP_CHANNEL_OP_REPLACE, gimp_layer_get_mask(layer.id)) != 0 else {
      throw ShellError.maskNotSelected(reason: lastError)
    }
  }
}

// MARK: Files

extension Gimp2 {
  func path(of image: Image) -> String? {
    guard let path = gimp_image_get_filename(image.id) else { return nil }
    defer { g_free(path) }
    return String(pathBytes: UnsafeRawBufferPointer(start: path, count: strlen(path)))
  }

  func setPath(of image: Image, _ path: String) { _ = path.withPathBytes { gimp_image_set_filename(image.id, $0) } }

  func load(_ path: String) -> Image? {
    let image = path.withPathBytes { gimp_file_load(GIMP_RUN_NONINTERACTIVE, $0, $0) }
    return image == -1 ? nil : Image(image)
  }

  func save(_ image: Image, _ layer: Layer, _ path: String) -> Bool {
    path.withPathBytes { gimp_file_save(GIMP_RUN_NONINTERACTIVE, image.id, layer.id, $0, $0) } != 0
  }

  func crop(_ image: Image, to area: PixelRect) {
    gimp_image_resize(image.id, gint(area.width), gint(area.height), -gint(area.x), -gint(area.y))
  }

  func makeSeenLayer(of image: Image) -> Layer? { found(gimp_layer_new_from_visible(image.id, image.id, "seen")) }

  func merge(_ image: Image, keepingAlpha: Bool) -> Layer? {
    found(keepingAlpha ? gimp_image_merge_visible_layers(image.id, GIMP_CLIP_TO_IMAGE) : gimp_image_flatten(image.id))
  }

  func removeNeedlessAlpha(_ layer: Layer) {
    if pixelType(of: layer).hasAlpha && isOpaque(layer) { gimp_layer_flatten(layer.id) }
  }

  private func isOpaque(_ layer: Layer) -> Bool {
    var values = [0.0, 0.0, 0.0, 0.0, 0.0, 0.0]
    return values.withUnsafeMutableBufferPointer { value in
      guard let at = value.baseAddress else { return false }
      return gimp_drawable_histogram(
        layer.id, GIMP_HISTOGRAM_ALPHA, 0, 0.997, at, at + 1, at + 2, at + 3, at + 4, at + 5) != 0 && at[4] == 0
    }
  }

  /// libgimp's -1 for no layer.
  func found(_ id: gint32) -> Layer? { id == -1 ? nil : Layer(id) }
}
