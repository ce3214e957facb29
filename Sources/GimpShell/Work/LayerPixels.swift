import ResShift

/// The way between a layer's pixels, as its image stores and understands them, and the engine's pictures.
///
/// No colour is converted: the engine gets the image's own red, green and blue, as the command line does, so that there is
/// none it could lose. Only samples that are proportional to light get the curve of sRGB, since networks know pictures that
/// are stored as they look, and lose it again on the way back.
struct LayerPixels {
  private let source: Source
  /// Whether the profile says that samples are proportional to light, whatever the image's precision says.
  private let hasLinearProfile: Bool

  init(_ source: Source) throws {
    guard let isLinear = source.gimp.hasLinearProfile(source.image) else {
      throw ShellError.refused(.nameProfile, layer: source.name)
    }
    self.source = source
    hasLinearProfile = isLinear
  }

  /// The whole layer.
  var layerBounds: PixelRect { source.bounds }

  /// The pixels of an area, in the source layer's coordinates: one to four channels, alpha in 0...1.
  ///
  /// Colours of float images may lie outside 0...1; what is not a number becomes 0.
  func read(_ area: PixelRect) throws -> PixelImage {
    let stored = try source.gimp.samples(of: source.layer, area)
    var picture = stored.picture.madeFinite()
    if stored.isLinear || hasLinearProfile { picture.mapColours(LightCurve.encoded) }
    if picture.hasAlpha {
      for alpha in stride(from: picture.channels - 1, to: picture.samples.count, by: picture.channels) {
        picture.samples[alpha] = min(max(picture.samples[alpha], 0), 1)
      }
    }
    return picture
  }

  /// Fills `layer`, of the picture's size and of an image with the source's profile, in the layer's own precision.
  func write(_ picture: PixelImage, to layer: Layer) throws {
    var given = picture
    if source.gimp.isLinear(layer) || hasLinearProfile { given.mapColours(LightCurve.decoded) }
    try source.gimp.setSamples(of: layer, given)
  }
}

extension LayerPixels {
  /// Rows that are read at once where only a look is taken at them: whole tiles of GIMP's.
  private static let bandRows = 256

  /// An area with what must be known of the whole layer. `hole` is nil where there is none.
  ///
  /// The rest of the layer is only looked at, in bands and no longer than it takes to know.
  func part(_ area: PixelRect, hole: Selection?) throws -> PicturePart {
    let image = try read(area)
    let whole = source.bounds
    let traits = try PictureTraits(isGray: source.type.isGray, hasAlpha: source.type.hasAlpha) { look in
      // The part first: most pictures are known by it.
      guard look(image, hole?.mask(over: area)) else { return }
      for band in whole.bands(of: Self.bandRows) {
        guard look(try read(band), hole?.mask(over: band)) else { return }
      }
    }
    return PicturePart(image, at: area, ofWidth: whole.width, height: whole.height, traits)
  }

  /// Whether any pixel of the layer can be seen.
  func isAnythingVisible() throws -> Bool {
    guard source.type.hasAlpha else { return true }
    return try source.bounds.bands(of: Self.bandRows).contains { try read($0).isAnythingVisible() }
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
