import Synchronization

/// The one parallel loop. Work is cut into pieces that do not depend on the number of threads, so neither do results.
public enum Parallel {
  /// Threads of loops started from here on; 1 inside a loop's body.
  @TaskLocal public static var threads = 1

  /// The most threads that are used: the number has to fit the pool's counters.
  public static let mostThreads = 1024

  /// Runs `body` for 0..<count, in any order, on up to `threads` threads, and returns when all are done, or when the
  /// computation is to stop (`Interruption`).
  public static func forEach(_ count: Int, _ body: (Int) -> Void) {
    forEach(count, scratch: 0) { index, _ in body(index) }
  }

  /// The same with `scratch` floats of memory for each thread, uninitialised.
  public static func forEach(_ count: Int, scratch: Int, _ body: (Int, UnsafeMutablePointer<Float>) -> Void) {
    let workers = min(threads, count, mostThreads)
    let next = Atomic(0)
    let interruption = Interruption.current
    if let interruption, interruption.isStopped { return }
    let file = FileMemory.current
    func work() {
      let memory = OwnedStorage(count: scratch)
      // Threads of the pool have none of their own: only the one that began the loop asks.
      let isAsking = interruption != nil && Interruption.current != nil
      var faults = file == nil ? 0 : FileMemory.faults
      withExtendedLifetime(memory) {
        while true {
          let index = next.wrappingAdd(1, ordering: .relaxed).oldValue
          guard index < count else { return }
          if let interruption, isAsking ? interruption.asked() : interruption.isStopped { return }
          body(index, memory.pointer)
          file?.look(&faults)
        }
      }
    }
    if workers <= 1 {
      work()
    } else {
      $threads.withValue(1) { ThreadPool.shared.run(threads: workers, work) }
    }
  }

  /// Runs `body` over consecutive ranges of at most `chunk` that cover 0..<count.
  public static func forRanges(_ count: Int, chunk: Int, _ body: (Range<Int>) -> Void) {
    forRanges(count, chunk: chunk, scratch: 0) { range, _ in body(range) }
  }

  public static func forRanges(
    _ count: Int, chunk: Int, scratch: Int, _ body: (Range<Int>, UnsafeMutablePointer<Float>) -> Void
  ) {
    precondition(chunk > 0, "a chunk has at least one element")
    forEach((count + chunk - 1) / chunk, scratch: scratch) { index, memory in
      body(index * chunk..<min(count, (index + 1) * chunk), memory)
    }
  }

  /// Copies elements, by all threads where they are many: memory that is fresh from the kernel costs far more than the copy does.
  /// Is done to the end whatever happens to the computation.
  static func copy(_ from: UnsafePointer<Float>, to: UnsafeMutablePointer<Float>, count: Int) {
    forHugePages(count) { (to + $0.lowerBound).update(from: from + $0.lowerBound, count: $0.count) }
  }

  /// Makes all elements `value` in the same way.
  static func fill(_ to: UnsafeMutablePointer<Float>, with value: Float, count: Int) {
    forHugePages(count) { (to + $0.lowerBound).update(repeating: value, count: $0.count) }
  }

  /// Moves elements to the beginning, piece by piece, since they lie over each other: x[i] = x[distance + i].
  static func moveDown(_ x: UnsafeMutablePointer<Float>, from distance: Int, count: Int) {
    let file = FileMemory.current
    var faults = file == nil ? 0 : FileMemory.faults
    for first in stride(from: 0, to: count, by: hugePage) {
      (x + first).update(from: x + first + distance, count: min(hugePage, count - first))
      file?.look(&faults)
    }
  }

  private static func forHugePages(_ count: Int, _ body: (Range<Int>) -> Void) {
    if count <= hugePage { return body(0..<count) }
    Interruption.$current.withValue(nil) { forRanges(count, chunk: hugePage, body) }
  }

  private static let hugePage = MemoryReserve.hugePage / MemoryLayout<Float>.stride

  /// Elements per piece of an elementwise loop: large against the cost of a piece, small against the cache.
  static let elementChunk = 1 << 16
}
