import CoarseFill
import TensorCore

/// Brings the low frequencies of a result to those of the input, so that restored and untouched parts do not differ in
/// tone: result + lowpass(input - result).
///
/// `known` [1, h, w, 1] says where the input counts (1) and where it does not (0): there the difference is continued from
/// around, as a membrane that hangs on the rim; nil = it counts everywhere. `cell` is the side, in pixels, of the squares over which differences are averaged.
func toneMatched(_ result: Tensor, to input: Tensor, known: Tensor? = nil, cell: Int) -> Tensor {
  var difference = input
  difference.combine(1, result, -1)
  let (h, w) = (result.shape.h, result.shape.w)
  let counts = known ?? Tensor(Shape(1, h, w, 1), repeating: 1)
  let (rows, columns) = ((h + cell - 1) / cell, (w + cell - 1) / cell)
  let weight = counts.resized(height: rows, width: columns)
  var mean = difference.masked(by: counts).resized(height: rows, width: columns)
  mean.modify { mean in
    weight.read { weight in
      for p in 0..<rows * columns where weight[p] > 0 {
        for c in 0..<3 { mean[3 * p + c] /= weight[p] }
      }
    }
  }
  // Cells with little that is known are trusted little.
  let whole = known == nil ? pushPull(mean, known: weight) : membrane(mean, known: weight)
  let smooth = whole.resized(height: h, width: w)
  var matched = result
  matched.add(smooth)
  return matched
}

extension Tensor {
  /// The tensor times a plane [1, h, w, 1].
  func masked(by plane: Tensor) -> Tensor {
    var result = self
    let c = shape.c
    result.modify { x in
      plane.read { plane in
        for p in 0..<shape.pixels {
          for k in 0..<c { x[p * c + k] *= plane[p] }
        }
      }
    }
    return result
  }
}
