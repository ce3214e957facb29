import ModelLibrary
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
      check(Set(plan.tiles.map(\.y)).sorted(), plan.tileHeight, height, min(overlap, side / 2))
      check(Set(plan.tiles.map(\.x)).sorted(), plan.tileWidth, width, min(overlap, side / 2))
      #expect(plan.tileHeight <= side && plan.tileWidth <= side)
    }
  }

  @Test func tilesShrinkAsFarAsTheirNumberStays() {
    var random = SeededRandom(15)
    for _ in 0..<300 {
      let (height, width) = (64 * Int.random(in: 1...30, using: &random), 64 * Int.random(in: 1...30, using: &random))
      let side = 32 * Int.random(in: 1...8, using: &random)
      let full = TilePlan(height: height, width: width, side: side, overlap: 16)
      let plan = TilePlan(height: height, width: width, side: side, overlap: 16, shrinkingToMultipleOf: 32)
      #expect(plan.tiles.count == full.tiles.count)
      #expect(plan.tileHeight <= full.tileHeight && plan.tileWidth <= full.tileWidth)
      #expect(plan.tileHeight % 32 == 0 && plan.tileWidth % 32 == 0)
      check(Set(plan.tiles.map(\.y)).sorted(), plan.tileHeight, height, min(16, side / 2))
      check(Set(plan.tiles.map(\.x)).sorted(), plan.tileWidth, width, min(16, side / 2))
    }
    let plan = TilePlan(height: 512, width: 256, side: 256, overlap: 16, shrinkingToMultipleOf: 32)
    #expect((plan.tileHeight, plan.tileWidth, plan.tiles.count) == (192, 256, 3))
  }

  private func check(_ positions: [Int], _ tile: Int, _ length: Int, _ overlap: Int) {
    #expect(positions.first == 0)
    #expect(positions.last == length - tile)
    for (a, b) in zip(positions, positions.dropFirst()) { #expect(a + tile - b >= overlap) }
  }

  @Test(arguments: [1, 4], [false, true])
  func aConstantStaysConstant(_ scale: Int, _ uniform: Bool) {
    let plan = TilePlan(height: 40, width: 23, side: 16, overlap: 5)
    let part = Tensor(Shape(1, plan.tileHeight * scale, plan.tileWidth * scale, 2), repeating: 0.75)
    let whole = plan.joined(plan.tiles, scale: scale, channels: 2, uniform: uniform) { _, _ in part }
    #expect(whole.shape == Shape(1, 40 * scale, 23 * scale, 2))
    #expect(whole.elements.allSatisfy { abs($0 - 0.75) < 1e-6 })
  }

  @Test func aSmoothPictureIsJoinedExactly() {
    let plan = TilePlan(height: 30, width: 50, side: 20, overlap: 6)
    let whole = Tensor(Shape(1, 30, 50, 1), (0..<1500).map { Float($0 % 50) / 50 + Float($0 / 50) / 30 })
    let joined = plan.joined(plan.tiles, scale: 1, channels: 1) { tile, _ in
      whole.cropped(y: tile.y, x: tile.x, height: plan.tileHeight, width: plan.tileWidth)
    }
    #expect(largestDifference(joined.elements, whole.elements) < 1e-6)
  }

  @Test func neighboursAreFadedIntoEachOther() {
    let plan = TilePlan(height: 8, width: 26, side: 16, overlap: 6)
    #expect(plan.tiles.count == 2)
    let joined = plan.joined(plan.tiles, scale: 2, channels: 1) { tile, _ in
      Tensor(Shape(1, 16, 32, 1), repeating: tile == plan.tiles[0] ? 0 : 1)
    }
    let line = Array(joined.elements[0..<52])
    #expect(line[0..<20].allSatisfy { $0 == 0 } && line[32...].allSatisfy { $0 == 1 })
    #expect(line[20] < 0.02 && line[31] > 0.98)
    for (a, b) in zip(line[19...32], line[20...32]) { #expect(a < b && b - a < 0.15) }
  }

  @Test func placesWithoutTilesKeepTheBase() {
    let plan = TilePlan(height: 8, width: 32, side: 8, overlap: 0)
    let base = Tensor(Shape(1, 8, 32, 1), repeating: 1)
    let result = plan.joined([plan.tiles[1]], scale: 1, channels: 1, over: base) { _, _ in
      Tensor(Shape(1, 8, 8, 1), repeating: 5)
    }
    for x in 0..<32 { #expect(result[0, 3, x, 0] == ((8..<16).contains(x) ? 5 : 1)) }
  }

  @Test("Rows are given out once, from the top, as soon as no tile touches them any more; where there are none, too")
  func rowsComeInBands() throws {
    let plan = TilePlan(height: 200, width: 24, side: 16, overlap: 4)
    // Some rows of tiles are not needed: those at both ends, and one in the middle.
    let rows = Set(plan.tiles.map(\.y)).sorted()
    let gone = [rows[0], rows[6], rows[7], rows[8], rows[rows.count - 1]]
    let tiles = plan.tiles.filter { !gone.contains($0.y) }
    let base = Tensor(Shape(1, 400, 48, 2), (0..<400 * 96).map { Float($0 / 96) })
    var (done, begun) = (0, 0)
    plan.join(
      tiles, scale: 2, channels: 2, over: base,
      { tile, _ in
        begun = tile.y
        return base.cropped(y: 2 * tile.y, x: 2 * tile.x, height: 32, width: 32)
      },
      { rows, band in
        #expect(rows.lowerBound == done && rows.count <= 2 * TileBlender.bandRows)
        #expect(
          band.shape == Shape(1, rows.count, 48, 2) && rows.upperBound <= 2 * (begun + 16) || begun == 0
            || rows.upperBound == 400)
        #expect(
          largestDifference(
            band.elements, base.cropped(y: rows.lowerBound, x: 0, height: rows.count, width: 48).elements) < 1e-4)
        done = rows.upperBound
      })
    #expect(done == 400)
  }

  @Test func anyNumberIsAcceptedAsTileAndOverlap() throws {
    let descriptor = try ModelDescriptor.architecture(named: "compact-sr")
    for (tile, overlap) in [(Int.max, Int.max), (1, Int.max), (Int.max, 0), (0, -1), (129, 1)] {
      var options = RestoreOptions()
      (options.tile, options.overlap) = (.pixels(tile), overlap)
      let plan = try TileChoice(architecture: descriptor.architecture, options: options).plan(height: 256, width: 64)
      let multiple = descriptor.unet.latentMultiple
      let side = tile > 256 ? 256 : max(multiple, (tile + multiple - 1) / multiple * multiple)
      #expect((plan.tileHeight, plan.tileWidth) == (side, min(side, 64)), "tile \(tile), overlap \(overlap)")
      #expect(plan.tiles.count <= 64)
    }
  }

  @Test func cachedFilesOfAControlGroupGiveWay() {
    let statistics = "anon 100\nfile 700\ninactive_file 500\nactive_file 150\n"
    #expect(ControlGroup.available(limit: "1000\n", current: "900\n", statistics: statistics) == 750)
    #expect(ControlGroup.available(limit: "1000\n", current: "900\n", statistics: nil) == 100)
    #expect(ControlGroup.available(limit: "1000\n", current: "1200\n", statistics: "") == 0)
    #expect(ControlGroup.available(limit: "max\n", current: "900\n", statistics: statistics) == nil)
    #expect(ControlGroup.available(limit: nil, current: nil, statistics: nil) == nil)
  }

  /// However much is asked for: tiles that move by single positions would take days.
  @Test func tilesOverlapByHalfAtMost() throws {
    var options = RestoreOptions()
    options.tile = .pixels(64)
    options.overlap = .max / 2
    let descriptor = try ModelDescriptor.architecture(named: "realsr")
    let plan = try TileChoice(architecture: descriptor.architecture, options: options).plan(height: 256, width: 128)
    #expect(plan.tileHeight == 64 && plan.overlap == 32 && plan.tiles.count == 7 * 3)
  }

  @Test func theTileShrinksToTheMemoryAndSaysSo() throws {
    let descriptor = try ModelDescriptor.architecture(named: "realsr")
    let estimate = MemoryEstimate(architecture: descriptor.architecture, threads: 1)
    let notices = Notices()
    var options = RestoreOptions()
    options.notice = { notices.add($0) }
    let fixed = estimate.picture(height: 256, width: 256)
    let resident = try #require(SystemMemory.resident)
    options.memoryLimit = 200_000_000 + resident + fixed + estimate.tile(height: 64, width: 64)
    let plan = try TileChoice(architecture: descriptor.architecture, options: options).plan(height: 256, width: 256)
    #expect(plan.tileHeight == 64)
    #expect(notices.all.count == 1)

    options.memoryLimit = 1 << 20
    #expect(throws: RestoreError.self) {
      try TileChoice(architecture: descriptor.architecture, options: options).plan(height: 256, width: 256)
    }
    options.tile = .pixels(256)
    options.memoryLimit = resident + fixed + estimate.tile(height: 64, width: 64)
    do {
      _ = try TileChoice(architecture: descriptor.architecture, options: options).plan(height: 256, width: 256)
      Issue.record("a tile that does not fit was accepted")
    } catch let error as RestoreError where error.kind == .notEnoughMemory {
      #expect(error.message.text.contains("256 pixels"))
    }
  }
}

/// Messages from a working thread.
final class Notices: @unchecked Sendable {
  private(set) var all: [String] = []
  func add(_ text: String) { all.append(text) }
}
