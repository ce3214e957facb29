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

  /// What is held, used or not, is never more than the slack above the most that was used, but for what is missing to whole pages.
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
        #expect(used + reserve.size <= peak + MemoryReserve.slack(peak: peak))
      }
      for block in blocks { reserve.give(block.memory, bytes: block.bytes) }
    }
    #expect(reserve.size == 0)
  }

  /// Layers whose tensors are of few sizes hardly take fresh memory once they have gone round.
  @Test func blocksOfOtherSizesAreMadeOfKeptOnes() {
    let reserve = MemoryReserve()
    let page = 4096
    var peak = 0
    reserve.kept {
      for _ in 0..<20 {
        var (blocks, used) = ([(memory: UnsafeMutableRawPointer, bytes: Int)](), 0)
        for entry in Self.layers {
          if entry > 0 {
            blocks.append(reserve.take(entry * page))
            used += blocks[blocks.count - 1].bytes
          } else {
            let block = blocks[-entry - 1]
            reserve.give(block.memory, bytes: block.bytes)
            used -= block.bytes
          }
          peak = max(peak, used)
        }
        #expect(used == 0)
      }
    }
    // Without slack it is eight times as much, with luck.
    #expect(reserve.fresh < 5 * peak)
  }

  /// Of a UNet with three levels and Swin blocks, as recorded: pages that are taken, and the numbers of those takings, counted from 1,
  /// that are given back, negative.
  private static let layers = [
    4608, 92, 34, 1587, 100, 1058, 1587, 130, 97, -9, -8, -6, -4, -5, -7, 1587, 1587, -10, 100, 1687, 1058, 103, 126,
    -16,
    -15, -13, 1058, 65, 97, -19, -18, 1058, 65, 97, -22, -21, -17, 1058, 65, 97, -25, -24, 1058, 65, 97, -28, -27, -23,
    1058, 1058, 1058, -30, 3584, 1058, 1058, -33, -32, -31, 1058, -34, 1058, 2560, 2560, -37, 1058, -38, -36, -39, -29,
    1058, 1058, -40, 3584, 1058, 1058, -43, -42, -41, 1058, -44, 1058, 2560, 2560, -47, 1058, -48, -46, -49, -35, 1058,
    -45,
    -26, 1058, 65, 97, -53, -52, 1058, 65, 97, -56, -55, -51, -50, 2560, -20, 1058, 129, 145, -60, -59, 1058, 1058, 65,
    97,
    -64, -63, -61, -58, -57, -54, 2560, -14, 1058, 129, 145, -68, -67, 1058, 1058, 65, 97, -72, -71, -69, -66, -65, -62,
    1587, 130, 97, -75, -74, -70, -11, -12, -73, 1587, 1587, -76, -1, -2, -3, -77,
  ]
}
