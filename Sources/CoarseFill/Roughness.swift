import TensorCore

/// How far roughness is averaged, in pixels to either side.
private let reach = 8
/// Brings roughness to the range of colours, so that both count in comparisons.
private let weight: Float = 5

/// [1, h, w, PatchLevel.channels]: the colours of `image` [1, h, w, 3], and the mean absolute difference of the luma to the
/// right and downwards of what is known near each pixel. Small versions of grass and of a green wall look the same; these tell.
func withRoughness(_ image: Tensor, _ isKnown: [Bool]) -> Tensor {
  let (h, w, c) = (image.shape.h, image.shape.w, PatchLevel.channels)
  return Tensor(Shape(1, h, w, c)) { out in
    image.read { image in
      let sums = differenceSums(image, isKnown, height: h, width: w)
      Parallel.forEach(h) { y in
        let (above, below) = (max(0, y - reach) * (w + 1), min(h, y + reach + 1) * (w + 1))
        for x in 0..<w {
          let p = y * w + x
          for k in 0..<3 { out[c * p + k] = image[3 * p + k] }
          let (left, right) = (max(0, x - reach), min(w, x + reach + 1))
          let box = sums[below + right] - sums[above + right] - sums[below + left] + sums[above + left]
          out[c * p + 3] = box.z > 0 ? weight * Float(box.x / box.z) : 0
          out[c * p + 4] = box.z > 0 ? weight * Float(box.y / box.z) : 0
        }
      }
    }
  }
}

/// Summed areas, [(h + 1) * (w + 1)]: differences to the right, downwards, and how many there are.
private func differenceSums(_ image: UnsafePointer<Float>, _ isKnown: [Bool], height: Int, width: Int) -> [SIMD4<
  Double
>] {
  var sums = [SIMD4<Double>](repeating: .zero, count: (height + 1) * (width + 1))
  func luma(_ p: Int) -> Float { 0.299 * image[3 * p] + 0.587 * image[3 * p + 1] + 0.114 * image[3 * p + 2] }
  for y in 0..<height {
    var row = SIMD4<Double>.zero
    for x in 0..<width {
      let p = y * width + x
      if x + 1 < width, y + 1 < height, isKnown[p], isKnown[p + 1], isKnown[p + width] {
        let here = luma(p)
        row += SIMD4(Double(abs(luma(p + 1) - here)), Double(abs(luma(p + width) - here)), 1, 0)
      }
      sums[(y + 1) * (width + 1) + x + 1] = sums[y * (width + 1) + x + 1] + row
    }
  }
  return sums
}
