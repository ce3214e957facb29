import ResShift

/// The way between a layer's pixels, as its image stores and understands them, and the engine's pictures.
///
/// No colour is converted: the engine gets the image's own red, green and blue, as the command line does, so that there is
/// none it could lose. Only samples that are proportional to light get the curve of sRGB, since networks know pictures that
/// are stored as they look, and lose it again on the way back.
struct LayerPixels {
  private let source: Source
  /// What is read: the source, or the copy that is seen in its place.
  private var base: Layer
  /// Results that lie over it and are read with it, the lowest first.
  private var covers: [Layer] = []
  /// Whether the profile says that samples are proportional to light, whatever the image's precision says.
  private let hasLinearProfile: Bool

  init(_ source: Source) throws {
    guard let isLinear = source.gimp.hasLinearProfile(source.image) else {
      throw ShellError.refused(.nameProfile, layer: source.name)
    }
    self.source = source
    base = source.layer
    hasLinearProfile = isLinear
  }

  /// The whole layer.
  var layerBounds: PixelRect { source.bounds }

  /// The pixels of an area, in the source layer's coordinates: one to four channels, alpha in 0...1.
  ///
  /// Colours of float images may lie outside 0...1; what is not a number becomes 0.
  func read(_ area: PixelRect) throws -> PixelImage {
    var picture = try stored(base, area)
    for cover in covers { try lay(cover, over: &picture, area) }
    return picture
  }

  /// An area of a layer, in that layer's coordinates.
  private func stored(_ layer: Layer, _ area: PixelRect) throws -> PixelImage {
    let stored = try source.gimp.samples(of: layer, area)
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

// MARK: What is seen of a layer

extension LayerPixels {
  /// Which earlier results count as part of the layer.
  enum Results {
    /// All that are seen.
    case all
    /// Those that hold fills: a further restoration begins with the layer, not with what an earlier one made of it.
    case fills
  }

  /// The same pixels with the earlier results on the layer that are seen in its place or over it.
  func seen(with results: Results, of tries: Tries) -> LayerPixels {
    let gimp = source.gimp
    func counts(_ result: Tries.Try) -> Bool { results == .all || result.holdsFill }
    var seen = self
    if let copy = tries.all.first(where: { $0.layer == tries.shownCopy }), counts(copy),
      gimp.place(of: copy.layer) == source.place
    {
      seen.base = copy.layer
    }
    guard let bottom = gimp.position(of: seen.base) else { return seen }
    let over = tries.all.filter { result in
      let blending = gimp.blending(of: result.layer)
      return result.kind == .overlay && counts(result) && gimp.isVisible(result.layer)
        && (blending.isNormal || blending.isClipped) && gimp.mask(of: result.layer)?.isShown != true
        && gimp.parent(of: result.layer) == gimp.parent(of: seen.base)
        && gimp.position(of: result.layer).map { $0 < bottom } == true
    }
    seen.covers = over.map(\.layer).reversed()
    return seen
  }

  /// Whether these are the source's own pixels alone.
  var areOwn: Bool { base == source.layer && covers.isEmpty }

  /// Lays what a result shows over an area of the source, in linear light as GIMP does.
  private func lay(_ cover: Layer, over picture: inout PixelImage, _ area: PixelRect) throws {
    let place = source.gimp.place(of: cover)
    let corner = (x: place.x - source.place.x, y: place.y - source.place.y)
    let whole = PixelRect(x: corner.x, y: corner.y, width: place.width, height: place.height)
    guard let common = whole.intersection(area) else { return }
    let own = common.moved(x: -corner.x, y: -corner.y)
    let (colours, blending) = (try stored(cover, own), source.gimp.blending(of: cover))
    let mask = source.gimp.mask(of: cover)?.isApplied == true ? try source.gimp.maskValues(of: cover, own) : nil
    for pixel in 0..<common.area {
      let first = pixel * colours.channels
      let alpha = colours.hasAlpha ? colours.samples[first + colours.channels - 1] : 1
      let weight = min(max((mask?.samples[pixel] ?? 1) * alpha * Float(blending.opacity), 0), 1)
      guard weight > 0 else { continue }
      let (y, x) = pixel.quotientAndRemainder(dividingBy: common.width)
      picture.cover(
        ((y + common.y - area.y) * area.width + x + common.x - area.x), weight, keepingAlpha: blending.isClipped
      ) { colours.samples[first + $0] }
    }
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
