import ResShift

/// Samples as they are stored in a layer, as floats.
public struct StoredSamples: Sendable {
  /// One to four channels.
  public var picture: PixelImage
  /// Whether the layer's format says that they are proportional to light.
  public let isLinear: Bool

  public init(_ picture: PixelImage, isLinear: Bool) {
    (self.picture, self.isLinear) = (picture, isLinear)
  }
}

/// Pixels of layers, layer masks and the selection. Nothing is converted but the type of numbers.
public protocol GimpPixels: AnyObject {
  /// The samples of a part of a layer. Those of indexed layers are looked up in the colour map.
  func samples(of layer: Layer, _ area: PixelRect) throws -> StoredSamples
  /// Whether the format of a layer says that samples are proportional to light.
  func isLinear(_ layer: Layer) -> Bool
  /// Replaces all samples of a layer of the picture's size.
  func setSamples(of layer: Layer, _ picture: PixelImage) throws
  /// Copies the pixels of `part`, of the size of `area`, into an area of a layer, where weights are above 0 (nil = everywhere);
  /// all others keep their very bytes.
  func copyPixels(of part: Layer, to area: PixelRect, of layer: Layer, where weights: PixelImage?) throws

  /// A layer made small, its longer side at most so long, as it looks on a screen; nil = GIMP refused.
  func thumbnail(of layer: Layer, within side: Int) -> PixelImage?

  /// The values of the selection in canvas coordinates, 0...1, one channel.
  func selection(of image: Image, _ area: PixelRect) throws -> PixelImage
  /// The values of a layer's mask in the layer's coordinates, 0...1, one channel.
  func maskValues(of layer: Layer, _ area: PixelRect) throws -> PixelImage
  /// The values of the uppermost channel of a name in canvas coordinates, 0...1, one channel, 0 beyond it; nil = there is none of that
  /// name.
  func channelValues(named name: String, of image: Image, _ area: PixelRect) throws -> PixelImage?
  /// Gives a layer that is not yet in the image a mask with these values, of its size; false = GIMP refused.
  func addMask(_ values: PixelImage, to layer: Layer) throws -> Bool
}
