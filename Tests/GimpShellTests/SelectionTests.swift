import ResShift
import Testing

@testable import GimpShell

/// Selections as masks of a layer.
@Suite struct SelectionTests {
  private func selection(_ width: Int, _ height: Int, at bounds: PixelRect, _ value: (Int, Int) -> Float) -> Selection {
    var weights = PixelImage(width: width, height: height, channels: 1)
    for y in 0..<height { for x in 0..<width { weights[x, y, 0] = value(x, y) } }
    return Selection(weights, bounds)
  }

  @Test func theHoleIsWhatTheRuleOfMasksMarks() {
    // A feather from nothing to all: the first values are next to nothing.
    let found = selection(10, 1, at: PixelRect(x: 5, y: 7, width: 10, height: 1)) { x, _ in Float(x) / 400 }
    #expect(found.hole.samples[0] == 0 && found.hole.samples[1] == 0 && found.hole.samples[9] > 0)
    #expect(found.holeBounds.x > 5 && found.holeBounds.x + found.holeBounds.width == 15)
    #expect(found.holeBounds.y == 7 && found.holeBounds.height == 1)
  }

  @Test func masksOverAreasAreZeroOutside() {
    let found = selection(2, 2, at: PixelRect(x: 3, y: 1, width: 2, height: 2)) { _, _ in 1 }
    let mask = found.mask(over: PixelRect(x: 2, y: 0, width: 4, height: 3))
    #expect(mask.samples == [0, 0, 0, 0, 0, 1, 1, 0, 0, 1, 1, 0])
    #expect(found.mask(over: PixelRect(x: 4, y: 2, width: 3, height: 1)).samples == [1, 0, 0])
    #expect(found.mask(over: PixelRect(x: 10, y: 10, width: 2, height: 1)).samples == [0, 0])
    #expect(found.mask(over: PixelRect(x: 0, y: 0, width: 3, height: 3)).samples.allSatisfy { $0 == 0 })
  }

  @Test func islandsConnectByCorners() {
    let rows = ["##...", "..#..", ".....", "....#"].map(Array.init)
    let found = selection(5, 4, at: PixelRect(x: 10, y: 20, width: 5, height: 4)) { x, y in rows[y][x] == "#" ? 1 : 0 }
    #expect(
      found.islands == [
        PixelRect(x: 10, y: 20, width: 3, height: 2), PixelRect(x: 14, y: 23, width: 1, height: 1),
      ])
  }

  @Test func aSelectionBesideTheLayerIsNone() throws {
    let gimp = MemoryGimp()
    let image = gimp.makeImage(20, 20)
    let layer = gimp.addLayer(PixelImage(width: 5, height: 5, channels: 3), to: image, x: -2, y: 4)
    let source = try Source(layer, in: image, of: gimp)
    #expect(try Selection(on: source) == nil)
    var weights = PixelImage(width: 20, height: 20, channels: 1)
    weights[10, 10, 0] = 1
    gimp[image].selection = weights
    #expect(throws: ShellError.selectionOutside(layer: source.name)) { try Selection(on: source) }
    weights[10, 10, 0] = 0
    weights[2, 8, 0] = 0.004
    gimp[image].selection = weights
    #expect(throws: ShellError.selectionNearlyEmpty(layer: source.name)) { try Selection(on: source) }
    weights[1, 5, 0] = 1
    gimp[image].selection = weights
    let found = try Selection(on: source)
    #expect(found?.bounds == PixelRect(x: 3, y: 1, width: 2, height: 4), "in the layer's coordinates")
  }
}
