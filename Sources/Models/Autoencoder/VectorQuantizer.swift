import CKernels
import Layers
import TensorCore

/// The codebook of the VQ autoencoder.
struct VectorQuantizer: Sendable {
  /// [codes, 1, 1, dim]
  private let embedding: Tensor
  /// The same, [1, 1, dim, codes], as the search reads it.
  private let transposed: Tensor
  private let probe: Probe

  init(codes: Int, dim: Int, _ at: Weights) throws {
    let embedding = try at.tensor("embedding.weight", [codes, dim])
    self.embedding = embedding
    transposed = Tensor(whenFirstRead: Shape(1, 1, dim, codes), from: embedding) { out, rows in
      for code in 0..<codes {
        for d in 0..<dim { out[d * codes + code] = rows[code * dim + d] }
      }
    }
    probe = at.at("embedding").probe
  }

  /// The index of the nearest codebook entry for each position of z [N, h, w, dim], row-major; the lowest on a tie.
  func indices(_ z: Tensor) -> [Int32] {
    let (codes, dim) = (embedding.shape.n, z.shape.c)
    let entry = WorkCount.begin(.codeSearch)
    defer { entry?.end(operations: 2 * z.shape.pixels * codes * dim) }
    // Zeros first: an index stays one where the search is interrupted.
    var indices = [Int32](repeating: 0, count: z.shape.pixels)
    indices.withUnsafeMutableBufferPointer { buffer in
      guard let out = buffer.baseAddress else { return }
      z.read { z in
        transposed.read { codebook in
          Parallel.forRanges(buffer.count, chunk: 64) { range in
            ck_nearest_code(out + range.lowerBound, z + range.lowerBound * dim, range.count, codebook, codes, dim)
          }
        }
      }
    }
    return indices
  }

  /// The codebook entries of `indices` as a latent of `shape`.
  func lookUp(_ indices: [Int32], _ shape: Shape) -> Tensor {
    let entry = WorkCount.begin(.codeSearch)
    defer { entry?.end() }
    let dim = shape.c
    let latent = Tensor(shape) { out in
      embedding.read { rows in
        for (position, code) in indices.enumerated() {
          (out + position * dim).update(from: rows + Int(code) * dim, count: dim)
        }
      }
    }
    probe.record { latent.reshaped(Shape(indices.count, 1, 1, dim)) }
    return latent
  }
}
