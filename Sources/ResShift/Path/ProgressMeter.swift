import Models
import Synchronization
import TensorCore

/// A stretch of the progress of a restoration, 0...1, that one part of the work fills.
struct ProgressScope: Sendable {
  let reporter: ProgressReporter
  var from = 0.0
  var to = 1.0

  /// The share of the whole that a share of this part is.
  private func whole(_ share: Double) -> Double { from + (to - from) * share }

  func part(from start: Double, to end: Double) -> ProgressScope {
    ProgressScope(reporter: reporter, from: whole(start), to: whole(end))
  }

  func report(_ share: Double) throws { try reporter.report(whole(share)) }

  /// Work begins that takes the progress from one share to another; `operations` of it are counted (`WorkCount`), 0 = none.
  func begin(_ place: RestoreProgress.Place, from start: Double, to end: Double, operations: Int = 0) throws {
    try reporter.begin(place, from: whole(start), to: whole(end), operations: operations)
  }
}

/// Counts work done against work planned and tells the caller.
final class ProgressMeter: Sendable {
  private let total: Double
  private let done = Mutex(0.0)
  private let scope: ProgressScope?

  /// `total` is a cost (`NetworkWork`).
  init(total: Double, _ scope: ProgressScope?) throws {
    self.total = max(total, 1)
    self.scope = scope
    try scope?.report(0)
  }

  /// Does a piece of the work. Throws what the caller's handler throws, which stops the restoration.
  func piece<R>(_ place: RestoreProgress.Place, _ work: NetworkWork, _ body: () throws -> R) throws -> R {
    let (from, to) = done.withLock { done in
      let from = done
      done += work.cost
      return (share(from), share(done))
    }
    try scope?.begin(place, from: from, to: to, operations: work.operations)
    let result = try body()
    try scope?.report(to)
    return result
  }

  /// Sums of parts have rounding errors: almost all is all.
  private func share(_ done: Double) -> Double { done > total * (1 - 1e-9) ? 1 : done / total }
}

/// Tells the caller of a restoration how far it is; the one place where its handlers are called.
final class ProgressReporter: Sendable {
  private struct State {
    var progress = RestoreProgress()
    /// Where the progress is when the piece of work at hand begins, and when it is done.
    var (start, end) = (0.0, 0.0)
    /// What `WorkCount` said when it began, and what it will have said at its end.
    var operations = 0..<0
  }

  private let state = Mutex(State())
  private let clock: TimeLeft
  private let count: WorkCount
  private let progress: (@Sendable (Double) throws -> Void)?
  private let report: (@Sendable (RestoreProgress) throws -> Void)?

  /// `count` is the account of the work; nil where nobody listens.
  init?(_ options: RestoreOptions, _ count: WorkCount) {
    guard options.progress != nil || options.report != nil else { return nil }
    (progress, report, self.count) = (options.progress, options.report, count)
    clock = TimeLeft(expected: options.expectedSeconds)
  }

  func begin(_ place: RestoreProgress.Place, from: Double, to: Double, operations: Int) throws {
    let now = count.operations
    state.withLock { state in
      state.progress.place = place
      (state.start, state.end, state.operations) = (from, to, now..<now + operations)
    }
    try report(from)
  }

  /// Progress does not go back.
  func report(_ share: Double) throws {
    let progress = state.withLock { state in
      state.progress.share = max(state.progress.share, share)
      state.progress.secondsLeft = clock.seconds(atShare: state.progress.share)
      return state.progress
    }
    try self.progress?(progress.share)
    try report?(progress)
  }

  /// Reports between two pieces of work: how far the one at hand is by the operations that were done.
  func reportAgain() throws {
    let now = count.operations
    let share = state.withLock { state in
      guard !state.operations.isEmpty else { return state.progress.share }
      let done = Double(now - state.operations.lowerBound) / Double(state.operations.count)
      return state.start + (state.end - state.start) * min(max(done, 0), 1)
    }
    try report(share)
  }
}
