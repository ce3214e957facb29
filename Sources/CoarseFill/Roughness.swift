import TensorCore

/// How far roughness is averaged, in pixels to either side.
private let reach = 8
/// Brings roughness to the range of colours, so that both count in comparisons.
private let weight: Float = 5

/// [1, h, w, PatchLevel.channels]: the colours of `image` [1, h, w, 3], and the mean absolute difference of the luma to the
/// right and downwards of what is known near each pixel. Reduced, grass and a green wall have the same colours; roughness tells them apart.
func withRoughness(_ image: Tensor, _ isKnown: [Bool]) -> Tensor {
  let (h, w, c) = (image.shape.h, image.shape.w, PatchLevel.channels)
  return Tensor(Shape(1, h, w, c)) { out in
    image.read { image in
      // Of each column, the rows near the current one: differences to the right, downwards, and how many there are.
      var columns = [SIMD4<Double>](repeating: .zero, count: w)
      for y in -reach..<h {
        if y % 16 == 0 && Interruption.isWanted { return }
        if y + reach < h { addDifferences(ofRow: y + reach, 1, to: &columns, image, isKnown, height: h) }
        if y - reach - 1 >= 0 { addDifferences(ofRow: y - reach - 1, -1, to: &columns, image, isKnown, height: h) }
        guard y >= 0 else { continue }
        var near = columns.prefix(reach).reduce(.zero, +)
        for x in 0..<w {
          if x + reach < w { near += columns[x + reach] }
          if x - reach - 1 >= 0 { near -= columns[x - reach - 1] }
          let p = y * w + x
          for k in 0..<3 { out[c * p + k] = image[3 * p + k] }
          out[c * p + 3] = near.z > 0 ? weight * Float(near.x / near.z) : 0
          out[c * p + 4] = near.z > 0 ? weight * Float(near.y / near.z) : 0
        }
      }
    }
  }
}

private func addDifferences(
  ofRow y: Int, _ factor: Double, to columns: inout [SIMD4<Double>], _ image: UnsafePointer<Float>, _ isKnown: [Bool],
  height: Int
) {
  let width = columns.count
  guard y + 1 < height else { return }
  func luma(_ p: Int) -> Float { 0.299 * image[3 * p] + 0.587 * image[3 * p + 1] + 0.114 * image[3 * p + 2] }
  for x in 0..<width - 1 {
    let p = y * width + x
    guard isKnown[p], isKnown[p + 1], isKnown[p + width] else { continue }
    let here = luma(p)
    columns[x] += factor * SIMD4(Double(abs(luma(p + 1) - here)), Double(abs(luma(p + width) - here)), 1, 0)
  }
}
