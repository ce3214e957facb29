import CGimp3
import GimpShell
import ResShift

// MARK: What layers are

extension Gimp3 {
  func kind(of item: Layer) -> ItemKind? {
    guard gimp_item_id_is_valid(item.id) != 0 else { return nil }
    if gimp_item_id_is_layer_mask(item.id) != 0 {
      return Layer(gimp_layer_from_mask(item.item.map { OpaquePointer($0) })).map { .mask(of: $0) } ?? .other
    }
    guard gimp_item_id_is_layer(item.id) != 0 else { return .other }
    return gimp_item_is_group(item.item) != 0 ? .group : .layer
  }

  func image(of layer: Layer) -> Image { Image(gimp_item_get_image(layer.item)) ?? Image(-1) }

  func name(of layer: Layer) -> String {
    guard let text = gimp_item_get_name(layer.item) else { return "\(layer.id)" }
    defer { g_free(text) }
    return String(cString: text)
  }

  func place(of layer: Layer) -> PixelRect {
    var x: gint = 0
    var y: gint = 0
    gimp_drawable_get_offsets(layer.drawable, &x, &y)
    return PixelRect(
      x: Int(x), y: Int(y), width: Int(gimp_drawable_get_width(layer.drawable)),
      height: Int(gimp_drawable_get_height(layer.drawable)))
  }

  func pixelType(of layer: Layer) -> PixelType {
    PixelType(
      isGray: gimp_drawable_is_gray(layer.drawable) != 0, hasAlpha: gimp_drawable_has_alpha(layer.drawable) != 0)
  }

  func isText(_ layer: Layer) -> Bool { gimp_item_id_is_text_layer(layer.id) != 0 }

  func isVisible(_ layer: Layer) -> Bool { gimp_item_get_visible(layer.item) != 0 }

  func isLocked(_ layer: Layer) -> Bool { gimp_item_get_lock_content(layer.item) != 0 }

  func blending(of layer: Layer) -> Blending {
    let (mode, composite) = (gimp_layer_get_mode(layer.layer), gimp_layer_get_composite_mode(layer.layer))
    let isCover = mode == GIMP_LAYER_MODE_NORMAL || mode == GIMP_LAYER_MODE_NORMAL_LEGACY
    return Blending(
      opacity: gimp_layer_get_opacity(layer.layer) / 100,
      isNormal: isCover && (composite == GIMP_LAYER_COMPOSITE_AUTO || composite == GIMP_LAYER_COMPOSITE_UNION),
      isClipped: isCover && composite == GIMP_LAYER_COMPOSITE_CLIP_TO_BACKDROP,
      isPassThrough: mode == GIMP_LAYER_MODE_PASS_THROUGH)
  }

  func mask(of layer: Layer) -> MaskState? {
    guard gimp_layer_get_mask(layer.layer) != nil else { return nil }
    return MaskState(
      isApplied: gimp_layer_get_apply_mask(layer.layer) != 0, isShown: gimp_layer_get_show_mask(layer.layer) != 0)
  }

  func tattoo(of layer: Layer) -> Int { Int(gimp_item_get_tattoo(layer.item)) }
}

// MARK: Where layers are

extension Gimp3 {
  func layers(of group: Layer?, in image: Image) -> [Layer] {
    let items =
      group.map { gimp_item_get_children($0.item) }
      ?? gimp_image_get_layers(image.object).map {
        UnsafeMutableRawPointer($0).assumingMemoryBound(to: UnsafeMutablePointer<GimpItem>?.self)
      }
    defer { g_free(items) }
    return items?.layers ?? []
  }

  func parent(of layer: Layer) -> Layer? { Layer(gimp_item_get_parent(layer.item)) }

  func position(of layer: Layer) -> Int? {
    let position = gimp_image_get_item_position(gimp_item_get_image(layer.item), layer.item)
    return position >= 0 ? Int(position) : nil
  }
}

// MARK: Changes

extension Gimp3 {
  func makeLayer(in image: Image, _ name: String, width: Int, height: Int, _ type: PixelType) -> Layer? {
    let types = [[GIMP_RGB_IMAGE, GIMP_RGBA_IMAGE], [GIMP_GRAY_IMAGE, GIMP_GRAYA_IMAGE]]
    return Layer(
      gimp_layer_new(
        image.object, name, gint(width), gint(height), types[type.isGray ? 1 : 0][type.hasAlpha ? 1 : 0], 100,
        GIMP_LAYER_MODE_NORMAL))
  }

