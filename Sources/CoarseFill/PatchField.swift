import CKernels
import TensorCore

/// For each target patch of a level a source patch that looks like it (Barnes et al., PatchMatch, 2009), searched for in passes
/// that read the pass before: the result does not depend on threads.
struct PatchField {
  /// By target centre: the centre of its source, and the squared distance of the two.
  private(set) var source: [Int32]
  private(set) var distance: [Float]
  /// What the last pass read, for the next one to write over; empty before the first.
  private var earlier: (source: [Int32], distance: [Float]) = ([], [])

  /// How far sources are looked for at random, in rows and columns of the level: far enough where levels are small.
  private static let reach = 128

  /// Random sources, near where there are any.
  init(_ level: PatchLevel, seed: UInt64) {
    self.init(level) { Self.randomSource(level, for: $0, seed: seed) }
  }

  /// The sources of the level of half the size, at the places where they are in this one.
  init(_ level: PatchLevel, from coarse: PatchField, of half: PatchLevel, seed: UInt64) {
    self.init(level) { target in
      let (y, x) = (target / level.width, target % level.width)
      // The coarse level has the fewer rows of centres: its outermost ones serve for those beyond, too.
      let row = min(max(y / 2, half.rows.lowerBound), half.rows.upperBound - 1)
      let column = min(max(x / 2, half.columns.lowerBound), half.columns.upperBound - 1)
      let found = Int(coarse.source[row * half.width + column])
      let near =
        found < 0
        ? nil
        : level.source(near: 2 * (found / half.width) + y - 2 * row, 2 * (found % half.width) + x - 2 * column)
      return near ?? Self.randomSource(level, for: target, seed: seed)
    }
  }

  private init(_ level: PatchLevel, _ sourceOf: (_ target: Int) -> Int) {
    (source, distance) = Self.empty(level.height * level.width)
    source.withUnsafeMutableBufferPointer { source in
      // Each place is written by one thread only.
      nonisolated(unsafe) let source = source
      Parallel.forRanges(level.targets.count, chunk: 4096) { range in
        for target in level.targets[range] { source[Int(target)] = Int32(sourceOf(Int(target))) }
      }
    }
  }

  /// Of no target.
  private static func empty(_ count: Int) -> (source: [Int32], distance: [Float]) {
    let source = [Int32](repeating: -1, count: count)
    // Of a large picture each takes a tenth of a second; what follows is left out then.
    _ = Interruption.isWanted
    return (source, [Float](repeating: 1, count: count))
  }

  private static func randomSource(_ level: PatchLevel, for target: Int, seed: UInt64) -> Int {
    var random = SplitMix64(seed: seed, target)
    let anywhere = level.sources[random.index(level.sources.count)]
    for _ in 0..<8 {
      let y = target / level.width + random.index(2 * reach + 1) - reach
      let x = target % level.width + random.index(2 * reach + 1) - reach
      if level.rows.contains(y), level.columns.contains(x), level.isSource[y * level.width + x] {
        return y * level.width + x
      }
    }
    return Int(anywhere)
  }

  /// Measures all distances anew: the picture has changed.
  mutating func measure(_ level: PatchLevel) {
    update(level) { target, _, source, ruler in (source, ruler.distance(target, Int(source), limit: .infinity)) }
  }

  /// Measures all distances and looks for better sources, near and far.
  mutating func search(_ level: PatchLevel, rounds: Int, seed: UInt64) {
    measure(level)
    for round in 0..<rounds {
      for step in [4, 2, 1] {
        var random = SplitMix64(seed: seed, round, step)
        search(level, step: step, seed: random.next())
      }
    }
  }

