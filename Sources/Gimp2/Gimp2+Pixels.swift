import CGimp2
import GimpShell
import ResShift

extension Gimp2 {
  func samples(of layer: Layer, _ area: PixelRect) throws -> StoredSamples {
    let channels = pixelType(of: layer).channels
    var picture = PixelImage(width: area.width, height: area.height, channels: channels)
    // Colour maps have no linear kind.
    let stored = gimp_drawable_is_indexed(layer.id) != 0 ? nil : gimp_drawable_get_format(layer.id)
    let format = FloatFormat(channels: channels, like: stored)
    try withBuffer(of: layer.id) { buffer in
      var extent = area.gegl
      picture.samples.withUnsafeMutableBytes {
        gegl_buffer_get(buffer, &extent, 1, format.babl, $0.baseAddress, 0, GEGL_ABYSS_NONE)
      }
    }
    return StoredSamples(picture, isLinear: format.isLinear)
  }

  func thumbnail(of layer: Layer, within side: Int) -> PixelImage? {
    var (width, height) = place(of: layer).fitted(into: side)
    var channels: gint = 0
    guard let bytes = gimp_drawable_get_thumbnail_data(layer.id, &width, &height, &channels) else { return nil }
    defer { g_free(bytes) }
    return PixelImage(bytes: bytes, width: Int(width), height: Int(height), channels: Int(channels))
  }

  func isLinear(_ layer: Layer) -> Bool {
    FloatFormat(channels: 3, like: gimp_drawable_get_format(layer.id)).isLinear
  }

  func setSamples(of layer: Layer, _ picture: PixelImage) throws {
    let format = FloatFormat(channels: picture.channels, like: gimp_drawable_get_format(layer.id))
    try withBuffer(of: layer.id) { buffer in
      var extent = PixelRect(x: 0, y: 0, width: picture.width, height: picture.height).gegl
      picture.samples.withUnsafeBytes { gegl_buffer_set(buffer, &extent, 0, format.babl, $0.baseAddress, 0) }
    }
  }

  func copyPixels(of part: Layer, to area: PixelRect, of layer: Layer, where weights: PixelImage?) throws {
    let format = gimp_drawable_get_format(layer.id)
    let size = Int(babl_format_get_bytes_per_pixel(format))
    var (new, old) = ([UInt8](repeating: 0, count: area.width * size), [UInt8](repeating: 0, count: area.width * size))
    try withBuffer(of: part.id) { part in
      try withBuffer(of: layer.id) { buffer in
        for row in 0..<area.height {
          var from = PixelRect(x: 0, y: row, width: area.width, height: 1).gegl
          var to = PixelRect(x: area.x, y: area.y + row, width: area.width, height: 1).gegl
          gegl_buffer_get(part, &from, 1, format, &new, 0, GEGL_ABYSS_NONE)
          if let weights = weights?.samples[row * area.width..<(row + 1) * area.width] {
            gegl_buffer_get(buffer, &to, 1, format, &old, 0, GEGL_ABYSS_NONE)
            for (x, weight) in weights.enumerated() where weight <= 0 {
              new.replaceSubrange(x * size..<(x + 1) * size, with: old[x * size..<(x + 1) * size])
            }
          }
          gegl_buffer_set(buffer, &to, 0, format, new, 0)
        }
      }
    }
  }

  // The buffers of the selection and of layer masks are linear, so "Y float" is the value itself.

  /// The selection's buffer has the canvas's coordinates.
  func selection(of image: Image, _ area: PixelRect) throws -> PixelImage {
    try values(of: gimp_image_get_selection(image.id), area)
  }

  func maskValues(of layer: Layer, _ area: PixelRect) throws -> PixelImage {
    try values(of: gimp_layer_get_mask(layer.id), area)
  }

  func channelValues(named name: String, of image: Image, _ area: PixelRect) throws -> PixelImage? {
    guard let channel = channelIDs(of: image).first(where: { self.name(of: Layer($0)) == name }) else { return nil }
    return try values(of: channel, area)
  }

  func addMask(_ values: PixelImage, to layer: Layer) throws -> Bool {
    let mask = gimp_layer_create_mask(layer.id, GIMP_ADD_MASK_WHITE)
    guard mask != -1, gimp_layer_add_mask(layer.id, mask) != 0 else { return false }
    try withBuffer(of: mask) { buffer in
      var extent = PixelRect(x: 0, y: 0, width: values.width, height: values.height).gegl
      values.samples.withUnsafeBytes {
        gegl_buffer_set(buffer, &extent, 0, babl_format("Y float"), $0.baseAddress, 0)
      }
    }
    gimp_layer_set_edit_mask(layer.id, 0)
    return true
  }

  /// 0 beyond the edge.
  private func values(of channel: gint32, _ area: PixelRect) throws -> PixelImage {
    var picture = PixelImage(width: area.width, height: area.height, channels: 1)
    try withBuffer(of: channel) { buffer in
      var extent = area.gegl
      picture.samples.withUnsafeMutableBytes {
        gegl_buffer_get(buffer, &extent, 1, babl_format("Y float"), $0.baseAddress, 0, GEGL_ABYSS_NONE)
      }
    }
    return picture
  }

  /// Gives `body` the drawable's buffer; what was written has reached GIMP when this returns.
  private func withBuffer<T>(of drawable: gint32, _ body: (OpaquePointer) throws -> T) throws -> T {
    guard let buffer = gimp_drawable_get_buffer(drawable) else { throw ShellError.noAccess(item: Int(drawable)) }
    defer { g_object_unref(UnsafeMutableRawPointer(buffer)) }
    return try body(buffer)
  }
}

/// A layer's samples as floats that differ from what is stored in their type alone, so that babl has nothing to convert.
private struct FloatFormat {
  let babl: OpaquePointer?
  /// Whether the samples are proportional to light, by the format; a profile may say so as well.
  let isLinear: Bool

  /// `stored` is the layer's own format, nil = sRGB in 8 bits.
  init(channels: Int, like stored: OpaquePointer?) {
    // Names with marks (R'G'B'A u8, in babl also R~G~B~A) are encoded, those without (RGBA u8) are not.
    let encoding = stored.flatMap { babl_format_get_encoding($0) }.map { String(cString: $0) } ?? "R'G'B'"
    isLinear = !encoding.contains("'") && !encoding.contains("~")
    let names =
      isLinear
      ? ["Y float", "YA float", "RGB float", "RGBA float"]
      : ["Y' float", "Y'A float", "R'G'B' float", "R'G'B'A float"]
    // GIMP's formats claim sRGB whatever the image's profile says; whichever it is, it is to be the same.
    babl = babl_format_with_space(names[channels - 1], stored.flatMap { babl_format_get_space($0) })
  }
}

extension PixelRect {
  fileprivate var gegl: GeglRectangle {
    GeglRectangle(x: gint(x), y: gint(y), width: gint(width), height: gint(height))
  }
}
