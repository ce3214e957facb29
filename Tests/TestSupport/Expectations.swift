// The release build with a static runtime compiles this target too, and has no Testing.
#if canImport(Testing)
  import TensorCore
  import Testing

  /// Expects an NMSE of at most `tolerance`; names the worst element otherwise. NaN fails.
  public func expectClose(
    _ a: [Float], _ reference: [Float], nmse tolerance: Double, _ what: String = "",
    sourceLocation: SourceLocation = #_sourceLocation
  ) {
    guard a.count == reference.count else {
      Issue.record("\(what): \(a.count) values against \(reference.count)", sourceLocation: sourceLocation)
      return
    }
    let error = nmse(a, reference)
    guard !(error <= tolerance) else { return }
    let worst = a.indices.max { abs(a[$0] - reference[$0]) < abs(a[$1] - reference[$1]) } ?? 0
    Issue.record(
      "\(what): NMSE \(error) > \(tolerance); worst at \(worst): \(a[worst]) instead of \(reference[worst])",
      sourceLocation: sourceLocation)
  }

  public func expectClose(
    _ a: Tensor, _ reference: Tensor, nmse tolerance: Double, _ what: String = "",
    sourceLocation: SourceLocation = #_sourceLocation
  ) {
    guard a.shape == reference.shape else {
      Issue.record("\(what): \(a.shape) instead of \(reference.shape)", sourceLocation: sourceLocation)
      return
    }
    expectClose(a.elements, reference.elements, nmse: tolerance, what, sourceLocation: sourceLocation)
  }
#endif

/// The line that the error thrown by `body` says; nil if it throws none.
public func message(of body: () throws -> some Any) -> String? {
  do {
    _ = try body()
    return nil
  } catch {
    return "\(error)"
  }
}
