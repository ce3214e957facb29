import TensorCore

/// Normalised mean squared error in double: mean (a - b)² / mean b².
public func nmse(_ a: [Float], _ reference: [Float]) -> Double {
  precondition(a.count == reference.count, "\(a.count) values against \(reference.count)")
  var (error, power) = (0.0, 0.0)
  for (x, y) in zip(a, reference) {
    error += (Double(x) - Double(y)) * (Double(x) - Double(y))
    power += Double(y) * Double(y)
  }
  return error == 0 ? 0 : error / power
}

/// The largest absolute difference.
public func largestDifference(_ a: [Float], _ b: [Float]) -> Float {
  zip(a, b).map { abs($0 - $1) }.max() ?? 0
}
