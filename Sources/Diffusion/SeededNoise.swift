import CKernels
import TensorCore

/// Where the sampler's noise comes from: standard normal numbers for each draw of a restoration.
public protocol NoiseSource {
  /// Draw 0 is the prior's, draw i that of the i-th step; `shape` is that of the latent.
  func draw(_ index: Int, _ shape: Shape) -> Tensor
  /// Some rows of that.
  func draw(_ index: Int, _ shape: Shape, rows: Range<Int>) -> Tensor
}

extension NoiseSource {
  public func draw(_ index: Int, _ shape: Shape, rows: Range<Int>) -> Tensor {
    draw(index, shape).cropped(y: rows.lowerBound, x: 0, height: rows.count, width: shape.w)
  }
}

/// Noise that is a function of (seed, stream, draw, latent position), so that neither the tiles nor the threads change it.
public struct SeededNoise: NoiseSource, Sendable {
  private let seed: UInt64
  private let stream: UInt32
  private let origin: (y: Int, x: Int)

  /// `origin` is the position of the latent's first element in the whole picture's latent.
  public init(seed: UInt64, stream: UInt32 = 0, origin: (y: Int, x: Int) = (0, 0)) {
    self.seed = seed
    self.stream = stream
    self.origin = origin
  }

  public func draw(_ index: Int, _ shape: Shape) -> Tensor { draw(index, shape, from: 0) }

  public func draw(_ index: Int, _ shape: Shape, rows: Range<Int>) -> Tensor {
    draw(index, Shape(shape.n, rows.count, shape.w, shape.c), from: rows.lowerBound)
  }

  private func draw(_ index: Int, _ shape: Shape, from first: Int) -> Tensor {
    let entry = WorkCount.begin(.noise)
    defer { entry?.end() }
    return Tensor(shape) { out in
      Parallel.forEach(shape.n * shape.h) { row in
        for x in 0..<shape.w {
          ck_normal(
            out + (row * shape.w + x) * shape.c, shape.c, seed, stream, UInt32(index), Int32(x + origin.x),
            Int32(row + first + origin.y))
        }
      }
    }
  }
}
