/// Why a checkpoint cannot be used. Every case names the file.
public enum CheckpointError: Error, Equatable {
  /// There is no file at that path.
  case notFound(file: String)
  /// The file exists but cannot be opened or mapped: a folder, no permission, not a regular file.
  case unreadable(file: String, found: String)
  /// The process may not map so many bytes (a limit such as `ulimit -v`).
  case notEnoughMemory(file: String, needed: Int)
  /// The file has no bytes.
  case empty(file: String)
  /// Another program has written to the file while its weights were in use.
  case changed(file: String)
  /// The file is neither safetensors nor a PyTorch zip; `found` says what it looks like.
  case notACheckpoint(file: String, found: String)
  /// `torch.save` of PyTorch before 1.6: pickles one after another, no zip.
  case legacyFormat(file: String)
  /// The file ends before `part` does.
  case truncated(file: String, part: String, expected: String, found: String)
  /// `part` of the file contradicts its format, or itself.
  case malformed(file: String, part: String, expected: String, found: String)
  /// `part` is valid but outside what this reader does: compression, encryption, big-endian numbers.
  case unsupported(file: String, part: String, expected: String, found: String)
  /// The pickle names something outside the allow list; `found` is its dotted name.
  case refusedCode(file: String, found: String)
  /// The file is sound but holds no tensor where weights are looked for.
  case noTensors(file: String, found: String)
  /// One tensor's record contradicts itself or the data it points to.
  case malformedTensor(file: String, tensor: String, expected: String, found: String)
  /// The tensor's elements are not of a type that can be read this way.
  case wrongElementType(file: String, tensor: String, expected: String, found: String)
  /// The network needs a tensor that the file does not have; an unknown shape is empty.
  case missingTensor(file: String, tensor: String, expectedShape: [Int])
  /// The file has tensors that the network does not use.
  case surplusTensors(file: String, tensors: [String])
  /// The tensor's shape is not the one the network (or the buffer) has.
  case wrongShape(file: String, tensor: String, expected: [Int], found: [Int])

  /// The path of the checkpoint, as it was given.
  public var file: String {
    switch self {
    case .notFound(let file), .unreadable(let file, _), .notEnoughMemory(let file, _), .empty(let file),
      .changed(let file),
      .notACheckpoint(let file, _),
      .legacyFormat(let file), .truncated(let file, _, _, _), .malformed(let file, _, _, _),
      .unsupported(let file, _, _, _), .refusedCode(let file, _), .noTensors(let file, _),
      .malformedTensor(let file, _, _, _), .wrongElementType(let file, _, _, _), .missingTensor(let file, _, _),
      .surplusTensors(let file, _), .wrongShape(let file, _, _, _):
      file
    }
  }
}
