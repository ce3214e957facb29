import Synchronization

/// Collects the outputs of inner layers by their checkpoint path, first call only, to compare a network with another one.
public final class ActivationTrace: Sendable {
  /// The trace of the layers called from here on; nil outside of comparisons.
  @TaskLocal public static var current: ActivationTrace?

  private let recorded = Mutex<[String: Tensor]>([:])

  public init() {}

  public var activations: [String: Tensor] { recorded.withLock { $0 } }

  /// Keeps what `tensor` makes under `path`, if a trace is set and the path is new.
  public static func record(_ path: @autoclosure () -> String, _ tensor: () -> Tensor) {
    guard let current else { return }
    let path = path()
    let known = current.recorded.withLock { $0[path] != nil }
    guard !known else { return }
    let tensor = tensor()
    current.recorded.withLock { $0[path] = tensor }
  }
}
