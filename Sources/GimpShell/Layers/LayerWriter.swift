import CGimp
import ResShift

/// Puts results into images: builds the layer apart, then makes all changes to the image in one undo step.
struct LayerWriter {
  let source: Source
  let transfer: PixelTransfer

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
    in image: gint32? = nil
  ) throws -> gint32 {
    let layer = gimp_layer_new(
      image ?? source.image, name, gint(picture.width), gint(picture.height), source.layerType, 100,
      GIMP_LAYER_MODE_NORMAL)
    guard layer != -1 else { throw PlugInError.refused("make the new layer", source.name) }
    do {
      try transfer.write(picture, to: layer)
      gimp_layer_set_offsets(layer, gint(position.x), gint(position.y))
      if blend == .keepingAlpha {
        gimp_layer_set_composite_mode(layer, GIMP_LAYER_COMPOSITE_CLIP_TO_BACKDROP)
      }
      if let mask { try addMask(mask, to: layer) }
    } catch {
      gimp_item_delete(layer)
      throw error
    }
    return layer
  }

  /// Gives a layer that is not yet in the image a mask with these values.
  func addMask(_ weights: PixelImage, to layer: gint32) throws {
    let mask = gimp_layer_create_mask(layer, GIMP_ADD_MASK_WHITE)
    guard mask != -1, gimp_layer_add_mask(layer, mask) != 0 else {
      throw PlugInError.refused("add the layer mask", source.name)
    }
    try setGrayValues(of: mask, weights)
    gimp_layer_set_edit_mask(layer, 0)
  }

  /// Inserts `layer` into the source's group, `position` from its top, nil = directly above the source; within the same
  /// undo step `prepare` runs before and `finish`, which cannot fail, after it.
  ///
  /// Everything that may fail comes before the first change; what is left is taken back: a conversion, if `prepare` fails,
  /// and where the group has gone meanwhile the layer goes to the top of the image, so that no work is lost.
  func insert(
    _ layer: gint32, at position: gint? = nil, after prepare: () throws -> Void = {}, then finish: () -> Void = {}
  ) throws {
    do {
      try source.checkThatItIsThere()
    } catch {
      gimp_item_delete(layer)
      throw error
    }
    gimp_image_undo_group_start(source.image)
    defer { gimp_image_undo_group_end(source.image) }
    do {
      if source.isIndexed && gimp_image_convert_rgb(source.image) == 0 {
        throw PlugInError.refused("convert the image to RGB", source.name)
      }
      do { try prepare() } catch {
        if source.isIndexed { convertBack() }
        throw error
      }
      let (parent, place) = (
        gimp_item_get_parent(source.layer), gimp_image_get_item_position(source.image, source.layer)
      )
      guard
        gimp_image_insert_layer(source.image, layer, parent, position ?? place) != 0
          || gimp_image_insert_layer(source.image, layer, -1, 0) != 0
      else { throw PlugInError.refused("insert the new layer", source.name) }
      finish()
    } catch {
      if gimp_item_is_valid(layer) != 0 { gimp_item_delete(layer) }
      throw error
    }
  }

  /// Indexed colours again, the same ones: there are no more than 256.
  private func convertBack() {
    gimp_image_convert_indexed(
      source.image, GIMP_CONVERT_DITHER_NONE, GIMP_CONVERT_PALETTE_GENERATE, 256, 0, 0, "")
  }

  /// Makes the source active again and ends the editing of masks, so that the procedure can be called again at once.
  func activateSource() {
    gimp_image_set_active_layer(source.image, source.layer)
    if gimp_layer_get_mask(source.layer) != -1 { gimp_layer_set_edit_mask(source.layer, 0) }
  }
}
