import ModelLibrary
import TensorCore

/// Measures one model on this machine.
public enum Benchmark {
  /// Restores one random picture of `size` pixels a side, nil = the model's own lq_size, in one piece.
  public static func run(
    _ restorer: Restorer, size: Int? = nil, threads: Int, _ precision: PrecisionChoice = .float32
  ) throws -> BenchmarkResult {
    try Precision.$current.withValue(precision.resolved(for: restorer.descriptor)) {
      try run(restorer, size: size, onThreads: threads)
    }
  }

  private static func run(_ restorer: Restorer, size: Int?, onThreads threads: Int) throws -> BenchmarkResult {
    try Parallel.$threads.withValue(max(1, threads)) {
      let descriptor = restorer.descriptor
      let side = size ?? descriptor.unet.lqSize
      var options = RestoreOptions()
      options.tile = .whole
      options.threads = threads
      let lq = RandomPicture.tensor(side: side)
      let mask = descriptor.unet.condMask ? RandomPicture.boxMask(side: side) : nil
      // Done once in the life of a model, by the first restoration: not what is measured here.
      try restorer.networks.pending.prepareAll()
      let (clock, count) = (StageClock(), WorkCount())
      let rate = sgemmRate()
      let start = ContinuousClock.now
      _ = try WorkCount.$current.withValue(count) {
        try MemoryReserve.shared.kept { try restorer.restored(lq, mask: mask, options, clock: clock) }
      }
      let total = ContinuousClock.now - start
      let stages = clock.stages
      return BenchmarkResult(
        sgemmGflops: max(rate, sgemmRate()), encodeMs: stages.encode.time.milliseconds,
        unetMs: stages.step.time.milliseconds / Double(descriptor.diffusion.steps),
        decodeMs: stages.decode.time.milliseconds, totalMs: total.milliseconds,
        directGflop: Double(count.operations) / 1e9, peakRSSMB: peakMegabytes, threads: threads,
        products: .current, precision: .current,
        stages: parts(
          [("encode", stages.encode), ("unet", stages.step), ("decode", stages.decode)], of: total, count.operations),
        layers: parts(
          LayerKind.allCases.compactMap { kind in count.parts[kind].map { (kind.rawValue, $0) } }, of: total,
          count.operations))
    }
  }

  /// Restores a random picture of `size` pixels a side as a user would: from samples to samples, in tiles as `options` say.
  ///
  /// Inpainting fills all but a frame, so that every pixel takes part. Short restorations are repeated and the fastest
  /// counts.
  public static func time(
    _ restorer: Restorer, size: Int, threads: Int, _ options: RestoreOptions = .init()
  ) throws -> RestorationTime {
    try Parallel.$threads.withValue(max(1, threads)) {
      var options = options
      options.threads = threads
      let picture = RandomPicture.image(side: size)
      let mask = RandomPicture.mask(side: size, frame: max(1, size / 16))
      let rate = sgemmRate()
      var (fastest, outputPixels) = (Duration.seconds(Int64.max), 0)
      let start = ContinuousClock.now
      repeat {
        let start = ContinuousClock.now
        let result =
          switch restorer.descriptor.task {
          case .superResolution: try restorer.upscale(picture, options)
          case .inpainting: try restorer.inpaint(picture, mask: mask, options)
          case .restoration: try restorer.restore(picture, options)
          }
        fastest = min(fastest, ContinuousClock.now - start)
        outputPixels = result.width * result.height
      } while ContinuousClock.now - start < .seconds(1)
      return RestorationTime(
        size: size, threads: threads, outputPixels: outputPixels, totalMs: fastest.milliseconds,
        sgemmGflops: max(rate, sgemmRate()), peakRSSMB: peakMegabytes)
    }
  }

  /// Sides of pictures that show how the time grows with the size, from `smallest` on.
  ///
  /// For pixel-unshuffle models 512, 1024 and 2048, so 0.25 to 4 megapixels; VQ models do some thirty times as much work
  /// a pixel: one to three times their lq_size.
  public static func sizes(for descriptor: ModelDescriptor, smallest: Int? = nil) -> [Int] {
    if case .vq = descriptor.autoencoder { return [1, 2, 3].map { $0 * (smallest ?? descriptor.unet.lqSize) } }
    return [1, 2, 4].map { $0 * (smallest ?? 512) }
  }

  /// Parts of a whole, with what is left of it as the last one.
  private static func parts(
    _ parts: [(name: String, part: WorkCount.Part)], of total: Duration, _ operations: Int
  ) -> [BenchmarkResult.Part] {
    let time = parts.reduce(total) { $0 - $1.part.time }
    let rest = parts.reduce(operations) { $0 - $1.part.operations }
    return parts.map {
      BenchmarkResult.Part(
        name: $0.name, calls: $0.part.calls, ms: $0.part.time.milliseconds, gflop: Double($0.part.operations) / 1e9)
    } + [
      BenchmarkResult.Part(
        name: LayerKind.other.rawValue, calls: 0, ms: time.milliseconds, gflop: Double(rest) / 1e9)
    ]
  }

  /// The best of several 1024-cubed products, in units of 10⁹ operations a second. Taken before and after what it is
  /// compared with, since machines change their pace and others use them, too.
  private static func sgemmRate() -> Double {
    let size = 1024
    let a = RandomPicture.tensor(side: size, channels: 1)
    let best =
      (0..<8).map { _ in
        let start = ContinuousClock.now
        _ = multiplySquare(a, a, size: size)
        return (ContinuousClock.now - start).milliseconds
      }.min() ?? .infinity
    return 2 * Double(size * size * size) / best / 1e6
  }

  private static var peakMegabytes: Double { Double(SystemMemory.peakResident ?? 0) / 1e6 }
}

/// Square pictures of noise, always the same.
private enum RandomPicture {
  /// In [-1, 1].
  static func tensor(side: Int, channels: Int = 3) -> Tensor {
    var state: UInt64 = 1
    return Tensor(Shape(1, side, side, channels)) { out in
      for i in 0..<side * side * channels {
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        out[i] = Float(Int32(truncatingIfNeeded: state >> 32)) * 0x1p-31
      }
    }
  }

  static func image(side: Int) -> PixelImage {
    PixelImage(width: side, height: side, channels: 3, samples: tensor(side: side).elements.map { ($0 + 1) / 2 })
  }

  /// +1 in the middle quarter, -1 around it.
  static func boxMask(side: Int) -> Tensor {
    Tensor(Shape(1, side, side, 1), mask(side: side, frame: side / 4).samples.map { 2 * $0 - 1 })
  }

  /// 1 in the middle, 0 on a frame around it.
  static func mask(side: Int, frame: Int) -> PixelImage {
    var mask = PixelImage(width: side, height: side, channels: 1)
    let inside = frame..<max(side - frame, frame)
    for y in inside { for x in inside { mask[x, y, 0] = 1 } }
    return mask
  }
}

extension Duration {
  fileprivate var milliseconds: Double {
    Double(components.seconds) * 1e3 + Double(components.attoseconds) / 1e15
  }
}
