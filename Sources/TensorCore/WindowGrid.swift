/// How a plane is cut into windows after rolling it up by `down` and to the left by `right`.
public struct WindowGrid: Sendable, Equatable {
  public let height: Int
  public let width: Int
  public let down: Int
  public let right: Int

  /// Square windows of `size`, rolled by `shift` along both sides.
  public init(size: Int, shift: Int) {
    self.init(height: size, width: size, down: shift, right: shift)
  }

  private init(height: Int, width: Int, down: Int, right: Int) {
    precondition((0..<height).contains(down) && (0..<width).contains(right), "a shift smaller than the window")
    (self.height, self.width, self.down, self.right) = (height, width, down, right)
  }

  public var tokens: Int { height * width }

  /// The windows of a plane that may be narrower than one: there the window ends with the plane, and nothing is rolled
  /// along that side.
  public func fitted(to plane: Shape) -> WindowGrid {
    WindowGrid(
      height: min(height, plane.h), width: min(width, plane.w), down: plane.h < height ? 0 : down,
      right: plane.w < width ? 0 : right)
  }

  /// The pixel that each token stands for, window by window, both row-major.
  func pixels(of plane: Shape) -> [Int32] {
    var pixels = [Int32](repeating: 0, count: plane.pixels)
    pixels.withUnsafeMutableBufferPointer { pixels in
      guard let out = pixels.baseAddress else { return }
      // Small against any of the products, so on one thread.
      for row in 0..<plane.n * count(on: plane).rows { forEachToken(of: plane, row) { out[$0] = Int32($1) } }
    }
    return pixels
  }

  /// Calls `body` with the row of each token of a row of windows and the pixel of the plane that it stands for.
  fileprivate func forEachToken(of plane: Shape, _ index: Int, _ body: (Int, Int) -> Void) {
    let (rows, columns) = count(on: plane)
    let (n, row) = (index / rows, index % rows)
    for column in 0..<columns {
      let first = ((n * rows + row) * columns + column) * tokens
      for i in 0..<height {
        let y = (row * height + i + down) % plane.h
        for j in 0..<width {
          let x = (column * width + j + right) % plane.w
          body(first + i * width + j, (n * plane.h + y) * plane.w + x)
        }
      }
    }
  }

  /// The rows and columns of windows on a plane.
  public func count(on plane: Shape) -> (rows: Int, columns: Int) { (plane.h / height, plane.w / width) }
}

extension Tensor {
  /// Cuts [N, H, W, C] into windows, both row-major: [N * rows * columns, 1, tokens, C].
  public func windows(_ grid: WindowGrid) -> Tensor {
    precondition(shape.h % grid.height == 0 && shape.w % grid.width == 0, "\(shape) in windows of \(grid)")
    let entry = WorkCount.begin(.layout)
    defer { entry?.end() }
    let (rows, columns) = grid.count(on: shape)
    return Tensor(Shape(shape.n * rows * columns, 1, grid.tokens, shape.c)) { out in
      read { x in
        Parallel.forEach(shape.n * grid.count(on: shape).rows) { row in
          grid.forEachToken(of: shape, row) { token, pixel in
            (out + token * shape.c).update(from: x + pixel * shape.c, count: shape.c)
          }
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
        Parallel.forEach(shape.n * grid.count(on: shape).rows) { row in
          grid.forEachToken(of: shape, row) { token, pixel in
            (out + pixel * shape.c).update(from: x + token * shape.c, count: shape.c)
          }
        }
      }
    }
  }
}
