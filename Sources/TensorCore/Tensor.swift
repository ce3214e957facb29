/// A dense float32 tensor [N, H, W, C], a value: copies share memory until one is modified.
public struct Tensor: Sendable {
  public let shape: Shape
  private(set) var storage: Storage
  /// What who made the elements knows of them; nil = nothing.
  private(set) var sums: ChannelSums?

  /// A tensor whose elements `build` writes, every one of them.
  public init(_ shape: Shape, building build: (UnsafeMutablePointer<Float>) throws -> Void) rethrows {
    self.shape = shape
    storage = Storage.owned(count: shape.count)
    try withExtendedLifetime(storage) { try build(storage.pointer) }
  }

  public init(_ shape: Shape, repeating value: Float = 0) {
    self.init(shape) { Parallel.fill($0, with: value, count: shape.count) }
  }

  /// A tensor of given elements in row-major order [N, H, W, C].
  public init(_ shape: Shape, _ elements: [Float]) {
    precondition(elements.count == shape.count, "\(elements.count) elements for a tensor of \(shape)")
    self.init(shape) { out in out.update(from: elements, count: elements.count) }
  }

  /// A tensor on memory that `owner` keeps as it is for as long as it lives; never written to.
  public init(_ shape: Shape, borrowing elements: UnsafePointer<Float>, of owner: any AnyObject & Sendable) {
    self.init(shape: shape, storage: BorrowedStorage(elements, count: shape.count, of: owner))
  }

  /// The same elements under another shape.
  public func reshaped(_ shape: Shape) -> Tensor {
    precondition(shape.count == self.shape.count, "\(self.shape) cannot become \(shape)")
    return Tensor(shape: shape, storage: storage)
  }

  init(shape: Shape, storage: Storage) {
    self.shape = shape
    self.storage = storage
  }

  /// The same elements, with what is known of them.
  func knowing(_ sums: ChannelSums?) -> Tensor {
    var tensor = self
    tensor.sums = sums
    return tensor
  }

  /// Calls `body` with the elements; the pointer is valid only within.
  public func read<R>(_ body: (UnsafePointer<Float>) throws -> R) rethrows -> R {
    try withExtendedLifetime(storage) { try body(UnsafePointer(storage.pointer)) }
  }

  /// Calls `body` with the elements for writing, after copying them if they are shared or not the tensor's own.
  public mutating func modify<R>(_ body: (UnsafeMutablePointer<Float>) throws -> R) rethrows -> R {
    if !(storage.isWritable && isKnownUniquelyReferenced(&storage)) {
      let copy = Storage.owned(count: shape.count)
      Parallel.copy(storage.pointer, to: copy.pointer, count: shape.count)
      storage = copy
    }
    sums = nil
    return try withExtendedLifetime(storage) { try body(storage.pointer) }
  }

  /// The elements in row-major order.
  public var elements: [Float] {
    read { Array(UnsafeBufferPointer(start: $0, count: shape.count)) }
  }

  /// One element; slow, for small work and tests.
  public subscript(n: Int, y: Int, x: Int, c: Int) -> Float {
    read { $0[((n * shape.h + y) * shape.w + x) * shape.c + c] }
  }
}
