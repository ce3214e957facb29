import TestSupport
import Testing

@testable import TensorCore

struct MemoryReserveTests {
  private let large = 10 * MemoryReserve.smallestBlock

  @Test func blocksAreReusedWithinAUse() {
    let reserve = MemoryReserve()
    reserve.kept {
      let first = reserve.take(large)
      reserve.give(first.memory, bytes: first.bytes)
      #expect(reserve.size == large)
      let again = reserve.take(large)
      #expect(again == first)
      reserve.give(again.memory, bytes: again.bytes)
      // Two parts of it, and the whole once they lie side by side again.
      let (half, rest) = (reserve.take(large / 2), reserve.take(large / 2 - 5))
      #expect(half.bytes == large / 2 && half.memory == first.memory)
      #expect(rest.bytes == large / 2 && rest.memory == first.memory + large / 2 && reserve.size == 0)
      reserve.give(rest.memory, bytes: rest.bytes)
      reserve.give(half.memory, bytes: half.bytes)
      let whole = reserve.take(large)
      #expect(whole == first)
      reserve.give(whole.memory, bytes: whole.bytes)
    }
    #expect(reserve.size == 0)
  }

  @Test func nothingIsKeptOutsideOfAUse() {
    let reserve = MemoryReserve()
    reserve.kept { reserve.kept {} }
    let block = reserve.take(large)
    reserve.give(block.memory, bytes: block.bytes)
    #expect(reserve.size == 0)
  }

  /// What is held, used or not, is never more than the most that was used, but for what is missing to whole pages.
  @Test func theReserveDoesNotRaiseThePeak() {
    let reserve = MemoryReserve()
    var random = SeededRandom(30)
    var (blocks, used, peak) = ([(memory: UnsafeMutableRawPointer, bytes: Int)](), 0, 0)
    reserve.kept {
      for _ in 0..<3000 {
        if !blocks.isEmpty && Int.random(in: 0..<20, using: &random) >= 20 - blocks.count {
          let block = blocks.remove(at: Int.random(in: 0..<blocks.count, using: &random))
          #expect(UInt(bitPattern: block.memory) % 64 == 0)
          used -= block.bytes
          reserve.give(block.memory, bytes: block.bytes)
        } else {
          let wanted = MemoryReserve.smallestBlock / 2 * Int.random(in: 2...40, using: &random)
          let block = reserve.take(wanted)
          #expect(block.bytes >= wanted && block.bytes < wanted + 4096)
          blocks.append(block)
          used += block.bytes
        }
        peak = max(peak, used)
        #expect(used + reserve.size <= peak)
      }
      for block in blocks { reserve.give(block.memory, bytes: block.bytes) }
    }
    #expect(reserve.size == 0)
  }
}
