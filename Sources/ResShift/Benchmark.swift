import TensorCore

/// What `Benchmark.run` measured; times in milliseconds.
public struct BenchmarkResult: Sendable {
  /// OpenBLAS's rate on a 1024-cubed product, in this run, with the same threads.
  public let sgemmGflops: Double
  public let encodeMs: Double
  /// One step of the UNet.
  public let unetMs: Double
  public let decodeMs: Double
  /// One whole restoration, all steps.
  public let totalMs: Double
  /// Work of the plain algorithms of one whole restoration, two operations a multiply-add, in units of 10⁹.
  public let directGflop: Double
  public let peakRSSMB: Double
  public let threads: Int
}

/// Measures one model on this machine.
public enum Benchmark {
  /// Restores one random picture of `size` pixels a side, nil = the model's own lq_size, in one piece.
  public static func run(_ restorer: Restorer, size: Int? = nil, threads: Int) throws -> BenchmarkResult {
    try Parallel.$threads.withValue(max(1, threads)) {
      let descriptor = restorer.descriptor
      let side = size ?? descriptor.unet.lqSize
      var options = RestoreOptions()
      options.tile = .whole
      options.threads = threads
      let lq = RandomPicture.tensor(height: side, width: side)
      let mask = descriptor.unet.condMask ? RandomPicture.boxMask(height: side, width: side) : nil
      let (clock, count) = (StageClock(), WorkCount())
      let start = ContinuousClock.now
      _ = try WorkCount.$current.withValue(count) {
        try MemoryReserve.shared.kept { try restorer.restored(lq, mask: mask, options, clock: clock) }
      }
      let total = ContinuousClock.now - start
      let times = clock.times
      return BenchmarkResult(
        sgemmGflops: sgemmRate(), encodeMs: times.encode.milliseconds,
        unetMs: times.step.milliseconds / Double(descriptor.diffusion.steps), decodeMs: times.decode.milliseconds,
        totalMs: total.milliseconds, directGflop: Double(count.operations) / 1e9,
        peakRSSMB: Double(SystemMemory.peakResident ?? 0) / 1e6, threads: threads)
    }
  }

  /// The best of several 1024-cubed products, in units of 10⁹ operations a second.
  private static func sgemmRate() -> Double {
    let size = 1024
    let a = RandomPicture.tensor(height: size, width: size, channels: 1)
    let best =
      (0..<8).map { _ in
        let start = ContinuousClock.now
        _ = multiplySquare(a, a, size: size)
        return (ContinuousClock.now - start).milliseconds
      }.min() ?? .infinity
    return 2 * Double(size * size * size) / best / 1e6
  }
}

/// Pictures of noise, always the same.
private enum RandomPicture {
  static func tensor(height: Int, width: Int, channels: Int = 3) -> Tensor {
    var state: UInt64 = 1
    return Tensor(Shape(1, height, width, channels)) { out in
      for i in 0..<height * width * channels {
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        out[i] = Float(Int32(truncatingIfNeeded: state >> 32)) * 0x1p-31
      }
    }
  }

  /// +1 in the middle quarter, -1 around it.
  static func boxMask(height: Int, width: Int) -> Tensor {
    Tensor(Shape(1, height, width, 1)) { out in
      for y in 0..<height {
        for x in 0..<width {
          let isInside = (height / 4..<height * 3 / 4).contains(y) && (width / 4..<width * 3 / 4).contains(x)
          out[y * width + x] = isInside ? 1 : -1
        }
      }
    }
  }
}

extension Duration {
  fileprivate var milliseconds: Double {
    Double(components.seconds) * 1e3 + Double(components.attoseconds) / 1e15
  }
}
