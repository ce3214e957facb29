import CKernels

/// Rows of channels in bfloat16, such as pixels or tokens: what is multiplied by a `BFloat16Matrix`.
public struct BFloat16Rows: Sendable {
  public let rows: Int
  public let channels: Int
  private let storage: OwnedStorage

  /// Channels of a row in memory: a multiple of 32, those that are too many are 0.
  var filled: Int { BFloat16Rows.filled(channels) }

  static func filled(_ channels: Int) -> Int { (channels + depth - 1) / depth * depth }

  private static let depth = Int(CK_BF16_DEPTH)
  /// Rows behind the last one that products read, and that make no difference.
  static let slack = Int(CK_BF16_SLACK)

  /// Rows that `build` writes, every channel up to `filled`.
  init(rows: Int, channels: Int, building build: (UnsafeMutablePointer<UInt16>) -> Void) {
    (self.rows, self.channels) = (rows, channels)
    storage = OwnedStorage(count: ((rows + BFloat16Rows.slack) * BFloat16Rows.filled(channels) + 1) / 2)
    withExtendedLifetime(storage) { build(BFloat16Rows.elements(storage)) }
  }

  private static func elements(_ storage: OwnedStorage) -> UnsafeMutablePointer<UInt16> {
    UnsafeMutableRawPointer(storage.pointer).assumingMemoryBound(to: UInt16.self)
  }

  func read<R>(_ body: (UnsafePointer<UInt16>) -> R) -> R {
    withExtendedLifetime(storage) { body(BFloat16Rows.elements(storage)) }
  }

  /// The pixels of x [N, H, W, C], after `affine` without an activation, in order, or window by window.
  public init(_ x: Tensor, _ affine: ChannelAffine? = nil, windows grid: WindowGrid? = nil) {
    let entry = WorkCount.begin(affine == nil ? .layout : .norm)
    defer { entry?.end() }
    let (shape, plane) = (x.shape, x.shape.h * x.shape.w)
    let order = grid.map { $0.pixels(of: shape) }
    self.init(rows: shape.pixels, channels: shape.c) { out in
      let filled = BFloat16Rows.filled(shape.c)
      x.read { x in
        withOptional(affine) { scale, shift in
          Parallel.forRanges(shape.pixels, chunk: max(1, Parallel.elementChunk / shape.c)) { range in
            var row = range.lowerBound
            while row < range.upperBound {
              let pixel = order.map { Int($0[row]) } ?? row
              // Rows that follow each other here and there, of one picture.
              var count = 1
              while row + count < range.upperBound, (pixel + count) % plane != 0,
                order.map({ Int($0[row + count]) == pixel + count }) ?? true
              { count += 1 }
              let n = pixel / plane
              ck_bf16_rows(
                out + row * filled, filled, x + pixel * shape.c, count, shape.c, scale.map { $0 + n * shape.c },
                shift.map { $0 + n * shape.c })
              row += count
            }
          }
        }
      }
    }
  }

  /// The rows as float32: [1, 1, rows, channels].
  public var widened: Tensor {
    Tensor(Shape(1, 1, rows, channels)) { out in
      read { half in
        for row in 0..<rows {
          for c in 0..<channels { out[row * channels + c] = Float(bitPattern: UInt32(half[row * filled + c]) << 16) }
        }
      }
    }
  }
}
