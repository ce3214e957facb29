/// Memory of float32 elements, aligned to a cache line, given back with its last owner.
///
/// `@unchecked Sendable`: written only while its one owner builds it (`Tensor.init(_:building:)`, `Tensor.modify`), read-only
/// once shared.
final class Storage: @unchecked Sendable {
  let pointer: UnsafeMutablePointer<Float>
  private let bytes: Int

  init(count: Int) {
    let block = MemoryReserve.shared.take(max(count * MemoryLayout<Float>.stride, 64))
    pointer = block.memory.bindMemory(to: Float.self, capacity: count)
    bytes = block.bytes
  }

  deinit { MemoryReserve.shared.give(pointer, bytes: bytes) }
}
