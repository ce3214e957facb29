import Glibc
import ResShift
import TensorCore

/// Masks that cover 5 to 30 % of a picture, white (1) in the hole.
struct RandomMask {
  private var random: SplitMix64
  private var mask: PixelImage
  private var covered = 0

  private init(width: Int, height: Int, seed: UInt64) {
    random = SplitMix64(seed: seed)
    mask = PixelImage(width: width, height: height, channels: 1)
  }

  /// A few upright rectangles, which may overlap.
  static func boxes(width: Int, height: Int, seed: UInt64) -> PixelImage {
    var painter = RandomMask(width: width, height: height, seed: seed)
    painter.paintBoxes()
    return painter.mask
  }

  /// Strokes of a round brush that wanders about.
  static func irregular(width: Int, height: Int, seed: UInt64) -> PixelImage {
    var painter = RandomMask(width: width, height: height, seed: seed)
    painter.paintStrokes()
    return painter.mask
  }

  /// Pixels to cover; the margin of one in a hundred is for what the last shape covers too much or too little.
  private mutating func target() -> Int {
    max(1, Int(Double(mask.width * mask.height) * random.uniform(0.06, 0.29)))
  }

  private mutating func paintBoxes() {
    let target = target()
    let small = mask.width * mask.height / 100
    while target - covered > small || covered == 0 {
      let rest = target - covered
      let area = Double(rest) * (rest > 5 * small ? random.uniform(0.4, 1) : 1)
      let aspect = exp(random.uniform(-0.7, 0.7))
      let width = min(max(Int((area * aspect).squareRoot()), 1), mask.width)
      let height = min(max(Int(area) / width, 1), mask.height)
      let left = random.index(mask.width - width + 1)
      let top = random.index(mask.height - height + 1)
      for y in top..<top + height { cover(left..<left + width, y) }
    }
  }

  private mutating func paintStrokes() {
    let target = target()
    let side = Double(min(mask.width, mask.height))
    while covered < target {
      var (x, y) = (random.uniform(0, Double(mask.width)), random.uniform(0, Double(mask.height)))
      var angle = random.uniform(0, 2 * .pi)
      let radius = max(0.5, side * random.uniform(0.01, 0.04))
      let dabs = Int(side * random.uniform(0.2, 1) / (radius / 4))
      for _ in 0...dabs where covered < target {
        dab(x, y, radius)
        angle += random.uniform(-0.3, 0.3)
        x += radius / 4 * cos(angle)
        y += radius / 4 * sin(angle)
      }
    }
  }

  private mutating func dab(_ x: Double, _ y: Double, _ radius: Double) {
    for row in Int((y - radius).rounded(.down))...Int((y + radius).rounded(.up)) {
      let offset = Double(row) + 0.5 - y
      guard offset.magnitude <= radius else { continue }
      let reach = (radius * radius - offset * offset).squareRoot()
      let (first, last) = (Int((x - reach).rounded()), Int((x + reach).rounded()))
      cover(first..<max(last, first + 1), row)
    }
  }

  /// Covers a piece of a row, as far as it lies in the picture.
  private mutating func cover(_ columns: Range<Int>, _ y: Int) {
    guard (0..<mask.height).contains(y) else { return }
    for x in columns.clamped(to: 0..<mask.width) where mask[x, y, 0] == 0 {
      mask[x, y, 0] = 1
      covered += 1
    }
  }
}
