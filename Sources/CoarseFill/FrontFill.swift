import TensorCore

/// A first fill from the rim inwards, patch by patch, strong edges that run into the hole first
/// (Criminisi, Perez, Toyama, Region Filling and Object Removal by Exemplar-Based Image Inpainting, 2004).
///
/// For the smallest level of the pyramid: the work grows with the unknown pixels times the sources.
struct FrontFill {
  /// Most pairs of a target and a source that are compared, about.
  private static let mostComparisons = 30_000_000
  private static let side = PatchLevel.side
  private static let radius = PatchLevel.radius

  private let level: PatchLevel
  private var pixels: Tensor
  /// What is known or filled already, and how far it can be relied on.
  private var isThere: [Bool]
  private var confidence: [Float]
  /// Of the pixels of the front.
  private var priority: [Float]
  private var front: [Int] = []

  init(_ level: PatchLevel) {
    self.level = level
    pixels = Pieces.copy(of: level.pixels)
    isThere = level.isKnown
    confidence = level.isKnown.map { $0 ? 1 : 0 }
    priority = [Float](repeating: 0, count: isThere.count)
  }

  /// About what it costs for so many unknown pixels and sources, in searches for the source of one patch.
  static func searches(unknown: Double, sources: Double) -> Double {
    guard unknown <= Double(PatchLevel.mostForFront) else { return 0 }
    return min((unknown / 3 + 1) * sources, Double(mostComparisons)) / 50
  }

  /// The level's pixels with the unknown ones filled.
  mutating func filled() throws -> Tensor {
    let steps = level.unknown.count / 3 + 1
    let candidates = stride(
      from: 0, to: level.sources.count, by: 1 + level.sources.count * steps / Self.mostComparisons
    )
    .map { Int(level.sources[$0]) }
    update(around: level.unknown.map(Int.init))
    while let next = front.max(by: { priority[$0] < priority[$1] }) {
      try Interruption.check()
      let patch = around(next)
      copy(from: best(of: candidates, for: next, patch), to: next, patch)
      update(around: around(next, Self.radius + 1).filter { !level.isKnown[$0] })
    }
    return pixels
  }

  /// Pixels at most `reach` rows and columns away.
  private func around(_ pixel: Int, _ reach: Int = radius) -> [Int] {
    let (y, x) = (pixel / level.width, pixel % level.width)
    let columns = max(0, x - reach)...min(level.width - 1, x + reach)
    var pixels: [Int] = []
    for row in max(0, y - reach)...min(level.height - 1, y + reach) {
      for column in columns { pixels.append(row * level.width + column) }
    }
    return pixels
  }

  /// The source that agrees best with what is there of a patch.
  private func best(of candidates: [Int], for target: Int, _ patch: [Int]) -> Int {
    let (channels, costOfRow) = (PatchLevel.channels, level.costOfRow)
    let offsets = patch.filter { isThere[$0] }.map { ($0 - target) * channels }
    return pixels.read { pixels in
      let a = pixels + target * channels
      var (best, least) = (candidates[0], Float.infinity)
      Pieces.inOrder(candidates.count, of: 1 << 14) { piece in
        for candidate in candidates[piece] {
          let b = pixels + candidate * channels
          let rows = Float(candidate / level.width - target / level.width)
          var distance = costOfRow * rows * rows * Float(offsets.count)
          for offset in offsets where distance < least {
            for k in offset..<offset + channels { distance += (a[k] - b[k]) * (a[k] - b[k]) }
          }
          if distance < least { (best, least) = (candidate, distance) }
        }
      }
      return best
    }
  }

  /// Fills the middle of a patch only: what lies further in was not compared with anything.
  private mutating func copy(from source: Int, to target: Int, _ patch: [Int]) {
    let channels = PatchLevel.channels
    let trust = meanConfidence(patch)
    let missing = around(target, 1).filter { !isThere[$0] }
    pixels.modify { pixels in
      for pixel in missing {
        (pixels + pixel * channels).update(from: pixels + (source + pixel - target) * channels, count: channels)
      }
    }
    for pixel in missing {
      isThere[pixel] = true
      confidence[pixel] = trust
    }
  }

  private func meanConfidence(_ patch: [Int]) -> Float {
    patch.reduce(0) { $0 + confidence[$1] } / Float(Self.side * Self.side)
  }

  /// Finds the front and its priorities anew among some pixels.
  private mutating func update(around changed: [Int]) {
    let isChanged = Set(changed)
    front.removeAll { isThere[$0] || isChanged.contains($0) }
    for pixel in changed where !isThere[pixel] && around(pixel, 1).contains(where: { isThere[$0] }) {
      front.append(pixel)
      let patch = around(pixel)
      // Without any edge confidence alone decides.
      priority[pixel] = meanConfidence(patch) * (0.02 + edge(into: pixel, patch))
    }
  }

  /// How strongly edges in the patch run across the front at its centre.
  private func edge(into pixel: Int, _ patch: [Int]) -> Float {
    var normal = SIMD2<Float>.zero
    for near in around(pixel, 1) where isThere[near] {
      normal += SIMD2(Float(near % level.width - pixel % level.width), Float(near / level.width - pixel / level.width))
    }
    let length = (normal * normal).sum().squareRoot()
    guard length > 0 else { return 0 }
    let (height, width, channels) = (level.height, level.width, PatchLevel.channels)
    return pixels.read { pixels in
      var strongest: Float = 0
      for p in patch where isThere[p] && p % width + 1 < width && p / width + 1 < height {
        guard isThere[p + 1], isThere[p + width] else { continue }
        for k in 0..<3 {
          let here = pixels[p * channels + k]
          let gradient = SIMD2(pixels[(p + 1) * channels + k] - here, pixels[(p + width) * channels + k] - here)
          // An edge runs across its gradient.
          strongest = max(strongest, abs(gradient.y * normal.x - gradient.x * normal.y) / length)
        }
      }
      return strongest
    }
  }
}
