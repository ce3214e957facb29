import ModelLibrary
import Synchronization
import TensorCore
import TestSupport
import Testing

@testable import ResShift

/// Holes that are too deep for a network's window.
struct DeepHoleTests {
  /// The recorded network, whose window has 64 pixels: holes 24 pixels deep fit.
  static let tiny = Result {
    var descriptor = try ModelDescriptor(configuration: fixture("tiny-inpaint/config.json"))
    descriptor.folder = fixture("tiny-inpaint")
    descriptor.files.unet.name = "unet.pth"
    descriptor.files.autoencoder = ModelFile(name: "autoencoder.pth")
    return try Restorer(descriptor)
  }

  static func scene(_ width: Int, _ height: Int, hole: PixelRect) -> (picture: PixelImage, mask: PixelImage) {
    var random = SeededRandom(31)
    var (picture, mask) = (
      PixelImage(width: width, height: height, channels: 3), PixelImage(width: width, height: height, channels: 1)
    )
    for y in 0..<height {
      for x in 0..<width {
        for c in 0..<3 { picture[x, y, c] = Float(y) / Float(height) * 0.8 + Float.random(in: 0...0.1, using: &random) }
        let isHole = (hole.x..<hole.x + hole.width).contains(x) && (hole.y..<hole.y + hole.height).contains(y)
        mask[x, y, 0] = isHole ? 1 : 0
      }
    }
    return (picture, mask)
  }

  private func deepHole(_ width: Int, _ height: Int, hole: PixelRect) throws -> DeepHole {
    let (picture, mask) = Self.scene(width, height, hole: hole)
    let known = try Hole(picture, mask: mask).known(PixelRect(x: 0, y: 0, width: width, height: height))
    return DeepHole(colours: SeenPicture(picture, known: known, isNeutral: false).colours, known: known)
  }

  @Test func depthIsTheDistanceOfTheMiddleFromWhatIsKnown() throws {
    #expect(try deepHole(60, 50, hole: PixelRect(x: 10, y: 10, width: 21, height: 30)).depth == 11)
    #expect(try deepHole(60, 50, hole: PixelRect(x: 0, y: 10, width: 60, height: 5)).depth == 3, "long, not deep")
    #expect(try deepHole(60, 50, hole: PixelRect(x: 0, y: 0, width: 20, height: 50)).depth == 20, "at the border")
  }

  @Test("Each size is half of the one before, the smallest fits the window")
  func sizes() throws {
    var hole = try deepHole(400, 300, hole: PixelRect(x: 100, y: 50, width: 200, height: 200))
    var depths: [Int] = []
    while let smaller = hole.smaller(window: 64) {
      hole = smaller
      depths.append(hole.depth)
      // Known pixels are means of known ones alone: darker than everything would be with the hole's.
      let colours = hole.colours.elements
      for (pixel, isKnown) in hole.known.elements.enumerated() where isKnown > 0 { #expect(colours[3 * pixel] > -1.01) }
    }
    #expect(depths.count == 2 && (50...52).contains(depths[0]) && (25...27).contains(depths[1]), "\(depths)")
    #expect((98...100).contains(hole.known.shape.w))
    let fits = try deepHole(100, 100, hole: PixelRect(x: 30, y: 30, width: 48, height: 48))
    #expect(fits.depth == 24 && fits.smaller(window: 64) == nil)
  }

  @Test("Known pixels come back bit for bit, the same seed gives the same fill, whatever the threads")
  func deepHolesAreFilled() throws {
    let (picture, mask) = Self.scene(160, 140, hole: PixelRect(x: 30, y: 20, width: 100, height: 100))
    var options = RestoreOptions()
    options.threads = 2
    let restorer = try Self.tiny.get()
    let told = Mutex<[Double]>([])
    options.progress = { share in told.withLock { $0.append(share) } }
    let filled = try restorer.inpaint(picture, mask: mask, options)
    let shares = told.withLock { $0 }
    #expect(shares == shares.sorted() && shares.last == 1)
    for (pixel, weight) in mask.samples.enumerated() where weight == 0 {
      #expect((3 * pixel..<3 * pixel + 3).allSatisfy { filled.samples[$0] == picture.samples[$0] })
    }
    options.threads = 1
    #expect(try restorer.inpaint(picture, mask: mask, options) == filled)
    options.seed = 5
    #expect(try restorer.inpaint(picture, mask: mask, options) != filled)
  }

  @Test("In one piece, and each tile on its own, it is the published algorithm")
  func publishedAlgorithm() throws {
    let hole = try deepHole(160, 140, hole: PixelRect(x: 30, y: 20, width: 100, height: 100))
    let restorer = try Self.tiny.get()
    var options = RestoreOptions()
    #expect(try restorer.begun(hole, options) != nil)
    options.tile = .whole
    #expect(try restorer.begun(hole, options) == nil)
    (options.tile, options.tiling) = (.automatic, .independent)
    #expect(try restorer.begun(hole, options) == nil)
    options.tiling = .joint
    #expect(
      try restorer.begun(deepHole(100, 100, hole: PixelRect(x: 30, y: 30, width: 40, height: 40)), options) == nil)
    #expect(
      try BuiltIn.inpainter.get().begun(hole, options) == nil, "pieces of the surroundings have sizes of their own")
  }
}
