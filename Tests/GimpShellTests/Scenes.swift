import ResShift

@testable import GimpShell

/// Images in memory for tests of the procedures' work, and calls of procedures on them.
protocol Scenes {
  var gimp: MemoryGimp { get }
}

extension Scenes {
  /// A photograph of a kind, with colours and edges.
  static func picture(_ width: Int, _ height: Int, channels: Int = 3) -> PixelImage {
    var picture = PixelImage(width: width, height: height, channels: channels, repeating: 1)
    for y in 0..<height {
      for x in 0..<width {
        for c in 0..<picture.colourChannels {
          picture[x, y, c] = Float((x * (3 + c) + y * 5 + (x / 16 + y / 16) % 2 * 70) % 256) / 255
        }
      }
    }
    return picture
  }

  func image(_ picture: PixelImage, selecting hole: PixelRect? = nil) -> (image: Image, layer: Layer) {
    let image = gimp.makeImage(picture.width, picture.height)
    let layer = gimp.addLayer(picture, to: image)
    if let hole { gimp[image].selection = Self.weights(picture.width, picture.height, hole) }
    return (image, layer)
  }

  static func weights(_ width: Int, _ height: Int, _ hole: PixelRect, _ value: Float = 1) -> PixelImage {
    var weights = PixelImage(width: width, height: height, channels: 1)
    for y in hole.y..<hole.y + hole.height { for x in hole.x..<hole.x + hole.width { weights[x, y, 0] = value } }
    return weights
  }

  @discardableResult
  func perform(
    _ procedure: Procedure, _ image: Image, _ item: Layer, _ arguments: [Value] = [], mode: RunMode = .nonInteractive
  ) throws -> Layer {
    try performAll(procedure, image, [item], arguments, mode: mode)[0]
  }

  func performAll(
    _ procedure: Procedure, _ image: Image, _ items: [Layer], _ arguments: [Value], mode: RunMode = .nonInteractive
  ) throws -> [Layer] {
    try procedure.perform(LayerCall(mode, image, items, arguments), in: gimp)
  }
}
