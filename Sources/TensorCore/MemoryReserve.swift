import Synchronization

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// Freed memory of tensors, kept for the next ones while a computation runs: getting fresh pages from the kernel for every
/// layer took a tenth of the time.
///
/// Before fresh memory is taken the smallest blocks are given back until used and kept memory together are hardly more (`slack`) than
/// the most that was ever used at once: the reserve adds next to nothing to the peak.
public final class MemoryReserve: Sendable {
  /// The one that all tensors use.
  public static let shared = MemoryReserve()

  /// Smaller blocks are left to malloc, which keeps them itself.
  static let smallestBlock = 1 << 17
  /// How much more than the most that was ever used at once, `peak`, used and kept memory together may be: what is kept is cut and
  /// joined for blocks of other sizes, and without some slack blocks were given back for want of a few pages.
  public static func slack(peak: Int) -> Int { min(peak / 8, 16 << 20) }

  private struct Block {
    let address: UInt
    let bytes: Int
    var end: UInt { address + UInt(bytes) }
  }

  private struct State {
    var users = 0
    /// What is kept.
    var blocks: [Block] = []
    /// Bytes of the blocks that are out, those below `smallestBlock` aside.
    var used = 0
    /// The most that `used` was since the first of the users came.
    var peak = 0
    /// Bytes of such blocks that came from the kernel.
    var fresh = 0
  }

  private let state = Mutex(State())

  init() {}

  /// Runs `body` with the reserve in use; when its last user has finished, everything is given back.
  public func kept<R>(_ body: () throws -> R) rethrows -> R {
    state.withLock { state in
      if state.users == 0 { state.peak = state.used }
      state.users += 1
    }
    defer {
      let unused = state.withLock { state in
        state.users -= 1
        guard state.users == 0 else { return [Block]() }
        defer { state.blocks = [] }
        return state.blocks
      }
      release(unused)
    }
    return try body()
  }

  /// Bytes that are held unused.
  var size: Int { state.withLock { $0.blocks.reduce(0) { $0 + $1.bytes } } }

  /// Bytes of large blocks that came from the kernel so far.
  var fresh: Int { state.withLock { $0.fresh } }

  /// A block of at least `bytes`, aligned to a cache line, and its true size.
  func take(_ bytes: Int) -> (memory: UnsafeMutableRawPointer, bytes: Int) {
    let bytes = Self.wholePages(bytes)
    let (found, surplus) = state.withLock { reused(bytes, &$0) }
    if let found, let memory = UnsafeMutableRawPointer(bitPattern: found.address) { return (memory, found.bytes) }
    release(surplus)
    return (Self.allocate(bytes), bytes)
  }

  /// Takes back what `take` gave.
  func give(_ memory: UnsafeMutableRawPointer, bytes: Int) {
    let isKept = state.withLock { state in
      guard bytes >= Self.smallestBlock else { return false }
      state.used -= bytes
      guard state.users > 0 else { return false }
      Self.keep(Block(address: UInt(bitPattern: memory), bytes: bytes), &state.blocks)
      return true
    }
    if !isKept { Self.deallocate(memory, bytes) }
  }

  /// The part of the smallest block that it fits into; without one, blocks that have to make room.
  private func reused(_ bytes: Int, _ state: inout State) -> (Block?, surplus: [Block]) {
    guard bytes >= Self.smallestBlock else { return (nil, []) }
    state.used += bytes
    state.peak = max(state.peak, state.used)
    let fitting = state.blocks.indices.filter { state.blocks[$0].bytes >= bytes }
    if let index = fitting.min(by: { state.blocks[$0].bytes < state.blocks[$1].bytes }) {
      let block = state.blocks[index]
      if block.bytes == bytes {
        state.blocks.remove(at: index)
      } else {
        state.blocks[index] = Block(address: block.address + UInt(bytes), bytes: block.bytes - bytes)
      }
      return (Block(address: block.address, bytes: bytes), [])
    }
    state.fresh += bytes
    return (nil, cutExcess(&state))
  }

  /// Kept memory that is more than may be kept: of the smallest blocks, which fit least.
  private func cutExcess(_ state: inout State) -> [Block] {
    let kept = state.blocks.reduce(0) { $0 + $1.bytes }
    var excess = state.used + kept - (state.peak + Self.slack(peak: state.peak))
    var cut: [Block] = []
    while excess > 0, let index = state.blocks.indices.min(by: { state.blocks[$0].bytes < state.blocks[$1].bytes }) {
      let block = state.blocks[index]
      let page = Self.page(of: block.bytes)
      let part = Block(address: block.address, bytes: min((excess + page - 1) / page * page, block.bytes))
      if part.bytes == block.bytes {
        state.blocks.remove(at: index)
      } else {
        state.blocks[index] = Block(address: part.end, bytes: block.bytes - part.bytes)
      }
      cut.append(part)
      excess -= part.bytes
    }
    return cut
  }

  /// Joins `block` with those that lie right before and after it.
  private static func keep(_ block: Block, _ blocks: inout [Block]) {
    var joined = block
    for index in blocks.indices.reversed() {
      let other = blocks[index]
      guard other.end == joined.address || joined.end == other.address else { continue }
      joined = Block(address: min(joined.address, other.address), bytes: joined.bytes + other.bytes)
      blocks.remove(at: index)
    }
    blocks.append(joined)
  }

  private func release(_ blocks: [Block]) {
    for block in blocks {
      if let memory = UnsafeMutableRawPointer(bitPattern: block.address) { munmap(memory, block.bytes) }
    }
  }

  /// Large blocks are of whole huge pages; smaller ones of pages.
  private static func wholePages(_ bytes: Int) -> Int {
    guard bytes >= smallestBlock else { return bytes }
    let page = page(of: bytes)
    return (bytes + page - 1) / page * page
  }

  private static func page(of bytes: Int) -> Int { bytes >= 4 * hugePage ? hugePage : page }
  private static let page = max(1 << 12, Int(sysconf(Int32(_SC_PAGESIZE))))
  static let hugePage = 1 << 21

  /// Large blocks come from the kernel directly, so that giving them back leaves no holes in a heap.
  private static func allocate(_ bytes: Int) -> UnsafeMutableRawPointer {
    var memory: UnsafeMutableRawPointer?
    if bytes >= smallestBlock {
      memory = mmap(nil, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)
      if memory == MAP_FAILED { memory = nil } else { madvise(memory, bytes, MADV_HUGEPAGE) }
    } else if posix_memalign(&memory, 64, bytes) != 0 {
      memory = nil
    }
    guard let memory else {
      exhausted.withLock { $0 }?()
      fatalError("out of memory: \(bytes) bytes for one tensor")
    }
    return memory
  }

  private static let exhausted = Mutex<(@Sendable () -> Never)?>(nil)

  /// What ends the program when the system has no memory for a tensor: no layer could go on. Without it the process is ended by
  /// a trap. The calling code plans what it takes, so this is left for limits of addresses (`ulimit -v`) that others use up, too.
  public static func onExhaustion(_ end: @escaping @Sendable () -> Never) { exhausted.withLock { $0 = end } }

  private static func deallocate(_ memory: UnsafeMutableRawPointer, _ bytes: Int) {
    if bytes >= smallestBlock { munmap(memory, bytes) } else { free(memory) }
  }
}
