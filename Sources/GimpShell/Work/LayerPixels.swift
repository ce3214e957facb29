import CGimp
import Glibc
import ResShift

/// The way between a layer's pixels, as its image stores and understands them, and the engine's pictures.
///
/// No colour is converted: the engine gets the image's own red, green and blue, as the command line does, so that there is
/// none it could lose. Only light that is stored in proportion gets the curve of sRGB, since networks know pictures that
/// are stored as they look, and loses it again on the way back.
struct PixelTransfer {
  private let source: Source
  /// Whether the profile says that samples are light in proportion, whatever the image's precision says.
  private let hasLinearProfile: Bool

  init(_ source: Source) throws {
    guard let profile = gimp_image_get_effective_color_profile(source.image) else {
      throw PlugInError.refused("name the colour profile", source.name)
    }
    defer { g_object_unref(profile) }
    self.source = source
    hasLinearProfile = gimp_color_profile_is_linear(profile) != 0
  }

  /// The pixels of `rect`, in the source layer's coordinates: one to four channels, alpha in 0...1.
  ///
  /// Colours of float images may lie outside 0...1; what is not a number becomes 0.
  func read(_ rect: PixelRect) throws -> PixelImage {
    let (stored, isLinear) = try storedSamples(of: source.layer, rect)
    var picture = stored.madeFinite()
    if isLinear || hasLinearProfile { picture.mapColours(encoded) }
    if picture.hasAlpha {
      for alpha in stride(from: picture.channels - 1, to: picture.samples.count, by: picture.channels) {
        picture.samples[alpha] = min(max(picture.samples[alpha], 0), 1)
      }
    }
    return picture
  }

  /// Fills `layer`, of the picture's size and of an image with the source's profile, in the layer's own precision.
  func write(_ picture: PixelImage, to layer: gint32) throws {
    let format = Format(channels: picture.channels, like: gimp_drawable_get_format(layer))
    var given = picture
    if format.isLinear || hasLinearProfile { given.mapColours(decoded) }
    try withBuffer(of: layer) { buffer in
      var extent = PixelRect(x: 0, y: 0, width: given.width, height: given.height).gegl
      given.samples.withUnsafeBytes { gegl_buffer_set(buffer, &extent, 0, format.babl, $0.baseAddress, 0) }
    }
  }
}

/// The samples of a part of a layer as they are stored, one to four channels, and whether the layer's format says that they
/// are light in proportion. Those of indexed layers are sRGB.
func storedSamples(of layer: gint32, _ rect: PixelRect) throws -> (picture: PixelImage, isLinear: Bool) {
  let channels = (gimp_drawable_is_gray(layer) != 0 ? 1 : 3) + (gimp_drawable_has_alpha(layer) != 0 ? 1 : 0)
  var picture = PixelImage(width: rect.width, height: rect.height, channels: channels)
  // Colour maps have no linear kind.
  let stored = gimp_drawable_is_indexed(layer) != 0 ? nil : gimp_drawable_get_format(layer)
  let format = Format(channels: channels, like: stored)
  try withBuffer(of: layer) { buffer in
    var extent = rect.gegl
    picture.samples.withUnsafeMutableBytes {
      gegl_buffer_get(buffer, &extent, 1, format.babl, $0.baseAddress, 0, GEGL_ABYSS_NONE)
    }
  }
  return (picture, format.isLinear)
}

/// A layer's samples as floats that differ from what is stored in their type alone, so that babl has nothing to convert.
private struct Format {
  let babl: OpaquePointer?
  /// Whether the samples are light in proportion, by the format; a profile may say so as well.
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

extension PixelImage {
  /// Replaces every colour sample; alpha stays.
  fileprivate mutating func mapColours(_ curve: (Float) -> Float) {
    for pixel in stride(from: 0, to: samples.count, by: channels) {
      for c in pixel..<pixel + colourChannels { samples[c] = curve(samples[c]) }
    }
  }
}

/// The curve of sRGB. Beyond 0...1 it goes on as a straight line, so that what the network changes of a colour weighs there
/// what it weighs at the end of the range.
private func encoded(_ light: Float) -> Float {
  if light <= 0.0031308 { return 12.92 * light }
  return light < 1 ? 1.055 * powf(light, 1 / 2.4) - 0.055 : 1 + (light - 1) / slopeAtOne
}

/// The way back from `encoded`.
private func decoded(_ value: Float) -> Float {
  if value <= 12.92 * 0.0031308 { return value / 12.92 }
  return value < 1 ? powf((value + 0.055) / 1.055, 2.4) : 1 + (value - 1) * slopeAtOne
}

/// How steeply light rises with the encoded value at 1.
private let slopeAtOne: Float = 2.4 / 1.055

/// Gives `body` the drawable's buffer; what was written has reached GIMP when this returns.
func withBuffer<T>(of drawable: gint32, _ body: (OpaquePointer) throws -> T) throws -> T {
  guard let buffer = gimp_drawable_get_buffer(drawable) else {
    throw PlugInError.execution("GIMP gives no access to the pixels of drawable \(drawable).")
  }
  defer { g_object_unref(UnsafeMutableRawPointer(buffer)) }
  return try body(buffer)
}
