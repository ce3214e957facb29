import ResShift

/// The layer that a procedure works on, and what must be known of it.
struct Source {
  let gimp: any Gimp
  let image: Image
  private(set) var layer: Layer
  let name: String
  /// What it covers of the canvas; may begin outside.
  private(set) var place: PixelRect
  /// Of the layer; indexed ones are RGB by the time that they get a new layer.
  private(set) var type: PixelType
  private(set) var isIndexed: Bool

  /// Finds the layer behind `item`; a layer mask stands for its layer.
  ///
  /// Throws when there is none with pixels of its own: layer groups, channels, floating selections.
  init(_ item: Layer, in image: Image, of gimp: any Gimp) throws {
    guard gimp.isValid(image), var kind = gimp.kind(of: item) else { throw ShellError.itemMissing }
    var layer = item
    if case .mask(let owner) = kind {
      layer = owner
      kind = gimp.kind(of: owner) ?? .other
    }
    let name = gimp.name(of: layer)
    guard kind != .other else { throw ShellError.channel(name: name) }
    guard gimp.image(of: layer) == image else { throw ShellError.otherImage(layer: name) }
    guard kind != .group else { throw ShellError.group(layer: name) }
    guard !gimp.hasFloatingSelection(image) else { throw ShellError.floatingSelection }
    self.gimp = gimp
    self.image = image
    self.layer = layer
    self.name = name
    place = gimp.place(of: layer)
    type = gimp.pixelType(of: layer)
    isIndexed = gimp.isIndexed(image)
  }

  var width: Int { place.width }
  var height: Int { place.height }

  /// The whole layer, in its own coordinates.
  var bounds: PixelRect { PixelRect(x: 0, y: 0, width: width, height: height) }

  /// The same layer in an image that was made RGB since.
  var asRGB: Source {
    var source = self
    source.isIndexed = false
    return source
  }

  /// All that is seen of its image, as a layer of the canvas's size that is not in the image: for the time of `body`.
  func withSeen<R>(_ body: (Source) throws -> R) throws -> R {
    guard let seen = gimp.makeSeenLayer(of: image) else { throw ShellError.refused(.makeLayer, layer: name) }
    defer { gimp.delete(seen) }
    var source = self
    source.layer = seen
    source.place = gimp.place(of: seen)
    source.type = gimp.pixelType(of: seen)
    return try body(source)
  }

  /// A part of the layer in the canvas's coordinates.
  func onCanvas(_ area: PixelRect) -> PixelRect { area.moved(x: place.x, y: place.y) }

  /// The values of its mask over an area, if it is seen through one; nil otherwise.
  func appliedMask(_ area: PixelRect) throws -> PixelImage? {
    guard gimp.mask(of: layer)?.isApplied == true else { return nil }
    return try gimp.maskValues(of: layer, area)
  }

  /// Throws unless the layer is still in the image, as large and where it was: users go on while a result is computed.
  func checkThatItIsThere() throws {
    guard gimp.isValid(image) else { throw ShellError.imageClosed(layer: name) }
    guard gimp.kind(of: layer) != nil, gimp.image(of: layer) == image, gimp.position(of: layer) != nil else {
      throw ShellError.layerGone(name)
    }
    guard gimp.place(of: layer) == place else { throw ShellError.layerMoved(name) }
    guard gimp.isIndexed(image) == isIndexed, gimp.pixelType(of: layer).isGray == type.isGray else {
      throw ShellError.layerConverted(name)
    }
  }
}
