import ResShift

/// Layers: what they are, where they are, how they are changed.
public protocol GimpLayers: AnyObject {
  /// nil = there is no such item any more.
  func kind(of item: Layer) -> ItemKind?
  func image(of layer: Layer) -> Image
  func name(of layer: Layer) -> String
  /// What it covers of the canvas; may begin outside.
  func place(of layer: Layer) -> PixelRect
  func pixelType(of layer: Layer) -> PixelType
  func isText(_ layer: Layer) -> Bool
  func isVisible(_ layer: Layer) -> Bool
  /// Whether its pixels are locked; GIMP ends plug-ins that write to these.
  func isLocked(_ layer: Layer) -> Bool
  func blending(of layer: Layer) -> Blending
  /// nil = it has no mask.
  func mask(of layer: Layer) -> MaskState?
  /// A number that tells it from all others of its image, and from its copies.
  func tattoo(of layer: Layer) -> Int

  /// The layers of a group, or of the image itself for nil; topmost first.
  func layers(of group: Layer?, in image: Image) -> [Layer]
  /// The group that it is in; nil = none.
  func parent(of layer: Layer) -> Layer?
  /// Its place in its group, 0 = topmost; nil = it is not in the image.
  func position(of layer: Layer) -> Int?

  /// A new layer, not yet in the image, of the image's precision.
  func makeLayer(in image: Image, _ name: String, width: Int, height: Int, _ type: PixelType) -> Layer?
  /// A copy, not yet in the image.
  func copy(_ layer: Layer) -> Layer?
  /// Gives `layer` opacity, mode, blend and composite space, composite mode, colour tag and alpha lock of another.
  func copyAppearance(of other: Layer, to layer: Layer)
  /// Only for layers that are not in the image.
  func delete(_ layer: Layer)
  func insert(_ layer: Layer, into group: Layer?, at position: Int, in image: Image) -> Bool
  func remove(_ layer: Layer, from image: Image)
  /// Moves its corner to a place on the canvas.
  func move(_ layer: Layer, x: Int, y: Int)
  func setName(of layer: Layer, _ name: String)
  func setVisible(_ layer: Layer, _ isVisible: Bool)
  func setLocked(_ layer: Layer, _ isLocked: Bool)
  /// Lets it take the alpha of what is below it (composite mode Clip to backdrop).
  func keepAlphaBelow(_ layer: Layer)
  /// Makes it the one that is worked on, rather than its mask.
  func activate(_ layer: Layer)

  /// The text that is attached under a name; nil = none.
  func note(_ name: String, of layer: Layer) -> String?
  /// Attaches a text that XCF files keep and undo takes back.
  func attach(_ name: String, _ text: String, to layer: Layer)
  func detach(_ name: String, from layer: Layer)
}
