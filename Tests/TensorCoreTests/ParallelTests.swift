import Foundation
import Synchronization
import TensorCore
import Testing

struct ParallelTests {
  @Test(arguments: [1, 2, 3, 8])
  func everyIndexIsVisitedOnce(_ threads: Int) {
    Parallel.$threads.withValue(threads) {
      for count in 0..<200 { #expect(counted(count) == [Int](repeating: 1, count: count)) }
    }
  }

  /// The pool counts its threads in fifteen bits.
  @Test(arguments: [32_767, 32_768, 40_000, 1 << 40, Int.max])
  func anyNumberOfThreadsMayBeAskedFor(_ threads: Int) {
    Parallel.$threads.withValue(threads) {
      for count in [1, 5, 3000] { #expect(counted(count) == [Int](repeating: 1, count: count)) }
    }
  }

  /// Loops so short that threads of the pool often come when all is done.
  @Test func manyShortLoopsAreComplete() {
    Parallel.$threads.withValue(4) {
      let total = Atomic(0)
      for _ in 0..<20_000 {
        Parallel.forEach(3) { total.wrappingAdd($0, ordering: .relaxed) }
      }
      #expect(total.load(ordering: .relaxed) == 60_000)
    }
  }

  /// Loops after a pause find the pool asleep.
  @Test func theLoopAfterAPauseIsComplete() async throws {
    for _ in 0..<5 {
      try await Task.sleep(for: .milliseconds(30))
      Parallel.$threads.withValue(3) { #expect(counted(50) == [Int](repeating: 1, count: 50)) }
    }
  }

  /// Two restorations in one process share the pool.
  @Test func callersOnSeveralThreadsGetTheirOwnWork() {
    let wrong = Atomic(0)
    DispatchQueue.concurrentPerform(iterations: 4) { caller in
      Parallel.$threads.withValue(3) {
        for count in 0..<300 where counted(count + caller) != [Int](repeating: 1, count: count + caller) {
          wrong.wrappingAdd(1, ordering: .relaxed)
        }
      }
    }
    #expect(wrong.load(ordering: .relaxed) == 0)
  }

  @Test func loopsInsideALoopRunOnItsThread() {
    let deepest = Atomic(0)
    Parallel.$threads.withValue(4) {
      Parallel.forEach(16) { _ in deepest.max(Parallel.threads, ordering: .relaxed) }
    }
    #expect(deepest.load(ordering: .relaxed) == 1)
  }

  /// A loop is done by several threads when it is long enough for them to wake up; one that begins while the pool serves
  /// another test is not, so it has several tries.
  @Test func longLoopsAreShared() {
    let others = Atomic(0)
    Parallel.$threads.withValue(2) {
      let caller = ObjectIdentifier(Thread.current)
      for _ in 0..<100 where others.load(ordering: .relaxed) == 0 {
        Parallel.forEach(64) { _ in
          if ObjectIdentifier(Thread.current) != caller { others.wrappingAdd(1, ordering: .relaxed) }
          usleep(2000)
        }
      }
    }
    #expect(others.load(ordering: .relaxed) > 0)
  }

  private func counted(_ count: Int) -> [Int] {
    let found = Mutex([Int](repeating: 0, count: count))
    Parallel.forEach(count) { index in found.withLock { $0[index] += 1 } }
    return found.withLock { $0 }
  }
}
