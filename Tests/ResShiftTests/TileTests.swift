import TensorCore
import TestSupport
import Testing

@testable import ResShift

struct TileTests {
  @Test func tilesCoverEveryPositionAndOverlap() {
    var random = SeededRandom(11)
    for _ in 0..<300 {
      let (height, width) = (Int.random(in: 1...300, using: &random), Int.random(in: 1...300, using: &random))
      let side = Int.random(in: 1...130, using: &random)
      let overlap = Int.random(in: 0...40, using: &random)
      let plan = TilePlan(height: height, width: width, side: side, overlap: overlap)
      check(Set(plan.tiles.map(\.y)).sorted(), plan.tileHeight, height, min(overlap, side - 1))
      check(Set(plan.tiles.map(\.x)).sorted(), plan.tileWidth, width, min(overlap, side - 1))
      #expect(plan.tileHeight <= side && plan.tileWidth <= side)
    }
  }

  private func check(_ positions: [Int], _ tile: Int, _ length: Int, _ overlap: Int) {
    #expect(positions.first == 0)
    #expect(positions.last == length - tile)
    for (a, b) in zip(positions, positions.dropFirst()) { #expect(a + tile - b >= overlap) }
  }

  @Test(arguments: [1, 4], [false, true])
  func aConstantStaysConstant(_ scale: Int, _ uniform: Bool) {
    let plan = TilePlan(height: 40, width: 23, side: 16, overlap: 5)
    var blender = TileBlender(plan, scale: scale, channels: 2, uniform: uniform)
    let part = Tensor(Shape(1, plan.tileHeight * scale, plan.tileWidth * scale, 2), repeating: 0.75)
    for tile in plan.tiles { blender.add(part, at: tile) }
    #expect(blender.result().elements.allSatisfy { abs($0 - 0.75) < 1e-6 })
  }

  @Test func aSmoothPictureIsJoinedExactly() {
    let plan = TilePlan(height: 30, width: 50, side: 20, overlap: 6)
    let whole = Tensor(Shape(1, 30, 50, 1), (0..<1500).map { Float($0 % 50) / 50 + Float($0 / 50) / 30 })
    var blender = TileBlender(plan, scale: 1, channels: 1)
    for tile in plan.tiles {
      blender.add(whole.cropped(y: tile.y, x: tile.x, height: plan.tileHeight, width: plan.tileWidth), at: tile)
    }
    #expect(largestDifference(blender.result().elements, whole.elements) < 1e-6)
  }

  @Test func placesWithoutTilesKeepTheBase() {
    let plan = TilePlan(height: 8, width: 32, side: 8, overlap: 0)
    var blender = TileBlender(plan, scale: 1, channels: 1)
    blender.add(Tensor(Shape(1, 8, 8, 1), repeating: 5), at: plan.tiles[1])
    let result = blender.result(over: Tensor(Shape(1, 8, 32, 1), repeating: 1))
    for x in 0..<32 { #expect(result[0, 3, x, 0] == ((8..<16).contains(x) ? 5 : 1)) }
  }

  /// However much is asked for: tiles that move by single positions would take days.
  @Test func tilesOverlapByHalfAtMost() throws {
    var options = RestoreOptions()
    options.tile = .pixels(64)
    options.overlap = .max / 2
    let descriptor = try ModelDescriptor.architecture(named: "realsr")
    let plan = try TileChoice(descriptor: descriptor, options: options).plan(height: 256, width: 128)
    #expect(plan.tileHeight == 64 && plan.overlap == 32 && plan.tiles.count == 7 * 3)
  }

  @Test func theTileShrinksToTheMemoryAndSaysSo() throws {
    let descriptor = try ModelDescriptor.architecture(named: "realsr")
    let estimate = MemoryEstimate(descriptor: descriptor, threads: 1)
    let notices = Notices()
    var options = RestoreOptions()
    options.notice = { notices.add($0) }
    let fixed = estimate.picture(height: 256, width: 256)
    let resident = try #require(SystemMemory.resident)
    options.memoryLimit = 200_000_000 + resident + fixed + estimate.tile(height: 64, width: 64)
    let plan = try TileChoice(descriptor: descriptor, options: options).plan(height: 256, width: 256)
    #expect(plan.tileHeight == 64)
    #expect(notices.all.count == 1)

    options.memoryLimit = 1 << 20
    #expect(throws: RestoreError.self) {
      try TileChoice(descriptor: descriptor, options: options).plan(height: 256, width: 256)
    }
    options.tile = .pixels(256)
    options.memoryLimit = resident + fixed + estimate.tile(height: 64, width: 64)
    do {
      _ = try TileChoice(descriptor: descriptor, options: options).plan(height: 256, width: 256)
      Issue.record("a tile that does not fit was accepted")
    } catch RestoreError.notEnoughMemory(let message) {
      #expect(message.contains("256 pixels"))
    }
  }
}

/// Messages from a working thread.
final class Notices: @unchecked Sendable {
  private(set) var all: [String] = []
  func add(_ text: String) { all.append(text) }
}
