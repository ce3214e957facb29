import ResShift

/// Files that GIMP reads and writes, and what batches do to pictures that were opened from them.
public protocol GimpFiles: AnyObject {
  /// The path of the file that an image was opened from or saved to last; nil = there is none.
  func path(of image: Image) -> String?
  /// Says where an image is to be saved, which it is not by that.
  func setPath(of image: Image, _ path: String)
  /// Opens a file.
  func load(_ path: String) -> Image?
  /// Writes a layer as a file of the type that its name says.
  func save(_ image: Image, _ layer: Layer, _ path: String) -> Bool
  /// Crops or extends the canvas to an area of it.
  func crop(_ image: Image, to area: PixelRect)
  /// A new layer, not yet in the image, that shows what is seen of it.
  func makeSeenLayer(of image: Image) -> Layer?
  /// Makes one layer of all that is seen: opaque, or with alpha.
  func merge(_ image: Image, keepingAlpha: Bool) -> Layer?
  /// Takes the alpha channel from a layer that has no transparent pixel.
  func removeNeedlessAlpha(_ layer: Layer)
}
