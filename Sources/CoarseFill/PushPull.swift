import TensorCore

/// The coarse fill of a hole by push-pull: known pixels are averaged down a pyramid, unknown ones filled from the level
/// above on the way back. Known pixels (weight 1) keep their value.
///
/// `image` [1, h, w, C], `known` [1, h, w, 1] in 0...1; nothing known anywhere gives 0. Inpainting networks are trained with
/// `nearby` false, where far pixels count as well; true, a place is filled from the smallest square around it that holds
/// anything known.
public func pushPull(_ image: Tensor, known: Tensor, nearby: Bool = false) -> Tensor {
  let c = image.shape.c
  var levels = [weighted(image, known)]  // [1, h, w, C | weight]
  while let last = levels.last, last.shape.h > 1 || last.shape.w > 1 {
    var half = last.averagePooled2x()
    if nearby { half.raiseWeights() }
    levels.append(half)
  }
  var fill = Tensor(Shape(1, 1, 1, c)) { out in
    let top = levels[levels.count - 1].elements
    for k in 0..<c { out[k] = top[c] > 0 ? top[k] / top[c] : 0 }
  }
  for level in levels.dropLast().reversed() {
    let (h, w) = (level.shape.h, level.shape.w)
    let coarse = fill.resampled(
      rows: .bilinear(from: fill.shape.h, to: 2 * fill.shape.h, range: 0..<h),
      columns: .bilinear(from: fill.shape.w, to: 2 * fill.shape.w, range: 0..<w))
    fill = Tensor(Shape(1, h, w, c)) { out in
      level.read { level in
        coarse.read { coarse in
          Parallel.forEach(h) { y in
            for p in y * w..<(y + 1) * w {
              let missing = 1 - level[p * (c + 1) + c]
              for k in 0..<c { out[p * c + k] = level[p * (c + 1) + k] + missing * coarse[p * c + k] }
            }
          }
        }
      }
    }
  }
  return fill
}

/// image * known and known side by side: [1, h, w, C + 1].
private func weighted(_ image: Tensor, _ known: Tensor) -> Tensor {
  let c = image.shape.c
  let pixels = image.shape.pixels
  precondition(known.shape == Shape(1, image.shape.h, image.shape.w, 1), "a weight for every pixel")
  return Tensor(Shape(1, image.shape.h, image.shape.w, c + 1)) { out in
    image.read { image in
      known.read { known in
        Parallel.forRanges(pixels, chunk: Pieces.size) { piece in
          for p in piece {
            for k in 0..<c { out[p * (c + 1) + k] = image[p * c + k] * known[p] }
            out[p * (c + 1) + c] = known[p]
          }
        }
      }
    }
  }
}

extension Tensor {
  /// Of [1, h, w, C | weight]: weights four times as large, the sum of those they were pooled from, but 1 at most.
  fileprivate mutating func raiseWeights() {
    let (c, pixels) = (shape.c, shape.pixels)
    modify { x in
      Parallel.forRanges(pixels, chunk: Pieces.size) { piece in
        for p in piece {
          let weight = x[p * c + c - 1]
          let factor = weight > 0.25 ? 1 / weight : 4
          for k in 0..<c - 1 { x[p * c + k] *= factor }
          x[p * c + c - 1] = min(4 * weight, 1)
        }
      }
    }
  }

  /// The mean of each square of 2 x 2, zeros beyond odd sides counted in: [1, ceil(h/2), ceil(w/2), C].
  fileprivate func averagePooled2x() -> Tensor {
    let (h, w, c) = (shape.h, shape.w, shape.c)
    let result = Shape(1, (h + 1) / 2, (w + 1) / 2, c)
    return Tensor(result) { out in
      read { x in
        Parallel.forEach(result.h) { row in
          let target = out + row * result.w * c
          target.update(repeating: 0, count: result.w * c)
          for y in 2 * row..<min(2 * row + 2, h) {
            for column in 0..<w {
              for k in 0..<c { target[column / 2 * c + k] += 0.25 * x[(y * w + column) * c + k] }
            }
          }
        }
      }
    }
  }
}
