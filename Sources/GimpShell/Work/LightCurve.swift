import Glibc

/// The curve of sRGB between light and stored values (IEC 61966-2-1), and how it goes on beyond 0...1.
enum LightCurve {
  // For networks, which are shown samples that are stored as they look. Beyond 1 it goes on as a straight line, so that what
  // the network changes of a colour weighs there what it weighs at the end of the range; below 0 it is one anyway.

  static func encoded(_ light: Float) -> Float {
    if light <= 0.0031308 { return 12.92 * light }
    return light < 1 ? 1.055 * powf(light, 1 / 2.4) - 0.055 : 1 + (light - 1) / slopeAtOne
  }

  /// The inverse of `encoded`.
  static func decoded(_ value: Float) -> Float {
    if value <= 12.92 * 0.0031308 { return value / 12.92 }
    return value < 1 ? powf((value + 0.055) / 1.055, 2.4) : 1 + (value - 1) * slopeAtOne
  }

  /// How steeply light rises with the encoded value at 1.
  private static let slopeAtOne: Float = 2.4 / 1.055

  // For blending, as GIMP does it: the power law goes on, the same for negative values.

  static func blendingLight(_ value: Float) -> Float {
    let size = abs(value)
    let light = size <= 0.04045 ? size / 12.92 : pow((size + 0.055) / 1.055, 2.4)
    return value < 0 ? -light : light
  }

  /// The inverse of `blendingLight`.
  static func blendingValue(_ light: Float) -> Float {
    let size = abs(light)
    let value = size <= 0.0031308 ? 12.92 * size : 1.055 * pow(size, 1 / 2.4) - 0.055
    return light < 0 ? -value : value
  }
}
