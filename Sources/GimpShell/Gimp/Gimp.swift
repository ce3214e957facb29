/// What the shell knows of GIMP: images, layers, pixels, files, messages, in words of its own.
///
/// Each version of GIMP has one module that does this with its library; tests do it in memory. All calls come from the main
/// thread. Calls that return a `Bool` tell whether GIMP did it, those that return nil have failed; `lastError` says why.
public protocol Gimp: GimpSession, GimpImages, GimpLayers, GimpPixels, GimpFiles {}

/// An image that is open in GIMP.
public struct Image: Hashable, Sendable {
  public let id: Int32
  public init(_ id: Int32) { self.id = id }
}

/// A layer; where callers give one, perhaps another item of an image.
public struct Layer: Hashable, Sendable {
  public let id: Int32
  public init(_ id: Int32) { self.id = id }
}

/// What an item of an image is.
public enum ItemKind: Hashable, Sendable {
  case layer
  case group
  /// The mask of a layer.
  case mask(of: Layer)
  /// A channel, a path or the selection.
  case other
}

/// The types of pixels that a new layer can have.
public struct PixelType: Hashable, Sendable {
  public var isGray: Bool
  public var hasAlpha: Bool

  public init(isGray: Bool, hasAlpha: Bool) {
    (self.isGray, self.hasAlpha) = (isGray, hasAlpha)
  }

  public var channels: Int { (isGray ? 1 : 3) + (hasAlpha ? 1 : 0) }
}

/// How a layer is blended with what is below it.
public struct Blending: Hashable, Sendable {
  /// 0...1.
  public var opacity: Double
  /// Whether the layer simply covers what is below: mode Normal (or its legacy form), composite mode Union or Auto.
  public var isNormal: Bool
  /// Whether it covers what is below where that can be seen, whose alpha stays: mode Normal, composite mode Clip to backdrop.
  public var isClipped: Bool
  /// Whether a group blends its layers with what is below the group.
  public var isPassThrough: Bool

  public init(opacity: Double = 1, isNormal: Bool = true, isClipped: Bool = false, isPassThrough: Bool = false) {
    (self.opacity, self.isNormal) = (opacity, isNormal)
    (self.isClipped, self.isPassThrough) = (isClipped, isPassThrough)
  }
}

/// What the mask of a layer does.
public struct MaskState: Hashable, Sendable {
  /// Whether the layer is seen through it.
  public var isApplied: Bool
  /// Whether it is seen instead of the layer.
  public var isShown: Bool

  public init(isApplied: Bool = true, isShown: Bool = false) {
    (self.isApplied, self.isShown) = (isApplied, isShown)
  }
}
