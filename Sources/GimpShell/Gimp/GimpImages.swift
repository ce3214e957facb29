import ResShift

/// Images: what they are, and what can be done to them as a whole.
public protocol GimpImages: AnyObject {
  func isValid(_ image: Image) -> Bool
  /// All that are open.
  var images: Set<Image> { get }
  /// The size of the canvas in pixels.
  func size(of image: Image) -> (width: Int, height: Int)
  /// The largest width and height that an image can have.
  var largestSide: Int { get }
  func isIndexed(_ image: Image) -> Bool
  func hasFloatingSelection(_ image: Image) -> Bool
  /// Whether the colour profile says that samples are proportional to light; nil if GIMP does not name the profile.
  func hasLinearProfile(_ image: Image) -> Bool?

  func convertToRGB(_ image: Image) -> Bool
  /// Back to indexed colours, of which there are no more than 256.
  func convertToIndexed(_ image: Image)
  /// Scales the image with all it holds, cubic.
  func scale(_ image: Image, width: Int, height: Int) -> Bool
  /// Changes within `body` are one step to undo.
  func undoStep<R>(of image: Image, _ body: () throws -> R) rethrows -> R
  /// A new image with the type, precision, profile, resolution and metadata of another, without undo and not yet shown.
  func makeImage(like image: Image, isGray: Bool, width: Int, height: Int) -> Image?
  /// Lets a new image be undone from here on, and shows it if `isShown`.
  func finish(_ image: Image, isShown: Bool)
  func delete(_ image: Image)
  /// Draws what has changed.
  func updateDisplays()

  /// Whether nothing is selected.
  func isSelectionEmpty(_ image: Image) -> Bool
  /// The bounding box of the selection on a layer, in the layer's coordinates; nil if it misses the layer.
  func selectionBounds(on layer: Layer) -> PixelRect?
  /// The bounding box of each part of the active path, in the canvas's coordinates; none without one.
  func pathBounds(of image: Image) -> [PixelRect]
  func selectNothing(_ image: Image)
  /// The names of the channels that users have made, as saved selections, uppermost first.
  func channels(of image: Image) -> [String]
  /// Selects each pixel as much as its weight says; `weights` has one channel and the image's size.
  func select(_ weights: PixelImage, in image: Image) throws
}
