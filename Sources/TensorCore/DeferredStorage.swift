import Synchronization

/// Memory whose elements are made when they are first asked for: once, by the thread that comes first, while others wait.
final class DeferredStorage: Storage, @unchecked Sendable {
  typealias Build = @Sendable (UnsafeMutablePointer<Float>) -> Void

  private enum State {
    case waiting(Build, source: Storage?)
    case made(OwnedStorage)
  }

  private let count: Int
  private let state: Mutex<State>

  /// `source` is what `build` reads; both are released once the elements are made.
  init(count: Int, from source: Storage? = nil, _ build: @escaping Build) {
    self.count = count
    state = Mutex(.waiting(build, source: source))
    super.init()
    PendingTensors.current?.add(self)
  }

  /// Makes the elements on the first call; loops in `build` run on the caller's `Parallel.threads`.
  override var pointer: UnsafeMutablePointer<Float> {
    let storage = state.withLock { state in
      switch state {
      case .made(let storage): return storage
      case .waiting(let build, _):
        let storage = OwnedStorage(count: count)
        // It may serve other computations than one that is stopped meanwhile.
        Interruption.$current.withValue(nil) { build(storage.pointer) }
        state = .made(storage)
        return storage
      }
    }
    return storage.pointer
  }

  override var bytes: Int { count * MemoryLayout<Float>.stride }

  override var pendingBytes: Int {
    state.withLock { state in
      if case .waiting(_, let source) = state { bytes - (source?.bytes ?? 0) } else { 0 }
    }
  }

  override func prepare() { _ = pointer }
}

/// The tensors of a network whose memory is not taken yet: weights still to be packed, or still in their file only.
public final class PendingTensors: Sendable {
  /// Where deferred tensors that are created in this scope are listed.
  @TaskLocal public static var current: PendingTensors?

  private struct Member: Sendable {
    weak var storage: Storage?
  }
  /// In the order of their creation, sources before what is made of them.
  private let members = Mutex<[Member]>([])

  public init() {}

  func add(_ storage: Storage) { members.withLock { $0.append(Member(storage: storage)) } }

  /// Bytes by which the process will grow when all have been used.
  public var bytes: Int {
    members.withLock { $0 }.reduce(0) { $0 + ($1.storage?.pendingBytes ?? 0) }
  }

  /// Makes all of them now, on `Parallel.threads`: for measurements that exclude this work.
  public func prepareAll() {
    for member in members.withLock({ $0 }) { member.storage?.prepare() }
  }
}

extension Tensor {
  /// A tensor whose elements `build` writes, every one of them, when they are first read.
  public init(whenFirstRead shape: Shape, building build: @escaping @Sendable (UnsafeMutablePointer<Float>) -> Void) {
    self.init(shape: shape, storage: DeferredStorage(count: shape.count, build))
  }

  /// The same, made from the elements of `source`, which is released then.
  public init(
    whenFirstRead shape: Shape, from source: Tensor,
    building build: @escaping @Sendable (UnsafeMutablePointer<Float>, UnsafePointer<Float>) -> Void
  ) {
    let storage = DeferredStorage(count: shape.count, from: source.storage) { out in
      source.read { build(out, $0) }
    }
    self.init(shape: shape, storage: storage)
  }
}
