import CGimp
import ResShift

/// The layer that a procedure works on, and what must be known of it.
struct Source {
  let image: gint32
  let layer: gint32
  let name: String
  let width: Int
  let height: Int
  /// Position of the layer's corner on the canvas; may be negative.
  let offsetX: Int
  let offsetY: Int
  let hasAlpha: Bool
  let isGray: Bool
  let isIndexed: Bool

  /// Finds the layer behind `drawable`; a layer mask stands for its layer.
  ///
  /// Throws when there is none with pixels of its own: layer groups, channels, floating selections.
  init(image: gint32, drawable: gint32) throws {
    guard gimp_image_is_valid(image) != 0, gimp_item_is_valid(drawable) != 0 else {
      throw PlugInError.calling("The image or the layer does not exist any more.")
    }
    var layer = drawable
    if gimp_item_is_layer_mask(drawable) != 0 { layer = gimp_layer_from_mask(drawable) }
    let name = Source.name(of: layer)
    guard gimp_item_is_layer(layer) != 0 else { throw PlugInError.channel(name) }
    guard gimp_item_get_image(layer) == image else {
      throw PlugInError.calling("Layer “\(name)” belongs to another image than the one given.")
    }
    guard gimp_item_is_group(layer) == 0 else { throw PlugInError.group(name) }
    guard gimp_image_get_floating_sel(image) == -1 else { throw PlugInError.floatingSelection }
    let place = PixelRect(onCanvas: layer)
    self.image = image
    self.layer = layer
    self.name = name
    (width, height) = (place.width, place.height)
    (offsetX, offsetY) = (place.x, place.y)
    hasAlpha = gimp_drawable_has_alpha(layer) != 0
    isGray = gimp_drawable_is_gray(layer) != 0
    isIndexed = gimp_drawable_is_indexed(layer) != 0
  }

  /// The whole layer, in its own coordinates.
  var bounds: PixelRect { PixelRect(x: 0, y: 0, width: width, height: height) }

  /// A part of the layer in the canvas's coordinates.
  func onCanvas(_ area: PixelRect) -> PixelRect {
    PixelRect(x: offsetX + area.x, y: offsetY + area.y, width: area.width, height: area.height)
  }

  /// Whether a layer covers the same pixels of the canvas.
  func isCongruent(with layer: gint32) -> Bool {
    PixelRect(onCanvas: layer) == onCanvas(bounds)
  }

  /// Throws unless the layer is still in the image, as large and where it was: users go on while a result is computed.
  func checkThatItIsThere() throws {
    guard gimp_image_is_valid(image) != 0 else { throw PlugInError.imageClosed(name) }
    guard gimp_item_is_valid(layer) != 0, gimp_item_get_image(layer) == image,
      gimp_image_get_item_position(image, layer) >= 0
    else { throw PlugInError.layerGone(name) }
    guard isCongruent(with: layer) else { throw PlugInError.layerMoved(name) }
    guard (gimp_image_base_type(image) == GIMP_INDEXED) == isIndexed, (gimp_drawable_is_gray(layer) != 0) == isGray
    else {
      throw PlugInError.layerConverted(name)
    }
  }

  /// The type of a new layer like this one; indexed images are RGB by the time they get it.
  var layerType: GimpImageType {
    switch (isGray, hasAlpha) {
    case (true, true): GIMP_GRAYA_IMAGE
    case (true, false): GIMP_GRAY_IMAGE
    case (false, true): GIMP_RGBA_IMAGE
    case (false, false): GIMP_RGB_IMAGE
    }
  }

  /// The layer mask if the layer shows through it.
  var appliedMask: gint32? {
    let mask = gimp_layer_get_mask(layer)
    return mask != -1 && gimp_layer_get_apply_mask(layer) != 0 ? mask : nil
  }

  private static func name(of item: gint32) -> String {
    guard let text = gimp_item_get_name(item) else { return "\(item)" }
    defer { g_free(text) }
    return String(cString: text)
  }
}

extension PixelRect {
  /// What a layer covers of the canvas.
  init(onCanvas layer: gint32) {
    var x: gint = 0
    var y: gint = 0
    gimp_drawable_offsets(layer, &x, &y)
    self.init(
      x: Int(x), y: Int(y), width: Int(gimp_drawable_width(layer)), height: Int(gimp_drawable_height(layer)))
  }

  func meets(_ other: PixelRect) -> Bool {
    other.x < x + width && other.x + other.width > x && other.y < y + height && other.y + other.height > y
  }

  var gegl: GeglRectangle { GeglRectangle(x: gint(x), y: gint(y), width: gint(width), height: gint(height)) }
  var area: Int { width * height }
}
