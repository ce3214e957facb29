/// The four sides of a tensor: pictures, rows and columns of pixels, channels. Channels last.
public struct Shape: Hashable, Sendable, CustomStringConvertible {
  public var n: Int
  public var h: Int
  public var w: Int
  public var c: Int

  public init(_ n: Int, _ h: Int, _ w: Int, _ c: Int) {
    precondition(n > 0 && h > 0 && w > 0 && c > 0, "every side of a tensor is at least 1")
    self.n = n
    self.h = h
    self.w = w
    self.c = c
  }

  public var count: Int { n * h * w * c }
  /// Rows of the matrix [pixels, channels] that the tensor is.
  public var pixels: Int { n * h * w }
  public var description: String { "[\(n), \(h), \(w), \(c)]" }
}
