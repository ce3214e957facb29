import CGimp
import ResShift

/// The way between a layer's pixels, as its image stores and understands them, and the engine's gamma-encoded sRGB.
///
/// GIMP 2.10 hands out buffers that claim sRGB whatever the image's profile says. So samples travel raw between buffer
/// and here, and are converted by the profile that the image is shown with.
struct PixelTransfer {
  private let imageProfile: UnsafeMutablePointer<GimpColorProfile>
  private let engineProfile: UnsafeMutablePointer<GimpColorProfile>
  private let source: Source
  /// Pixels that travel at once; bounds the scratch memory.
  private static let pixelsPerStrip = 1 << 20

  init(_ source: Source) throws {
    guard let imageProfile = gimp_image_get_effective_color_profile(source.image),
      let engineProfile = source.isGray
        ? gimp_color_profile_new_d65_gray_srgb_trc() : gimp_color_profile_new_rgb_srgb()
    else { throw PlugInError.refused("name the colour profile", source.name) }
    self.imageProfile = imageProfile
    self.engineProfile = engineProfile
    self.source = source
  }

  /// The pixels of `rect`, in the source layer's coordinates: one to four channels in 0...1.
  ///
  /// Values outside that range, which float images may hold, are clamped; what is not a number becomes 0.
  func read(_ rect: PixelRect) throws -> PixelImage {
    let channels = (source.isGray ? 1 : 3) + (source.hasAlpha ? 1 : 0)
    var picture = PixelImage(width: rect.width, height: rect.height, channels: channels)
    let stored =
      source.isIndexed
      ? babl_format(source.hasAlpha ? "R'G'B'A u8" : "R'G'B' u8") : gimp_drawable_get_format(source.layer)
    let wanted = engineFormat(channels: channels)
    let conversion = try Conversion(from: imageProfile, stored, to: engineProfile, wanted, for: source)
    defer { conversion.close() }
    try withBuffer(of: source.layer) { buffer in
      picture.samples.withUnsafeMutableBufferPointer { samples in
        eachStrip(of: rect, format: stored) { strip, scratch in
          var extent = strip.gegl
          gegl_buffer_get(buffer, &extent, 1, stored, scratch, 0, GEGL_ABYSS_NONE)
          let destination = samples.baseAddress.map { $0 + (strip.y - rect.y) * rect.width * channels }
          conversion.convert(scratch, to: destination, pixels: strip.area)
        }
        for index in samples.indices { samples[index] = min(max(samples[index], 0), 1) }
      }
    }
    return picture
  }

  /// Fills `layer`, of the picture's size and of an image with the source's profile, in the layer's own precision.
  func write(_ picture: PixelImage, to layer: gint32) throws {
    let stored = gimp_drawable_get_format(layer)
    let given = engineFormat(channels: picture.channels)
    let conversion = try Conversion(from: engineProfile, given, to: imageProfile, stored, for: source)
    defer { conversion.close() }
    try withBuffer(of: layer) { buffer in
      picture.samples.withUnsafeBufferPointer { samples in
        let whole = PixelRect(x: 0, y: 0, width: picture.width, height: picture.height)
        eachStrip(of: whole, format: stored) { strip, scratch in
          let start = samples.baseAddress.map { $0 + strip.y * picture.width * picture.channels }
          conversion.convert(start, to: scratch, pixels: strip.area)
          var extent = strip.gegl
          gegl_buffer_set(buffer, &extent, 0, stored, scratch, 0)
        }
      }
    }
  }

  /// Frees the profiles; the transfer is of no use afterwards.
  func close() {
    g_object_unref(imageProfile)
    g_object_unref(engineProfile)
  }

  private func engineFormat(channels: Int) -> OpaquePointer? {
    babl_format(["Y' float", "Y'A float", "R'G'B' float", "R'G'B'A float"][channels - 1])
  }

  /// Calls `body` for full-width strips of `rect` from top to bottom, with room for the pixels of one.
  private func eachStrip(
    of rect: PixelRect, format: OpaquePointer?, _ body: (PixelRect, UnsafeMutableRawPointer) -> Void
  ) {
    let rows = max(1, PixelTransfer.pixelsPerStrip / rect.width)
    let scratch = UnsafeMutableRawPointer.allocate(
      byteCount: rows * rect.width * Int(babl_format_get_bytes_per_pixel(format)), alignment: 64)
    defer { scratch.deallocate() }
    for top in stride(from: 0, to: rect.height, by: rows) {
      let height = min(rows, rect.height - top)
      body(PixelRect(x: rect.x, y: rect.y + top, width: rect.width, height: height), scratch)
    }
  }
}

/// One direction of the transfer: from samples of one format and profile to those of another.
private struct Conversion {
  typealias Profile = UnsafeMutablePointer<GimpColorProfile>
  private let from: OpaquePointer?
  private let to: OpaquePointer?
  /// For profiles with tables, which babl does not know; nil when babl converts.
  private let transform: UnsafeMutablePointer<GimpColorTransform>?
  private let fish: OpaquePointer?

  init(
    from fromProfile: Profile, _ from: OpaquePointer?, to toProfile: Profile, _ to: OpaquePointer?, for source: Source
  ) throws {
    self.from = from
    self.to = to
    if let fromSpace = Conversion.space(of: fromProfile), let toSpace = Conversion.space(of: toProfile) {
      transform = nil
      fish = babl_fish(
        UnsafeRawPointer(babl_format_with_space(babl_format_get_encoding(from), fromSpace)),
        UnsafeRawPointer(babl_format_with_space(babl_format_get_encoding(to), toSpace)))
    } else {
      fish = nil
      transform = gimp_color_transform_new(
        fromProfile, from, toProfile, to, GIMP_COLOR_RENDERING_INTENT_RELATIVE_COLORIMETRIC,
        GIMP_COLOR_TRANSFORM_FLAGS_NOOPTIMIZE)
      guard transform != nil else { throw PlugInError.refused("convert by the image's colour profile", source.name) }
    }
  }

  func convert(_ pixels: UnsafeRawPointer?, to destination: UnsafeMutableRawPointer?, pixels count: Int) {
    if let transform {
      gimp_color_transform_process_pixels(transform, from, pixels, to, destination, gsize(count))
    } else {
      babl_process(fish, pixels, destination, count)
    }
  }

  func close() {
    if let transform { g_object_unref(transform) }
  }

  private static func space(of profile: Profile) -> OpaquePointer? {
    var error: UnsafeMutablePointer<GError>?
    let space = gimp_color_profile_get_space(profile, GIMP_COLOR_RENDERING_INTENT_RELATIVE_COLORIMETRIC, &error)
    g_clear_error(&error)
    return space
  }
}

/// Gives `body` the drawable's buffer; what was written has reached GIMP when this returns.
func withBuffer<T>(of drawable: gint32, _ body: (OpaquePointer) throws -> T) throws -> T {
  guard let buffer = gimp_drawable_get_buffer(drawable) else {
    throw PlugInError.execution("GIMP gives no access to the pixels of drawable \(drawable).")
  }
  defer { g_object_unref(UnsafeMutableRawPointer(buffer)) }
  return try body(buffer)
}
