import CKernels
import Synchronization

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// Threads that wait for the next parallel loop: a network runs hundreds of loops of some ten microseconds a step, and
/// starting each through the kernel took as long as some of them.
///
/// A loop is open from its announcement until its caller finds no work left. A thread that wakes up too late misses it, and
/// nobody waits for that thread. Idle threads look for the next loop for a moment, then sleep.
///
/// `@unchecked Sendable`: `work` is written only between two loops, by the caller that holds `isBusy`, and read only by
/// threads that joined the loop in between.
final class ThreadPool: @unchecked Sendable {
  static let shared = ThreadPool()

  private let isBusy = Atomic(false)
  /// Number of the loop, whether it is open, how many threads may still join, how many are at work: see `LoopState`.
  private let state = Atomic(LoopState().bits)
  private var work: (() -> Void)?
  private let sleepers = Atomic(0)
  private let started = Mutex(0)
  private let lock = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
  private let wake = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)

  private init() {
    pthread_mutex_init(lock, nil)
    pthread_cond_init(wake, nil)
  }

  /// Calls `work` on the calling thread and on up to `threads` - 1 others at once, and returns when all calls have. `work`
  /// must do everything there is to do, alone if need be: other threads may come late or, while another loop runs, not at all.
  func run(threads: Int, _ work: () -> Void) {
    precondition(threads <= LoopState.mostPlaces, "no more threads than the state can count")
    guard isBusy.compareExchange(expected: false, desired: true, ordering: .acquiring).exchanged else { return work() }
    start(threads - 1)
    withoutActuallyEscaping(work) { escaping in
      self.work = escaping
      var loop = LoopState(bits: state.load(ordering: .relaxed))
      loop = LoopState(number: loop.number &+ 1, isOpen: true, places: threads - 1, active: 0)
      state.store(loop.bits, ordering: .sequentiallyConsistent)
      if sleepers.load(ordering: .sequentiallyConsistent) > 0 {
        pthread_mutex_lock(lock)
        pthread_cond_broadcast(wake)
        pthread_mutex_unlock(lock)
      }
      work()
      close()
      self.work = nil
    }
    isBusy.store(false, ordering: .releasing)
  }

  /// Lets nobody join any more and waits for those who have.
  private func close() {
    var loop = LoopState(bits: state.load(ordering: .relaxed))
    while true {
      var closed = loop
      closed.isOpen = false
      let result = state.weakCompareExchange(
        expected: loop.bits, desired: closed.bits, ordering: .acquiringAndReleasing)
      if result.exchanged { break }
      loop = LoopState(bits: result.original)
    }
    var turns = 0
    while LoopState(bits: state.load(ordering: .acquiring)).active > 0 {
      turns += 1
      if turns < Self.patience { ck_pause() } else { sched_yield() }
    }
  }

  /// Starts threads until there are `count`.
  private func start(_ count: Int) {
    started.withLock { started in
      while started < count {
        var thread = pthread_t()
        let result = pthread_create(
          &thread, nil,
          { _ in
            ThreadPool.shared.serve()
            return nil
          }, nil)
        // If the thread cannot be started, the others do its work.
        guard result == 0 else { return }
        pthread_detach(thread)
        started += 1
      }
    }
  }

  /// The endless loop of a thread of the pool.
  private func serve() {
    var seen = 0
    while true {
      var loop = LoopState(bits: state.load(ordering: .acquiring))
      if loop.number == seen || !loop.isOpen {
        loop = waited(for: seen)
      }
      seen = loop.number
      if join(loop) {
        work?()
        state.wrappingSubtract(LoopState.oneActive, ordering: .releasing)
      }
    }
  }

  /// The next loop after number `seen`.
  private func waited(for seen: Int) -> LoopState {
    for _ in 0..<Self.patience {
      let loop = LoopState(bits: state.load(ordering: .acquiring))
      if loop.number != seen { return loop }
      ck_pause()
    }
    pthread_mutex_lock(lock)
    defer { pthread_mutex_unlock(lock) }
    sleepers.wrappingAdd(1, ordering: .sequentiallyConsistent)
    defer { sleepers.wrappingSubtract(1, ordering: .relaxed) }
    while true {
      let loop = LoopState(bits: state.load(ordering: .sequentiallyConsistent))
      if loop.number != seen { return loop }
      pthread_cond_wait(wake, lock)
    }
  }

  /// Takes a place in `loop`, if it is still the current one and has any.
  private func join(_ loop: LoopState) -> Bool {
    var current = loop
    while current.number == loop.number && current.isOpen && current.places > 0 {
      var joined = current
      joined.places -= 1
      joined.active += 1
      let result = state.weakCompareExchange(
        expected: current.bits, desired: joined.bits, ordering: .acquiringAndReleasing)
      if result.exchanged { return true }
      current = LoopState(bits: result.original)
    }
    return false
  }

  /// Turns of waiting before a thread lets others run: some 50 microseconds.
  private static let patience = 2000
}

/// The state of a loop in one word.
private struct LoopState {
  var number = 0
  var isOpen = false
  /// How many more threads may join.
  var places = 0
  /// Threads that have joined and not finished.
  var active = 0

  static let oneActive = 1
  static let mostPlaces = 0x7fff

  init() {}

  init(number: Int, isOpen: Bool, places: Int, active: Int) {
    (self.number, self.isOpen, self.places, self.active) = (number & 0xffff_ffff, isOpen, places, active)
  }

  init(bits: Int) {
    active = bits & 0x7fff
    places = bits >> 15 & 0x7fff
    isOpen = bits >> 30 & 1 == 1
    number = bits >> 31 & 0xffff_ffff
  }

  var bits: Int { number << 31 | (isOpen ? 1 << 30 : 0) | places << 15 | active }
}
