import Synchronization

/// Memory of float32 elements that tensors stand on: their own, borrowed, or made when first needed.
///
/// `@unchecked Sendable`, as are its kinds: written only while its one owner builds it (`Tensor.init(_:building:)`,
/// `Tensor.modify`), read-only once shared.
class Storage: @unchecked Sendable {
  /// The first element.
  var pointer: UnsafeMutablePointer<Float> { preconditionFailure("every kind of storage has its own") }
  /// Whether its one owner may write to it.
  var isWritable: Bool { false }
  /// Bytes that it adds to the process, now or later.
  var bytes: Int { 0 }
  /// Those of them that it will add when it is first used, less what that releases.
  var pendingBytes: Int { 0 }
  /// Does the work that the first use would have to wait for.
  func prepare() {}

  /// Memory for so many elements: in the file of the current computation, if it has one and they are many.
  static func owned(count: Int) -> Storage {
    let bytes = max(count * MemoryLayout<Float>.stride, 64)
    if let memory = FileMemory.current, let place = memory.take(bytes) { return FileStorage(memory, place) }
    return OwnedStorage(count: count)
  }
}

/// Memory in a file, given back with its last owner.
final class FileStorage: Storage, @unchecked Sendable {
  private let memory: FileMemory
  private let place: Range<Int>

  init(_ memory: FileMemory, _ place: Range<Int>) { (self.memory, self.place) = (memory, place) }

  deinit { memory.give(place) }

  override var pointer: UnsafeMutablePointer<Float> { memory.address(place).assumingMemoryBound(to: Float.self) }
  override var isWritable: Bool { true }
}

/// Memory of its own, aligned to a cache line, given back with its last owner.
final class OwnedStorage: Storage, @unchecked Sendable {
  private let memory: UnsafeMutablePointer<Float>
  private let size: Int

  init(count: Int) {
    let block = MemoryReserve.shared.take(max(count * MemoryLayout<Float>.stride, 64))
    memory = block.memory.bindMemory(to: Float.self, capacity: count)
    size = block.bytes
  }

  deinit { MemoryReserve.shared.give(memory, bytes: size) }

  override var pointer: UnsafeMutablePointer<Float> { memory }
  override var isWritable: Bool { true }
  override var bytes: Int { size }
}

/// Memory with another owner, a mapped file for example: never written to.
final class BorrowedStorage: Storage, @unchecked Sendable {
  private let elements: UnsafePointer<Float>
  private let count: Int
  private let owner: any AnyObject & Sendable
  private let isUsed = Atomic(false)

  init(_ elements: UnsafePointer<Float>, count: Int, of owner: any AnyObject & Sendable) {
    self.elements = elements
    self.count = count
    self.owner = owner
    super.init()
    PendingTensors.current?.add(self)
  }

  override var pointer: UnsafeMutablePointer<Float> {
    isUsed.store(true, ordering: .relaxed)
    return UnsafeMutablePointer(mutating: elements)
  }
  override var bytes: Int { count * MemoryLayout<Float>.stride }
  /// Pages of a file are in the process once they have been read.
  override var pendingBytes: Int { isUsed.load(ordering: .relaxed) ? 0 : bytes }
}
