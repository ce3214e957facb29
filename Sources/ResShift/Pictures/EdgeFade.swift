/// Fades a restored box into its surroundings: weights 1 inside, falling to 0 over a sixteenth of the box towards edges
/// that are not the picture's own.
struct EdgeFade {
  /// One channel, the size of the box.
  let weights: PixelImage

  init(_ box: PixelRect, within picture: PixelImage) {
    let columns = Self.ramp(box.width, start: box.x > 0, end: box.x + box.width < picture.width)
    let rows = Self.ramp(box.height, start: box.y > 0, end: box.y + box.height < picture.height)
    weights = PixelImage(
      width: box.width, height: box.height, channels: 1, samples: rows.flatMap { row in columns.map { row * $0 } })
  }

  private static func ramp(_ length: Int, start: Bool, end: Bool) -> [Float] {
    let fade = max(1, length / 16)
    return (0..<length).map { i in
      let rising = start ? smoothStep(Float(i) + 0.5, fade) : 1
      let falling = end ? smoothStep(Float(length - i) - 0.5, fade) : 1
      return rising * falling
    }
  }
}
