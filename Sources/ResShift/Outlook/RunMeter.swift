import ModelLibrary
import Synchronization

/// Measures the pace of one restoration, so that the next ones can be foretold.
final class RunMeter: Sendable {
  private struct State {
    var networkCost = 0.0
    var fillCost = 0.0
    var fillTime = Duration.zero
  }

  private let state = Mutex(State())
  private let start = ContinuousClock.now
  private let rates: MachineRates

  init(_ rates: MachineRates) { self.rates = rates }

  func addNetwork(cost: Double) { state.withLock { $0.networkCost += cost } }

  func measureFill<R>(cost: Double, _ body: () throws -> R) rethrows -> R {
    let start = ContinuousClock.now
    let result = try body()
    state.withLock { state in
      state.fillCost += cost
      state.fillTime += .now - start
    }
    return result
  }

  /// Remembers what was measured, once the restoration is done; what is too short says little.
  func finish(_ names: RateNames) {
    let state = state.withLock { $0 }
    let fill = state.fillTime.seconds
    let network = (ContinuousClock.now - start).seconds - fill
    if network > Self.shortest { rates.record(names.network, state.networkCost / network) }
    if fill > Self.shortest { rates.record(names.fill, state.fillCost / fill) }
  }

  /// Seconds.
  private static let shortest = 0.01
}
