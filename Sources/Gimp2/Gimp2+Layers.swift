import CGimp2
import GimpShell
import ResShift

// MARK: What layers are

extension Gimp2 {
  func kind(of item: Layer) -> ItemKind? {
    guard gimp_item_is_valid(item.id) != 0 else { return nil }
    if gimp_item_is_layer_mask(item.id) != 0 { return .mask(of: Layer(gimp_layer_from_mask(item.id))) }
    guard gimp_item_is_layer(item.id) != 0 else { return .other }
    return gimp_item_is_group(item.id) != 0 ? .group : .layer
  }

  func image(of layer: Layer) -> Image { Image(gimp_item_get_image(layer.id)) }

  func name(of layer: Layer) -> String {
    guard let text = gimp_item_get_name(layer.id) else { return "\(layer.id)" }
    defer { g_free(text) }
    return String(cString: text)
  }

  func place(of layer: Layer) -> PixelRect {
    var x: gint = 0
    var y: gint = 0
    gimp_drawable_offsets(layer.id, &x, &y)
    return PixelRect(
      x: Int(x), y: Int(y), width: Int(gimp_drawable_width(layer.id)), height: Int(gimp_drawable_height(layer.id)))
  }

  func pixelType(of layer: Layer) -> PixelType {
    PixelType(
      isGray: gimp_drawable_is_gray(layer.id) != 0, hasAlpha: gimp_drawable_has_alpha(layer.id) != 0)
  }

  func isText(_ layer: Layer) -> Bool { gimp_item_is_text_layer(layer.id) != 0 }

  func isVisible(_ layer: Layer) -> Bool { gimp_item_get_visible(layer.id) != 0 }

  func isLocked(_ layer: Layer) -> Bool { gimp_item_get_lock_content(layer.id) != 0 }

  func blending(of layer: Layer) -> Blending {
    let (mode, composite) = (gimp_layer_get_mode(layer.id), gimp_layer_get_composite_mode(layer.id))
    let isCover = mode == GIMP_LAYER_MODE_NORMAL || mode == GIMP_LAYER_MODE_NORMAL_LEGACY
    return Blending(
      opacity: gimp_layer_get_opacity(layer.id) / 100,
      isNormal: isCover && (composite == GIMP_LAYER_COMPOSITE_AUTO || composite == GIMP_LAYER_COMPOSITE_UNION),
      isClipped: isCover && composite == GIMP_LAYER_COMPOSITE_CLIP_TO_BACKDROP,
      isPassThrough: mode == GIMP_LAYER_MODE_PASS_THROUGH)
  }

  func mask(of layer: Layer) -> MaskState? {
    guard gimp_layer_get_mask(layer.id) != -1 else { return nil }
    return MaskState(
      isApplied: gimp_layer_get_apply_mask(layer.id) != 0, isShown: gimp_layer_get_show_mask(layer.id) != 0)
  }

  func tattoo(of layer: Layer) -> Int { Int(gimp_item_get_tattoo(layer.id)) }
}

// MARK: Where layers are

extension Gimp2 {
  func layers(of group: Layer?, in image: Image) -> [Layer] {
    var count: gint = 0
    let ids = group.map { gimp_item_get_children($0.id, &count) } ?? gimp_image_get_layers(image.id, &count)
    defer { g_free(ids) }
    return (0..<Int(count)).compactMap { ids?[$0] }.map(Layer.init)
  }

  func parent(of layer: Layer) -> Layer? { found(gimp_item_get_parent(layer.id)) }

  func position(of layer: Layer) -> Int? {
    let position = gimp_image_get_item_position(gimp_item_get_image(layer.id), layer.id)
    return position >= 0 ? Int(position) : nil
  }
}

// MARK: Changes

extension Gimp2 {
  func makeLayer(in image: Image, _ name: String, width: Int, height: Int, _ type: PixelType) -> Layer? {
    let types = [[GIMP_RGB_IMAGE, GIMP_RGBA_IMAGE], [GIMP_GRAY_IMAGE, GIMP_GRAYA_IMAGE]]
    return found(
      gimp_layer_new(
        image.id, name, gint(width), gint(height), types[type.isGray ? 1 : 0][type.hasAlpha ? 1 : 0], 100,
        GIMP_LAYER_MODE_NORMAL))
  }

  func copy(_ layer: Layer) -> Layer? { found(gimp_layer_copy(layer.id)) }

  func copyAppearance(of other: Layer, to layer: Layer) {
    gimp_layer_set_opacity(layer.id, gimp_layer_get_opacity(other.id))
    gimp_layer_set_mode(layer.id, gimp_layer_get_mode(other.id))
    gimp_layer_set_blend_space(layer.id, gimp_layer_get_blend_space(other.id))
    gimp_layer_set_composite_space(layer.id, gimp_layer_get_composite_space(other.id))
    gimp_layer_set_composite_mode(layer.id, gimp_layer_get_composite_mode(other.id))
    gimp_layer_set_lock_alpha(layer.id, gimp_layer_get_lock_alpha(other.id))
    gimp_item_set_color_tag(layer.id, gimp_item_get_color_tag(other.id))
  }

  func delete(_ layer: Layer) { gimp_item_delete(layer.id) }

  func insert(_ layer: Layer, into group: Layer?, at position: Int, in image: Image) -> Bool {
    gimp_image_insert_layer(image.id, layer.id, group?.id ?? -1, gint(position)) != 0
  }

  func remove(_ layer: Layer, from image: Image) { gimp_image_remove_layer(image.id, layer.id) }

  func move(_ layer: Layer, x: Int, y: Int) { gimp_layer_set_offsets(layer.id, gint(x), gint(y)) }

  func setName(of layer: Layer, _ name: String) { gimp_item_set_name(layer.id, name) }

  func setVisible(_ layer: Layer, _ isVisible: Bool) { gimp_item_set_visible(layer.id, isVisible ? 1 : 0) }

  func setLocked(_ layer: Layer, _ isLocked: Bool) { gimp_item_set_lock_content(layer.id, isLocked ? 1 : 0) }

  func keepAlphaBelow(_ layer: Layer) {
    gimp_layer_set_composite_mode(layer.id, GIMP_LAYER_COMPOSITE_CLIP_TO_BACKDROP)
  }

  func activate(_ layer: Layer) {
    gimp_image_set_active_layer(gimp_item_get_image(layer.id), layer.id)
    if gimp_layer_get_mask(layer.id) != -1 { gimp_layer_set_edit_mask(layer.id, 0) }
  }
}

// MARK: Notes, which GIMP calls parasites

extension Gimp2 {
  func note(_ name: String, of layer: Layer) -> String? {
    guard let note = gimp_item_get_parasite(layer.id, name) else { return nil }
    defer { gimp_parasite_free(note) }
    guard let data = note.pointee.data else { return nil }
    let bytes = UnsafeRawBufferPointer(start: data, count: min(64, Int(note.pointee.size)))
    return String(decoding: bytes, as: UTF8.self)
  }

  /// Attaching a parasite that cannot be undone would throw away all the user may undo.
  func attach(_ name: String, _ text: String, to layer: Layer) {
    let flags = guint32(GIMP_PARASITE_PERSISTENT) | guint32(GIMP_PARASITE_UNDOABLE)
    let note = text.withCString { gimp_parasite_new(name, flags, guint32(text.utf8.count), $0) }
    gimp_item_attach_parasite(layer.id, note)
    gimp_parasite_free(note)
  }

  func detach(_ name: String, from layer: Layer) { gimp_item_detach_parasite(layer.id, name) }
}
