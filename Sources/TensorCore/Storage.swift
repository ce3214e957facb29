#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// Memory of float32 elements, aligned to a cache line, freed with its last owner.
///
/// `@unchecked Sendable`: written only while its one owner builds it (`Tensor.init(_:building:)`, `Tensor.modify`), read-only
/// once shared.
final class Storage: @unchecked Sendable {
  let pointer: UnsafeMutablePointer<Float>

  init(count: Int) {
    var memory: UnsafeMutableRawPointer?
    let bytes = count * MemoryLayout<Float>.stride
    guard posix_memalign(&memory, 64, max(bytes, 64)) == 0, let memory else {
      fatalError("out of memory: \(bytes) bytes for one tensor")
    }
    pointer = memory.bindMemory(to: Float.self, capacity: count)
  }

  deinit { free(pointer) }
}
