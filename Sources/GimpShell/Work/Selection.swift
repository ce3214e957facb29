import CGimp
import ResShift

/// The part of the image's selection that lies on a layer; the values are blend weights.
struct Selection {
  /// Bounding box in the layer's coordinates, cropped to the layer.
  let bounds: PixelRect
  /// One channel over `bounds`: the selection as it is.
  let weights: PixelImage
  /// The same read as a mask (`MaskRule`): 0 = known, also where the selection is nearly nothing.
  let hole: PixelImage

  static func isEmpty(_ image: gint32) -> Bool { gimp_selection_is_empty(image) != 0 }

  /// Reads the selection; nil when the image has none. Throws when it has one that misses the layer.
  init?(on source: Source) throws {
    if Selection.isEmpty(source.image) { return nil }
    var x: gint = 0
    var y: gint = 0
    var width: gint = 0
    var height: gint = 0
    guard gimp_drawable_mask_intersect(source.layer, &x, &y, &width, &height) != 0, width > 0, height > 0 else {
      throw PlugInError.selectionOutside(source.name)
    }
    bounds = PixelRect(x: Int(x), y: Int(y), width: Int(width), height: Int(height))
    // The selection's buffer has the canvas's coordinates; it is linear, so "Y float" is the value itself.
    weights = try grayValues(
      of: gimp_image_get_selection(source.image),
      PixelRect(
        x: bounds.x + source.offsetX, y: bounds.y + source.offsetY, width: bounds.width, height: bounds.height))
    hole = weights.maskWeights
    guard weights.samples.contains(where: { $0 > 0 }) else { throw PlugInError.selectionOutside(source.name) }
    guard hole.markedShare > 0 else { throw PlugInError.selectionNearlyEmpty(source.name) }
  }

  /// The hole in a picture of the layer's size, 0 elsewhere.
  func mask(width: Int, height: Int) -> PixelImage {
    var mask = PixelImage(width: width, height: height, channels: 1)
    for row in 0..<bounds.height {
      let from = row * bounds.width
      let to = (bounds.y + row) * width + bounds.x
      mask.samples.replaceSubrange(to..<to + bounds.width, with: hole.samples[from..<from + bounds.width])
    }
    return mask
  }

  /// The bounding box of each connected island (corners connect), in the layer's coordinates, top to bottom.
  var islands: [PixelRect] {
    var visited = [Bool](repeating: false, count: hole.samples.count)
    var boxes: [PixelRect] = []
    var pending: [Int] = []
    for start in visited.indices where hole.samples[start] > 0 && !visited[start] {
      var left = bounds.width
      var right = 0
      var top = bounds.height
      var bottom = 0
      visited[start] = true
      pending.append(start)
      while let index = pending.popLast() {
        let (y, x) = index.quotientAndRemainder(dividingBy: bounds.width)
        (left, right, top, bottom) = (min(left, x), max(right, x), min(top, y), max(bottom, y))
        for ny in max(0, y - 1)...min(bounds.height - 1, y + 1) {
          for nx in max(0, x - 1)...min(bounds.width - 1, x + 1) {
            let neighbour = ny * bounds.width + nx
            guard hole.samples[neighbour] > 0, !visited[neighbour] else { continue }
            visited[neighbour] = true
            pending.append(neighbour)
          }
        }
      }
      boxes.append(
        PixelRect(x: bounds.x + left, y: bounds.y + top, width: right - left + 1, height: bottom - top + 1))
    }
    return boxes
  }
}

/// The values of a selection, channel or layer mask in its own coordinates; 0 beyond its edge.
func grayValues(of channel: gint32, _ rect: PixelRect) throws -> PixelImage {
  var picture = PixelImage(width: rect.width, height: rect.height, channels: 1)
  try withBuffer(of: channel) { buffer in
    var extent = rect.gegl
    picture.samples.withUnsafeMutableBytes {
      gegl_buffer_get(buffer, &extent, 1, babl_format("Y float"), $0.baseAddress, 0, GEGL_ABYSS_NONE)
    }
  }
  return picture
}

/// Replaces the values of a layer mask or channel that has the picture's size.
func setGrayValues(of channel: gint32, _ picture: PixelImage) throws {
  try withBuffer(of: channel) { buffer in
    var extent = PixelRect(x: 0, y: 0, width: picture.width, height: picture.height).gegl
    picture.samples.withUnsafeBytes {
      gegl_buffer_set(buffer, &extent, 0, babl_format("Y float"), $0.baseAddress, 0)
    }
  }
}
