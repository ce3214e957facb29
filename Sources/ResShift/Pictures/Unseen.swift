import CoarseFill
import TensorCore

/// What a network is not shown of a picture and does not change: tensors [1, h, w, 3] in samples, nil = nothing.
struct Unseen {
  /// What samples have above 1.
  var above: Tensor?
  /// What samples have below 0, negative.
  var below: Tensor?
  /// The trace of colour in a picture that counts as gray.
  var tint: Tensor?

  func map(_ body: (Tensor) -> Tensor) -> Unseen {
    Unseen(above: above.map(body), below: below.map(body), tint: tint.map(body))
  }

  /// Some rows of the same at another size. Bilinear: the overshoot of a bicubic one would darken what lies beside a highlight.
  func resized(height: Int, width: Int, rows: Range<Int>) -> Unseen {
    map { plane in
      if (height, width) == (plane.shape.h, plane.shape.w) {
        return plane.cropped(y: rows.lowerBound, x: 0, height: rows.count, width: width)
      }
      return plane.resampled(
        rows: .bilinear(from: plane.shape.h, to: height, range: rows),
        columns: .bilinear(from: plane.shape.w, to: width, range: 0..<width))
    }
  }

  /// The same continued to where nothing is `known`, [1, h, w, 1] of 0 and 1; `colours` is what the network sees there.
  ///
  /// Only the rim of what is unknown counts, so that a flat surrounding gives its own value, and of that only what is near
  /// the end that values were cut off at: a dark wall says nothing of how bright the lamp before it is.
  func continued(known: Tensor, colours: Tensor) -> Unseen {
    let rim = known.rim(width: 4)
    return Unseen(
      above: above.map { continued($0, rim, colours, nearness: nearnessToOne) },
      below: below.map { continued($0, rim, colours, nearness: nearnessToZero) },
      tint: tint.map { pushPull($0, known: known, nearby: true) })
  }

  private func continued(
    _ rest: Tensor, _ rim: Tensor, _ colours: Tensor, nearness: (Float) -> Float
  ) -> Tensor {
    let pixels = rest.shape.pixels
    let plane = Shape(1, rest.shape.h, rest.shape.w, 1)
    let channels = (0..<3).map { c in
      rest.read { rest in
        rim.read { rim in
          colours.read { colours in
            pushPull(
              Tensor(plane) { out in for p in 0..<pixels { out[p] = rest[3 * p + c] } },
              known: Tensor(plane) { out in
                for p in 0..<pixels { out[p] = rim[p] * nearness(unit(colours[3 * p + c])) }
              }, nearby: true)
          }
        }
      }.elements
    }
    return Tensor(rest.shape) { out in
      for p in 0..<pixels { for c in 0..<3 { out[3 * p + c] = channels[c][p] } }
    }
  }
}

/// How much of what was cut off above 1 belongs to a value of a result: nothing to one below the middle.
///
/// A highlight must not shine over an edge that the network made sharper, nor onto dark things that it put into a hole.
func nearnessToOne(_ value: Float) -> Float { smoothStep(value - 0.5, 0.4) }

/// The same for what was cut off below 0.
func nearnessToZero(_ value: Float) -> Float { smoothStep(0.5 - value, 0.4) }

extension Tensor {
  /// Of a plane [1, h, w, 1]: its value where a 0 is within so many rows and columns, else 0.
  fileprivate func rim(width: Int) -> Tensor {
    let (h, w) = (shape.h, shape.w)
    // How many zeros there are left of and above each place.
    var sums = [Int32](repeating: 0, count: (h + 1) * (w + 1))
    let values = elements
    for y in 0..<h {
      var row: Int32 = 0
      for x in 0..<w {
        row += values[y * w + x] == 0 ? 1 : 0
        sums[(y + 1) * (w + 1) + x + 1] = sums[y * (w + 1) + x + 1] + row
      }
    }
    return Tensor(shape) { out in
      for y in 0..<h {
        let (top, bottom) = (max(y - width, 0) * (w + 1), min(y + width + 1, h) * (w + 1))
        for x in 0..<w {
          let (left, right) = (max(x - width, 0), min(x + width + 1, w))
          let zeros = sums[bottom + right] - sums[bottom + left] - sums[top + right] + sums[top + left]
          out[y * w + x] = zeros > 0 ? values[y * w + x] : 0
        }
      }
    }
  }
}
