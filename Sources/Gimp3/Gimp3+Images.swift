import CGimp3
import FilePaths
import GimpShell
import ResShift

// MARK: Images

extension Gimp3 {
  func isValid(_ image: Image) -> Bool { gimp_image_id_is_valid(image.id) != 0 }

  var images: Set<Image> {
    guard let list = gimp_get_images() else { return [] }
    defer { g_free(list) }
    var images: Set<Image> = []
    var next = list
    while let object = next.pointee {
      images.insert(Image(gimp_image_get_id(object)))
      next += 1
    }
    return images
  }

  func size(of image: Image) -> (width: Int, height: Int) {
    (Int(gimp_image_get_width(image.object)), Int(gimp_image_get_height(image.object)))
  }

  var largestSide: Int { Int(GIMP_MAX_IMAGE_SIZE) }

  func isIndexed(_ image: Image) -> Bool { gimp_image_get_base_type(image.object) == GIMP_INDEXED }

  func hasFloatingSelection(_ image: Image) -> Bool { gimp_image_get_floating_sel(image.object) != nil }

  func hasLinearProfile(_ image: Image) -> Bool? {
    guard let profile = gimp_image_get_effective_color_profile(image.object) else { return nil }
    defer { release(profile) }
    return gimp_color_profile_is_linear(profile) != 0
  }

  func convertToRGB(_ image: Image) -> Bool { gimp_image_convert_rgb(image.object) != 0 }

  func convertToIndexed(_ image: Image) {
    gimp_image_convert_indexed(image.object, GIMP_CONVERT_DITHER_NONE, GIMP_CONVERT_PALETTE_GENERATE, 256, 0, 0, "")
  }

  func scale(_ image: Image, width: Int, height: Int) -> Bool {
    gimp_context_push()
    defer { gimp_context_pop() }
    gimp_context_set_interpolation(GIMP_INTERPOLATION_CUBIC)
    return gimp_image_scale(image.object, gint(width), gint(height)) != 0
  }

  func undoStep<R>(of image: Image, _ body: () throws -> R) rethrows -> R {
    gimp_image_undo_group_start(image.object)
    defer { gimp_image_undo_group_end(image.object) }
    return try body()
  }

  func makeImage(like image: Image, isGray: Bool, width: Int, height: Int) -> Image? {
    guard
      let new = gimp_image_new_with_precision(
        gint(width), gint(height), isGray ? GIMP_GRAY : GIMP_RGB, gimp_image_get_precision(image.object))
    else { return nil }
    gimp_image_undo_disable(new)
    if let profile = gimp_image_get_color_profile(image.object) {
      defer { release(profile) }
      gimp_image_set_color_profile(new, profile)
    }
    var x = 0.0
    var y = 0.0
    gimp_image_get_resolution(image.object, &x, &y)
    gimp_image_set_resolution(new, x, y)
    gimp_image_set_unit(new, gimp_image_get_unit(image.object))
    if let metadata = gimp_image_get_metadata(image.object) {
      defer { release(metadata) }
      gimp_metadata_set_pixel_size(metadata, gint(width), gint(height))
      gimp_image_set_metadata(new, metadata)
    }
    return Image(gimp_image_get_id(new))
  }

  func finish(_ image: Image, isShown: Bool) {
    gimp_image_undo_enable(image.object)
    if isShown { gimp_display_new(image.object) }
  }

  func delete(_ image: Image) { gimp_image_delete(image.object) }

  func updateDisplays() { gimp_displays_flush() }
}

// MARK: The selection

extension Gimp3 {
  func isSelectionEmpty(_ image: Image) -> Bool { gimp_selection_is_empty(image.object) != 0 }

  func selectionBounds(on layer: Layer) -> PixelRect? {
    var x: gint = 0
    var y: gint = 0
    var width: gint = 0
    var height: gint = 0
    guard gimp_drawable_mask_intersect(layer.drawable, &x, &y, &width, &height) != 0, width > 0, height > 0 else {
      return nil
    }
    return PixelRect(x: Int(x), y: Int(y), width: Int(width), height: Int(height))
  }

  func pathBounds(of image: Image) -> [PixelRect] {
    guard let paths = gimp_image_get_selected_paths(image.object) else { return [] }
    defer { g_free(paths) }
    guard let path = paths[0] else { return [] }
    var count: gsize = 0
    guard let strokes = gimp_path_get_strokes(path, &count) else { return [] }
    defer { g_free(strokes) }
    return (0..<Int(count)).compactMap { index in
      var (length, isClosed): (gsize, gboolean) = (0, 0)
      guard let numbers = gimp_path_stroke_interpolate(path, strokes[index], 1, &length, &isClosed) else { return nil }
      defer { g_free(numbers) }
      return PixelRect(around: (0..<Int(length) / 2).map { (numbers[2 * $0], numbers[2 * $0 + 1]) })
    }
  }

