import Synchronization

/// What an operation is listed under in an account of the work; the raw value is its name for people and files.
public enum LayerKind: String, CaseIterable, Sendable {
  case winograd = "conv3x3 winograd"
  case im2col = "conv3x3 im2col"
  case direct = "conv3x3 bf16"
  case strided = "conv3x3 stride 2"
  case pointwise = "1x1 and linear"
  case windowAttention = "window attention"
  case planeAttention = "plane attention"
  case norm = "norm"
  case elementwise = "activation and elementwise"
  case layout = "windows and layout"
  case codeSearch = "code search"
  case noise = "noise"
  /// What is left of a whole when all others are taken away.
  case other = "other"
}

/// Counts the time and the work of operations, by kind, to explain and compare speed.
///
/// Work is that of the plain algorithms, no matter which algorithm ran: two operations for each multiply-add. An operation made of
/// others is one: those inside it are not entered. It is meant for operations called one after the other; of several at
/// once, only the first is entered.
public final class WorkCount: Sendable {
  /// The account of the operations called from here on; nil outside measurements.
  @TaskLocal public static var current: WorkCount?

  /// The sums of one kind; time is wall-clock time.
  public struct Part: Sendable, Equatable {
    public private(set) var calls = 0
    public private(set) var operations = 0
    public private(set) var time = Duration.zero

    public init() {}

    /// One call more.
    public mutating func add(operations: Int, time: Duration) {
      calls += 1
      self.operations += operations
      self.time += time
    }
  }

  /// An operation that runs.
  public struct Entry {
    fileprivate let account: WorkCount
    fileprivate let kind: LayerKind
    fileprivate let start: ContinuousClock.Instant

    /// To be called once, when the operation has done its work.
    public func end(operations: Int = 0) {
      let time = ContinuousClock.now - start
      account.state.withLock { state in
        state.isInside = false
        state.parts[kind, default: Part()].add(operations: operations, time: time)
      }
    }
  }

  private struct State {
    var parts: [LayerKind: Part] = [:]
    var isInside = false
  }

  private let state = Mutex(State())

  public init() {}

  /// The kinds that were met so far.
  public var parts: [LayerKind: Part] { state.withLock { $0.parts } }

  /// Operations of all kinds so far.
  public var operations: Int { parts.values.reduce(0) { $0 + $1.operations } }

  /// Called where an operation begins; nil when nothing is measured, or inside another one.
  public static func begin(_ kind: LayerKind) -> Entry? {
    guard let current else { return nil }
    let isNested = current.state.withLock { state in
      defer { state.isInside = true }
      return state.isInside
    }
    return isNested ? nil : Entry(account: current, kind: kind, start: .now)
  }
}
