import TensorCore

/// A picture at one level of the pyramid: what is known of it, where patches may come from and where they must go.
struct PatchLevel {
  /// Pixels a side of a patch, and from its centre to its edge.
  static let side = 7
  static let radius = side / 2
  /// Red, green, blue, and how rough the surroundings are across and down.
  static let channels = 5

  let height: Int
  let width: Int
  /// [1, h, w, channels]; unknown pixels hold the fill so far.
  var pixels: Tensor
  let isKnown: [Bool]
  /// Which of the known pixels pieces may come from.
  private let isAllowed: [Bool]
  /// The centres of patches that are wholly known, and allowed.
  let isSource: [Bool]
  let sources: [Int32]
  /// The centres of patches that lie inside the picture and are not wholly known, row by row.
  let targets: [Int32]
  /// Unknown pixels, row by row.
  let unknown: [Int32]

  /// Unknown elements of `pixels` may hold anything; `isAllowed` counts where pixels are known, nil = everywhere.
  init(_ pixels: Tensor, isKnown: [Bool], isAllowed: [Bool]? = nil) {
    let (height, width) = (pixels.shape.h, pixels.shape.w)
    (self.height, self.width, self.pixels, self.isKnown) = (height, width, pixels, isKnown)
    let allowed = isAllowed ?? isKnown
    self.isAllowed = allowed
    let isWhole = Self.wholePatches(isKnown, height: height, width: width)
    isSource =
      isAllowed == nil || allowed == isKnown
      ? isWhole
      : Self.wholePatches(
        Pieces.flags(isKnown.count) { isKnown[$0] && allowed[$0] }, height: height, width: width)
    var (sources, targets, unknown) = ([Int32](), [Int32](), [Int32]())
    for y in 0..<height {
      if y % 64 == 0 && Interruption.isWanted { break }
      for x in 0..<width {
        let p = y * width + x
        if !isKnown[p] { unknown.append(Int32(p)) }
        guard Self.rows(height).contains(y), Self.rows(width).contains(x) else { continue }
        if isSource[p] { sources.append(Int32(p)) }
        if !isWhole[p] { targets.append(Int32(p)) }
      }
    }
    (self.sources, self.targets, self.unknown) = (sources, targets, unknown)
  }

  /// How far the deepest unknown pixel lies from a known one, in steps across and down.
  var depth: Int {
    var distance = [Int32](repeating: 0, count: isKnown.count)
    var deepest: Int32 = 0
    func step(_ p: Int, _ dy: Int, _ dx: Int, from start: Int32) {
      let (y, x) = (p / width + dy, p % width + dx)
      var least = start
      if (0..<height).contains(y) { least = min(least, distance[p + dy * width] + 1) }
      if (0..<width).contains(x) { least = min(least, distance[p + dx] + 1) }
      distance[p] = least
    }
    Pieces.inOrder(unknown.count) { piece in
      for p in unknown[piece] { step(Int(p), -1, -1, from: Int32(height + width)) }
    }
    Pieces.inOrder(unknown.count) { piece in
      for i in piece {
        let p = Int(unknown[unknown.count - 1 - i])
        step(p, 1, 1, from: distance[p])
        deepest = max(deepest, distance[p])
      }
    }
    return Int(deepest)
  }

  /// Rows (or columns) of the centres of patches that lie inside.
  var rows: Range<Int> { Self.rows(height) }
  var columns: Range<Int> { Self.rows(width) }

  private static func rows(_ count: Int) -> Range<Int> { radius..<max(radius, count - radius) }

  /// Whether all pixels of the patch around each pixel are known; false where it does not lie inside.
  private static func wholePatches(_ isKnown: [Bool], height: Int, width: Int) -> [Bool] {
    /// Along lines: whether the `side` places around each are all true.
    func shrunk(_ values: [Bool], lines: Int, length: Int, line: Int, stride: Int) -> [Bool] {
      var result = [Bool](repeating: false, count: values.count)
      for first in 0..<lines {
        if first % 64 == 0 && Interruption.isWanted { break }
        var run = 0
        for i in 0..<length {
          run = values[first * line + i * stride] ? run + 1 : 0
          if run >= side { result[first * line + (i - radius) * stride] = true }
        }
      }
      return result
    }
    let across = shrunk(isKnown, lines: height, length: width, line: width, stride: 1)
    return shrunk(across, lines: width, length: height, line: 1, stride: width)
  }

  /// Half the size: each pixel the mean of what is known of 2 x 2, known if at least half of them are, allowed if all of these are.
  func halved() -> PatchLevel {
    let (h, w, c) = ((height + 1) / 2, (width + 1) / 2, Self.channels)
    var known = [Bool](repeating: false, count: h * w)
    var allowed = [Bool](repeating: true, count: h * w)
    let half = Tensor(Shape(1, h, w, c)) { out in
      out.update(repeating: 0, count: h * w * c)
      pixels.read { pixels in
        for y in 0..<h {
          if y % 64 == 0 && Interruption.isWanted { break }
          for x in 0..<w {
            var (count, all) = (0, 0)
            for row in 2 * y..<min(2 * y + 2, height) {
              for column in 2 * x..<min(2 * x + 2, width) {
                let p = row * width + column
                all += 1
                guard isKnown[p] else { continue }
                count += 1
                if !isAllowed[p] { allowed[y * w + x] = false }
                for k in 0..<c { out[(y * w + x) * c + k] += pixels[p * c + k] }
              }
            }
            known[y * w + x] = 2 * count >= all
            for k in 0..<c where count > 0 { out[(y * w + x) * c + k] /= Float(count) }
          }
        }
      }
    }
    return PatchLevel(half, isKnown: known, isAllowed: allowed)
  }
}

extension PatchLevel {
  /// What a source costs that lies as far above or below as the level is high, for each pixel compared, of the largest holes.
  private static let costOfHeight: Float = 8
  /// Shares of the level: height counts in holes that are larger than the first, in full from the second on.
  private static let (smallHole, largeHole): (Float, Float) = (0.08, 0.2)

  /// The cost of one row's difference in height, squared, for each pixel compared. Photographs lie in layers, sky, water, ground,
  /// and deep in a large hole the colours at the front alone do not say which.
  var costOfRow: Float {
    let (rows, share) = (Float(height), Float(unknown.count) / Float(height * width))
    let weight = min(max((share - Self.smallHole) / (Self.largeHole - Self.smallHole), 0), 1)
    return Self.costOfHeight * weight / (rows * rows)
  }
}
