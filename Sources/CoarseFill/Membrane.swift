import TensorCore

/// Continues what is known into what is not as a membrane does: the known values hold it, and elsewhere each value is the mean
/// of its neighbours (the harmonic continuation of Perez, Gangnet, Blake, Poisson Image Editing, 2003), so that nothing far
/// from the rim outweighs the rim.
///
/// `image` [1, h, w, C], `known` [1, h, w, 1] in 0...1: values that are known in part hold the membrane softly. Nothing known
/// anywhere gives 0.
public func membrane(_ image: Tensor, known: Tensor) -> Tensor {
  let (h, w, c) = (image.shape.h, image.shape.w, image.shape.c)
  precondition(known.shape == Shape(1, h, w, 1), "a weight for every pixel")
  let given = image.elements
  let weights = known.elements
  guard weights.contains(where: { $0 > 0 }), weights.contains(where: { $0 < 1 }) else {
    return weights.contains { $0 > 0 } ? image : Tensor(image.shape, repeating: 0)
  }
  // The smooth fill is near, so that few rounds are left.
  var u = pushPull(image, known: known, nearby: true).elements
  let pending = (0..<h * w).filter { weights[$0] < 1 }
  // Over-relaxation that suits the longer side of what is unknown.
  let side = Double(max(4, min(max(h, w), Int(Double(pending.count).squareRoot()))))
  let omega = Float(2 / (1 + 3.14159265 / side))
  for _ in 0..<min(2000, 8 * Int(side) + 40) {
    var change: Float = 0
    Pieces.inOrder(pending.count) {
      for p in pending[$0] {
        let x = p % w
        // How firmly the value itself is held.
        let hold = 4 * weights[p] / (1 - weights[p])
        let count = (p >= w ? 1 : 0) + (x > 0 ? 1 : 0) + (x < w - 1 ? 1 : 0) + (p + w < h * w ? 1 : 0)
        for k in 0..<c {
          let i = p * c + k
          var sum = hold * given[i]
          if p >= w { sum += u[i - w * c] }
          if x > 0 { sum += u[i - c] }
          if x < w - 1 { sum += u[i + c] }
          if p + w < h * w { sum += u[i + w * c] }
          let step = omega * (sum / (Float(count) + hold) - u[i])
          u[i] += step
          change = max(change, abs(step))
        }
      }
    }
    if change < 1e-5 || Interruption.isWanted { break }
  }
  return Tensor(image.shape, u)
}