  func copy(_ layer: Layer) -> Layer? {
    guard let copy = Layer(gimp_layer_copy(layer.layer)) else { return nil }
    // Live filters would work on the result once more. GIMP leaves locked pixels alone.
    let isLocked = isLocked(copy)
    setLocked(copy, false)
    gimp_drawable_merge_filters(copy.drawable)
    // Some filters, such as shadows, make it larger.
    let (wanted, merged) = (place(of: layer), place(of: copy))
    if merged != wanted {
      gimp_layer_resize(
        copy.layer, gint(wanted.width), gint(wanted.height), gint(merged.x - wanted.x), gint(merged.y - wanted.y))
    }
    setLocked(copy, isLocked)
    return copy
  }

  func copyAppearance(of other: Layer, to layer: Layer) {
    gimp_layer_set_opacity(layer.layer, gimp_layer_get_opacity(other.layer))
    gimp_layer_set_mode(layer.layer, gimp_layer_get_mode(other.layer))
    gimp_layer_set_blend_space(layer.layer, gimp_layer_get_blend_space(other.layer))
    gimp_layer_set_composite_space(layer.layer, gimp_layer_get_composite_space(other.layer))
    gimp_layer_set_composite_mode(layer.layer, gimp_layer_get_composite_mode(other.layer))
    gimp_layer_set_lock_alpha(layer.layer, gimp_layer_get_lock_alpha(other.layer))
    gimp_item_set_color_tag(layer.item, gimp_item_get_color_tag(other.item))
  }

  func delete(_ layer: Layer) { gimp_item_delete(layer.item) }

  func insert(_ layer: Layer, into group: Layer?, at position: Int, in image: Image) -> Bool {
    gimp_image_insert_layer(image.object, layer.layer, group?.layer, gint(position)) != 0
  }

  func remove(_ layer: Layer, from image: Image) { gimp_image_remove_layer(image.object, layer.layer) }

  func move(_ layer: Layer, x: Int, y: Int) { gimp_layer_set_offsets(layer.layer, gint(x), gint(y)) }

  func setName(of layer: Layer, _ name: String) { gimp_item_set_name(layer.item, name) }

  func setVisible(_ layer: Layer, _ isVisible: Bool) { gimp_item_set_visible(layer.item, isVisible ? 1 : 0) }

  func setLocked(_ layer: Layer, _ isLocked: Bool) { gimp_item_set_lock_content(layer.item, isLocked ? 1 : 0) }

  func keepAlphaBelow(_ layer: Layer) {
    gimp_layer_set_composite_mode(layer.layer, GIMP_LAYER_COMPOSITE_CLIP_TO_BACKDROP)
  }

  func activate(_ layer: Layer) {
    var layers = [layer.layer.map { UnsafePointer($0) }, nil]
    gimp_image_set_selected_layers(gimp_item_get_image(layer.item), &layers)
    if gimp_layer_get_mask(layer.layer) != nil { gimp_layer_set_edit_mask(layer.layer, 0) }
  }
}

// MARK: Notes, which GIMP calls parasites

extension Gimp3 {
  func note(_ name: String, of layer: Layer) -> String? {
    guard let note = gimp_item_get_parasite(layer.item, name) else { return nil }
    defer { gimp_parasite_free(note) }
    var size: guint32 = 0
    guard let data = gimp_parasite_get_data(note, &size) else { return nil }
    let bytes = UnsafeRawBufferPointer(start: data, count: min(64, Int(size)))
    return String(decoding: bytes, as: UTF8.self)
  }

  /// Attaching a parasite that cannot be undone would throw away all the user may undo.
  func attach(_ name: String, _ text: String, to layer: Layer) {
    let flags = guint32(GIMP_PARASITE_PERSISTENT) | guint32(GIMP_PARASITE_UNDOABLE)
    let note = text.withCString { gimp_parasite_new(name, flags, guint32(text.utf8.count), $0) }
    gimp_item_attach_parasite(layer.item, note)
    gimp_parasite_free(note)
  }

  func detach(_ name: String, from layer: Layer) { gimp_item_detach_parasite(layer.item, name) }
}
