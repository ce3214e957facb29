import TensorCore

/// Space-to-depth in PyTorch's channel order: the autoencoder of the small models, without weights.
public struct PixelUnshuffle: Sendable {
  public let factor: Int

  public init(factor: Int) {
    self.factor = factor
  }

  /// [N, H, W, 3] to [N, H/r, W/r, 3r²]; channel c * r² + dy * r + dx.
  public func encode(_ x: Tensor) -> Tensor {
    let (r, shape) = (factor, x.shape)
    precondition(shape.h % r == 0 && shape.w % r == 0, "\(shape) in squares of \(r)")
    return Tensor(Shape(shape.n, shape.h / r, shape.w / r, shape.c * r * r)) { out in
      x.read { x in move(shape) { pixel, latent in out[latent] = x[pixel] } }
    }
  }

  /// The inverse of `encode`.
  public func decode(_ z: Tensor) -> Tensor {
    let r = factor
    precondition(z.shape.c % (r * r) == 0, "\(z.shape) into squares of \(r)")
    let shape = Shape(z.shape.n, z.shape.h * r, z.shape.w * r, z.shape.c / (r * r))
    return Tensor(shape) { out in
      z.read { z in move(shape) { pixel, latent in out[pixel] = z[latent] } }
    }
  }

  /// Calls `body` with the index of each element of a picture and that of its place in the latent.
  private func move(_ shape: Shape, _ body: (Int, Int) -> Void) {
    let entry = WorkCount.begin(.layout)
    defer { entry?.end() }
    let (r, c, columns) = (factor, shape.c, shape.w / factor)
    Parallel.forEach(shape.n * shape.h) { row in
      let (latentRow, dy) = (row / r, row % r)
      for x in 0..<shape.w {
        let latent = (latentRow * columns + x / r) * c * r * r + dy * r + x % r
        for channel in 0..<c { body((row * shape.w + x) * c + channel, latent + channel * r * r) }
      }
    }
  }
}