  /// One pass: each target looks at what its neighbours `step` pixels away found, and around its own best.
  mutating func search(_ level: PatchLevel, step: Int, seed: UInt64) {
    if earlier.source.isEmpty { earlier = Self.empty(source.count) }
    // A pass writes every target, and elsewhere both are as they began.
    swap(&source, &earlier.source)
    swap(&distance, &earlier.distance)
    let (before, distances) = earlier
    let (width, rows, columns) = (level.width, level.rows, level.columns)
    update(level) { target, y, _, ruler in
      let x = target - y * width
      var best = (source: before[target], distance: distances[target])
      func look(_ sourceY: Int, _ sourceX: Int) {
        guard rows.contains(sourceY), columns.contains(sourceX) else { return }
        let candidate = sourceY * width + sourceX
        guard level.isSource[candidate], Int32(candidate) != best.source else { return }
        let distance = ruler.distance(target, candidate, limit: best.distance)
        if distance < best.distance { best = (Int32(candidate), distance) }
      }
      for (dy, dx) in [(-step, 0), (step, 0), (0, -step), (0, step)] {
        guard rows.contains(y + dy), columns.contains(x + dx) else { continue }
        let found = Int(before[(y + dy) * width + x + dx])
        if found >= 0 { look(found / width - dy, found % width - dx) }
      }
      var random = SplitMix64(seed: seed, target)
      var radius = Self.reach
      while radius > 0 {
        // Two numbers in 0..<2 * radius + 1 of one: the high bits of products.
        let (number, count) = (random.next(), UInt64(2 * radius + 1))
        let dy = Int((number >> 32) * count >> 32) - radius
        let dx = Int((number & 0xffff_ffff) * count >> 32) - radius
        look(Int(best.source) / width + dy, Int(best.source) % width + dx)
        radius /= 2
      }
      return best
    }
  }

  /// Gives each target, in any order, what `body` says of it, its row and its source.
  private mutating func update(
    _ level: PatchLevel,
    _ body: (_ target: Int, _ row: Int, _ source: Int32, _ ruler: Ruler) -> (source: Int32, distance: Float)
  ) {
    let costOfRow = level.costOfRow * Float(PatchLevel.side * PatchLevel.side)
    source.withUnsafeMutableBufferPointer { source in
      distance.withUnsafeMutableBufferPointer { distance in
        // Each place is written by one thread only.
        nonisolated(unsafe) let (source, distance) = (source, distance)
        level.pixels.read { pixels in
          let ruler = Ruler(pixels: pixels, width: level.width, costOfRow: costOfRow)
          Parallel.forRanges(level.targets.count, chunk: 512) { range in
            for index in range {
              let target = Int(level.targets[index])
              (source[target], distance[target]) = body(target, target / level.width, source[target], ruler)
            }
          }
        }
      }
    }
  }
}

/// Measures how far apart two patches of a picture are.
private struct Ruler {
  let pixels: UnsafePointer<Float>
  let width: Int
  /// For a whole patch.
  let costOfRow: Float

  /// The squared distance of the patches around two pixels, and the cost of their difference in height; some number above `limit` if it is above.
  func distance(_ a: Int, _ b: Int, limit: Float) -> Float {
    let c = PatchLevel.channels
    func corner(_ centre: Int) -> UnsafePointer<Float> {
      pixels + (centre - PatchLevel.radius * (width + 1)) * c
    }
    let rows = costOfRow > 0 ? Float(a / width - b / width) : 0
    let cost = costOfRow * rows * rows
    guard cost < limit else { return cost }
    return cost + ck_patch_distance(corner(a), corner(b), PatchLevel.side, PatchLevel.side * c, width * c, limit - cost)
  }
}

extension PatchLevel {
  /// The source at a place or beside it.
  fileprivate func source(near y: Int, _ x: Int) -> Int? {
    for (dy, dx) in [(0, 0), (0, 1), (1, 0), (0, -1), (-1, 0), (1, 1), (-1, -1), (1, -1), (-1, 1)] {
      guard rows.contains(y + dy), columns.contains(x + dx) else { continue }
      let p = (y + dy) * width + x + dx
      if isSource[p] { return p }
    }
    return nil
  }
}
