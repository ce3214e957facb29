/// The elements of one floating-point tensor of a checkpoint, where they lie in the file.
///
/// Keeps the file open. When it is freed, the file's pages are removed from this process's memory.
public final class StoredElements: Sendable {
  private let tensor: StoredTensor
  private let file: WeightFile

  init(_ tensor: StoredTensor, count: Int, of file: WeightFile) throws(CheckpointError) {
    try tensor.check(count: count, in: file)
    try tensor.checkIsFloatingPoint(in: file)
    self.tensor = tensor
    self.file = file
  }

  deinit {
    if let run = tensor.run { file.letGo(run) }
  }

  /// The elements themselves, if they are float32, row-major and aligned in memory, and the file is mapped; read-only, and valid as long as this
  /// object lives.
  public var inPlace: UnsafePointer<Float>? {
    guard tensor.info.elementType == .float32, let run = tensor.run else { return nil }
    guard let address = file.address(run.lowerBound),
      UInt(bitPattern: address) % UInt(MemoryLayout<Float>.alignment) == 0
    else { return nil }
    return address.assumingMemoryBound(to: Float.self)
  }

  /// Copies the elements, row-major, widened to float32 exactly, to memory for all of them.
  public func copy(to destination: UnsafeMutablePointer<Float>) {
    if tensor.info.elementType == .float32, let run = tensor.run {
      return file.copy(from: run.lowerBound, to: UnsafeMutableRawBufferPointer(start: destination, count: run.count))
    }
    tensor.widen(file, UnsafeMutableBufferPointer(start: destination, count: tensor.info.count))
  }
}
