import TensorCore

/// The implementation of matrix products; the variable RESSHIFT_PRODUCTS chooses.
public typealias Products = TensorCore.Products

/// Where the memory of tensors comes from.
public typealias MemoryReserve = TensorCore.MemoryReserve

/// The processor's instructions that are used; the variable RESSHIFT_ISA chooses.
public typealias InstructionSet = TensorCore.InstructionSet

/// What `Benchmark.run` measured; times in milliseconds, work in units of 10⁹ operations of the plain algorithms, two a
/// multiply-add.
public struct BenchmarkResult: Sendable {
  /// A stage, or all layers of a kind.
  public struct Part: Sendable {
    public let name: String
    public let calls: Int
    public let ms: Double
    public let gflop: Double

    /// Work a second, in units of 10⁹; 0 where nothing is counted.
    public var gflops: Double { ms > 0 ? gflop / ms * 1e3 : 0 }
  }

  /// OpenBLAS's rate on a 1024-cubed product, in this run, with the same threads.
  public let sgemmGflops: Double
  public let encodeMs: Double
  /// One step of the UNet.
  public let unetMs: Double
  public let decodeMs: Double
  /// One whole restoration, all steps.
  public let totalMs: Double
  /// The work of one whole restoration.
  public let directGflop: Double
  public let peakRSSMB: Double
  public let threads: Int
  /// The implementation of matrix products that was used.
  public let products: Products
  /// What was multiplied.
  public let precision: Precision
  /// Encoding, all steps of the UNet, decoding, and the rest, which add up to the total.
  public let stages: [Part]
  /// The kinds of layers that were met, and the rest, which add up to the total.
  public let layers: [Part]

  /// The time as a share of what the plain algorithms would take at OpenBLAS's own rate.
  public var share: Double { directGflop > 0 ? totalMs / 1e3 * sgemmGflops / directGflop : 0 }
}

/// The time of one whole restoration, as a user would have it.
public struct RestorationTime: Sendable {
  /// Side of the square input in pixels.
  public let size: Int
  public let threads: Int
  public let outputPixels: Int
  public let totalMs: Double
  /// As in `BenchmarkResult`: tells a slower machine from a slower program.
  public let sgemmGflops: Double
  /// The most that the process has held so far.
  public let peakRSSMB: Double

  /// Nanoseconds for each pixel of the output.
  public var nsPerPixel: Double { totalMs * 1e6 / Double(outputPixels) }
}
