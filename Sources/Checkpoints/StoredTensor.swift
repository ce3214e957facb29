/// A tensor whose bytes are known to lie inside the file: the one place where claims of a file become addresses.
struct StoredTensor: Sendable {
  private(set) var info: TensorInfo
  /// Offset in the file, in bytes, of element [0, 0, ...].
  private let fileOffset: Int
  /// Distance in elements between neighbours along each axis, not negative.
  private let strides: [Int]

  /// A tensor with more axes comes from a damaged file: no network has one.
  static let maximumRank = 16

  /// A tensor in `storage`, `offset` elements in; contiguous without `strides`. Throws `malformedTensor`.
  init(
    name: String, shape: [Int], strides: [Int]? = nil, type: ElementType, storage: ByteReader, offset: Int = 0
  ) throws(CheckpointError) {
    func wrong(_ expected: String, _ found: String) -> CheckpointError {
      .malformedTensor(file: storage.file.path, tensor: name, expected: expected, found: found)
    }
    guard shape.count <= Self.maximumRank else { throw wrong("at most \(Self.maximumRank) axes", "\(shape.count)") }
    // Strides of zero repeat elements, so the storage alone does not bound the count.
    guard let count = CheckedSize.product(shape), count <= storage.file.count else {
      throw wrong("a shape that fits into the file", "\(shape)")
    }
    guard let steps = strides ?? CheckedSize.rowMajorStrides(shape),
      let extent = CheckedSize.extent(shape: shape, strides: steps, offset: offset),
      count == 0 || extent <= storage.count / type.size
    else {
      throw wrong(
        "all elements inside its \(storage.count) bytes",
        "shape \(shape), strides \(strides.map { "\($0)" } ?? "row-major"), offset \(offset), \(type.rawValue)")
    }
    info = TensorInfo(name: name, shape: shape, elementType: type, count: count)
    self.strides = steps
    // extent bounds offset unless there are no elements, and then nothing is read.
    fileOffset = count == 0 ? storage.start : storage.start + offset * type.size
  }

  /// The same tensor under another name.
  func renamed(_ name: String) -> StoredTensor {
    var copy = self
    copy.info = TensorInfo(name: name, shape: info.shape, elementType: info.elementType, count: info.count)
    return copy
  }

  /// Throws if the elements are not floating-point of 16 or 32 bits.
  func checkIsFloatingPoint(in file: WeightFile) throws(CheckpointError) {
    switch info.elementType {
    case .float32, .float16, .bfloat16: break
    default: throw wrongType(file, "float32, float16 or bfloat16")
    }
  }

  /// Copies the elements in row-major order, widened to float32. Throws for other than floating-point of 16 or 32 bits.
  func read(from file: WeightFile, into destination: UnsafeMutableBufferPointer<Float>) throws(CheckpointError) {
    try check(count: destination.count, in: file)
    try checkIsFloatingPoint(in: file)
    widen(file, destination)
  }

  /// The same for elements whose type and count have been checked.
  func widen(_ file: WeightFile, _ destination: UnsafeMutableBufferPointer<Float>) {
    switch info.elementType {
    case .float16: copy(file, destination, Widening.halfs, Widening.half)
    case .bfloat16: copy(file, destination, Widening.bfloats, Widening.bfloat)
    default: copy(file, destination, Widening.floats) { $0 as Float }
    }
  }

  /// The bytes from the first to the last element, nil unless these are all there is between: a row-major tensor.
  var run: Range<Int>? {
    let (length, step) = innermostRun()
    guard info.count > 0, length == info.count, length == 1 || step == 1 else { return nil }
    return fileOffset..<fileOffset + info.count * info.elementType.size
  }

  /// Copies int32 elements in row-major order. Throws for any other type.
  func read(from file: WeightFile, into destination: UnsafeMutableBufferPointer<Int32>) throws(CheckpointError) {
    try check(count: destination.count, in: file)
    guard info.elementType == .int32 else { throw wrongType(file, "int32") }
    copy(file, destination, Widening.integers) { $0 as Int32 }
  }

  func check(count: Int, in file: WeightFile) throws(CheckpointError) {
    guard count == info.count else {
      throw .wrongShape(file: file.path, tensor: info.name, expected: [count], found: info.shape)
    }
  }

  private func wrongType(_ file: WeightFile, _ expected: String) -> CheckpointError {
    .wrongElementType(file: file.path, tensor: info.name, expected: expected, found: info.elementType.rawValue)
  }

  /// Runs of neighbours go through `run`, single elements (inner stride not 1) through `convert`.
  @inline(__always)
  private func copy<Stored: BitwiseCopyable, Value>(
    _ file: WeightFile, _ destination: UnsafeMutableBufferPointer<Value>,
    _ run: (UnsafeRawPointer, UnsafeMutablePointer<Value>, Int) -> Void, _ convert: (Stored) -> Value
  ) {
    guard info.count > 0, let target = destination.baseAddress else { return }
    let size = MemoryLayout<Stored>.size
    // Checked when the tensor was made.
    guard let extent = CheckedSize.extent(shape: info.shape, strides: strides, offset: 0) else { return }
    file.withBytes(fileOffset..<fileOffset + extent * size) { bytes in
      guard let source = bytes.baseAddress else { return }
      let (length, step) = innermostRun()
      var written = 0
      forEachRun(length) { start in
        if step == 1 {
          run(source + start * size, target + written, length)
        } else {
          for i in 0..<length {
            target[written + i] = convert((source + (start + i * step) * size).loadUnaligned(as: Stored.self))
          }
        }
        written += length
      }
    }
  }

  /// Length and stride of the longest tail of axes that is one evenly spaced row.
  private func innermostRun() -> (length: Int, step: Int) {
    var length = 1
    var step = 1
    for axis in info.shape.indices.reversed() where info.shape[axis] > 1 {
      if length == 1 {
        step = strides[axis]
      } else if strides[axis] != length * step {
        break
      }
      length *= info.shape[axis]
    }
    return (length, step)
  }

  /// Calls `body` with the element offset of every run of `length` elements, in row-major order.
  private func forEachRun(_ length: Int, _ body: (Int) -> Void) {
    // The axes that the run does not cover, outermost first; axes of one element do not matter.
    var outer: [(size: Int, stride: Int)] = []
    var left = info.count / length
    for axis in info.shape.indices where info.shape[axis] > 1 && left > 1 {
      outer.append((info.shape[axis], strides[axis]))
      left /= info.shape[axis]
    }
    var index = [Int](repeating: 0, count: outer.count)
    var start = 0
    for _ in 0..<(info.count / length) {
      body(start)
      for axis in outer.indices.reversed() {
        index[axis] += 1
        start += outer[axis].stride
        if index[axis] < outer[axis].size { break }
        start -= outer[axis].size * outer[axis].stride
        index[axis] = 0
      }
    }
  }
}
