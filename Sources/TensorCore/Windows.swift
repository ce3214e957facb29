/// How a plane is cut into square windows after rolling it up and to the left by `shift`.
public struct WindowGrid: Sendable {
  public let size: Int
  public let shift: Int

  public init(size: Int, shift: Int) {
    precondition(size > 0 && (0..<size).contains(shift), "a shift smaller than the window")
    self.size = size
    self.shift = shift
  }
}

extension Tensor {
  /// Cuts [N, H, W, C] into windows, both row-major: [N * H/size * W/size, 1, size * size, C].
  public func windows(_ grid: WindowGrid) -> Tensor {
    precondition(shape.h % grid.size == 0 && shape.w % grid.size == 0, "\(shape) in windows of \(grid.size)")
    let entry = WorkCount.begin(.layout)
    defer { entry?.end() }
    let count = shape.n * (shape.h / grid.size) * (shape.w / grid.size)
    return Tensor(Shape(count, 1, grid.size * grid.size, shape.c)) { out in
      read { x in
        forEachToken(of: shape, grid) { token, pixel in
          (out + token * shape.c).update(from: x + pixel * shape.c, count: shape.c)
        }
      }
    }
  }

  /// Puts windows back: the inverse of `windows`, giving a plane of `shape`.
  public func plane(_ shape: Shape, from grid: WindowGrid) -> Tensor {
    precondition(self.shape.count == shape.count, "windows \(self.shape) of a plane \(shape)")
    let entry = WorkCount.begin(.layout)
    defer { entry?.end() }
    return Tensor(shape) { out in
      read { x in
        forEachToken(of: shape, grid) { token, pixel in
          (out + pixel * shape.c).update(from: x + token * shape.c, count: shape.c)
        }
      }
    }
  }

  /// Calls `body` with the row of each token among the windows and the pixel of the plane that it stands for.
  private func forEachToken(of plane: Shape, _ grid: WindowGrid, _ body: (Int, Int) -> Void) {
    let (rows, columns, size) = (plane.h / grid.size, plane.w / grid.size, grid.size)
    Parallel.forEach(plane.n * rows) { index in
      let (n, row) = (index / rows, index % rows)
      for column in 0..<columns {
        for i in 0..<size {
          let y = (row * size + i + grid.shift) % plane.h
          for j in 0..<size {
            let x = (column * size + j + grid.shift) % plane.w
            body((((n * rows + row) * columns + column) * size + i) * size + j, (n * plane.h + y) * plane.w + x)
          }
        }
      }
    }
  }
}