  func channels(of image: Image) -> [String] { channelItems(of: image).map { name(of: $0) } }

  /// Channels as items; the shell knows no other.
  func channelItems(of image: Image) -> [Layer] {
    guard let list = gimp_image_get_channels(image.object) else { return [] }
    defer { g_free(list) }
    var items: [Layer] = []
    var next = list
    while let channel = next.pointee {
      items += [Layer(channel)].compactMap { $0 }
      next += 1
    }
    return items
  }

  func selectNothing(_ image: Image) { gimp_selection_none(image.object) }

  /// Layer masks keep values as they are, where channels of images with gamma round them.
  func select(_ weights: PixelImage, in image: Image) throws {
    let type = PixelType(isGray: gimp_image_get_base_type(image.object) == GIMP_GRAY, hasAlpha: true)
    guard let layer = makeLayer(in: image, "mask", width: weights.width, height: weights.height, type),
      insert(layer, into: nil, at: 0, in: image)
    else { throw ShellError.noRoomForMask(reason: lastError) }
    defer { remove(layer, from: image) }
    guard try addMask(weights, to: layer) else { throw ShellError.noRoomForMask(reason: lastError) }
    guard gimp_image_select_item(image.object, GIMP_CHANNEL_OP_REPLACE, cast(gimp_layer_get_mask(layer.layer))) != 0
    else {
      throw ShellError.maskNotSelected(reason: lastError)
    }
  }
}

// MARK: Files

extension Gimp3 {
  func path(of image: Image) -> String? {
    guard let file = gimp_image_get_file(image.object) ?? gimp_image_get_imported_file(image.object) else { return nil }
    defer { release(file) }
    guard let path = g_file_get_path(file) else { return nil }
    defer { g_free(path) }
    return String(pathBytes: UnsafeRawBufferPointer(start: path, count: strlen(path)))
  }

  func setPath(of image: Image, _ path: String) {
    guard let file = path.withPathBytes({ g_file_new_for_path($0) }) else { return }
    defer { release(file) }
    gimp_image_set_file(image.object, file)
  }

  func load(_ path: String) -> Image? {
    guard let file = path.withPathBytes({ g_file_new_for_path($0) }) else { return nil }
    defer { release(file) }
    return Image(gimp_file_load(GIMP_RUN_NONINTERACTIVE, file))
  }

  func save(_ image: Image, _ layer: Layer, _ path: String) -> Bool {
    // Files are written of images, not of layers: all others are hidden while that is done.
    let hidden = layers(of: nil, in: image).filter { $0 != layer && isVisible($0) }
    for other in hidden { setVisible(other, false) }
    defer { for other in hidden { setVisible(other, true) } }
    guard let file = path.withPathBytes({ g_file_new_for_path($0) }) else { return false }
    defer { release(file) }
    return gimp_file_save(GIMP_RUN_NONINTERACTIVE, image.object, file, nil) != 0
  }

  func crop(_ image: Image, to area: PixelRect) {
    gimp_image_resize(image.object, gint(area.width), gint(area.height), -gint(area.x), -gint(area.y))
  }

  func makeSeenLayer(of image: Image) -> Layer? {
    Layer(gimp_layer_new_from_visible(image.object, image.object, "seen"))
  }

  func merge(_ image: Image, keepingAlpha: Bool) -> Layer? {
    Layer(
      keepingAlpha
        ? gimp_image_merge_visible_layers(image.object, GIMP_CLIP_TO_IMAGE) : gimp_image_flatten(image.object))
  }

  func removeNeedlessAlpha(_ layer: Layer) {
    if pixelType(of: layer).hasAlpha && isOpaque(layer) { gimp_layer_flatten(layer.layer) }
  }

  private func isOpaque(_ layer: Layer) -> Bool {
    var values = [0.0, 0.0, 0.0, 0.0, 0.0, 0.0]
    return values.withUnsafeMutableBufferPointer { value in
      guard let at = value.baseAddress else { return false }
      return gimp_drawable_histogram(
        layer.drawable, GIMP_HISTOGRAM_ALPHA, 0, 0.997, at, at + 1, at + 2, at + 3, at + 4, at + 5) != 0 && at[4] == 0
    }
  }
}
