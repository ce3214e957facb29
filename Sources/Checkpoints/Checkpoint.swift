import Synchronization

/// A file of weights: safetensors, or the zip of PyTorch's torch.save. It stays open as long as this object lives.
public final class Checkpoint: Sendable {
  /// Whether files are mapped into memory; if not, they are read piece by piece. For files that are opened from here on.
  ///
  /// Mapped ones take no memory twice and share their pages with other processes, but one that another program cuts short ends the process
  /// with SIGBUS. That is for programs that can catch it.
  public static var areMapped: Bool {
    get { mapsFiles.load(ordering: .relaxed) }
    set { mapsFiles.store(newValue, ordering: .relaxed) }
  }
  private static let mapsFiles = Atomic(true)

  /// All tensors, sorted by name, without the prefixes that wrappers of PyTorch add.
  public let tensors: [TensorInfo]
  /// The tensors without the masks and index tables that are stored beside the weights, but are not learnt.
  public var weights: [TensorInfo] {
    tensors.filter { tensor in
      !["attn_mask", "relative_position_index"].contains { tensor.name == $0 || tensor.name.hasSuffix("." + $0) }
    }
  }
  private let file: WeightFile
  private let stored: [String: StoredTensor]

  /// Opens the file at `path`, whose bytes decide about the container. Throws `CheckpointError`.
  public convenience init(path: String) throws(CheckpointError) { try self.init(path: path, isMapped: Self.areMapped) }

  convenience init(path: String, isMapped: Bool) throws(CheckpointError) {
    try self.init(WeightFile(path: path, isMapped: isMapped))
  }

  private init(_ file: WeightFile) throws(CheckpointError) {
    let found =
      switch try Container(of: file) {
      case .safetensors: try Safetensors.tensors(of: file)
      case .torchZip: try TorchCheckpoint.tensors(of: file)
      }
    guard !found.isEmpty else { throw .noTensors(file: file.path, found: "none") }
    var stored: [String: StoredTensor] = [:]
    stored.reserveCapacity(found.count)
    for tensor in found {
      let bare = tensor.renamed(Self.withoutPrefixes(tensor.info.name))
      guard stored.updateValue(bare, forKey: bare.info.name) == nil else {
        throw .malformed(
          file: file.path, part: "the tensors' names", expected: "every name once", found: "\(bare.info.name) twice")
      }
    }
    self.file = file
    self.stored = stored
    tensors = stored.values.map(\.info).sorted { $0.name < $1.name }
  }

  /// The path it was opened with.
  public var path: String { file.path }

  /// What is known of a tensor, nil if there is none of that name.
  public func info(_ name: String) -> TensorInfo? { stored[name]?.info }

  /// The elements of a tensor, to be used in place or copied later. Throws if it is missing, of another count, or not
  /// float32, float16 or bfloat16; using them cannot fail.
  public func elements(_ name: String, count: Int) throws(CheckpointError) -> StoredElements {
    try StoredElements(tensor(name, count), count: count, of: file)
  }

  /// Throws `changed` if the file has been written to since it was opened.
  public func checkUnchanged() throws(CheckpointError) {
    guard file.isUnchanged else { throw .changed(file: path) }
  }

  /// Copies a tensor, row-major, widened to float32 exactly. Throws if it is missing, of another count, or not
  /// float32, float16 or bfloat16.
  public func read(_ name: String, into destination: UnsafeMutableBufferPointer<Float>) throws(CheckpointError) {
    try tensor(name, destination.count).read(from: file, into: destination)
  }

  /// Copies an int32 tensor, row-major. Throws if it is missing, of another count or another type.
  public func read(_ name: String, into destination: UnsafeMutableBufferPointer<Int32>) throws(CheckpointError) {
    try tensor(name, destination.count).read(from: file, into: destination)
  }

  private func tensor(_ name: String, _ count: Int) throws(CheckpointError) -> StoredTensor {
    guard let tensor = stored[name] else {
      throw .missingTensor(file: path, tensor: name, expectedShape: [count])
    }
    return tensor
  }

  /// DataParallel prefixes every key with `module.`, torch.compile with `_orig_mod.`; they may be nested.
  private static func withoutPrefixes(_ name: String) -> String {
    var bare = name[...]
    while let prefix = ["module.", "_orig_mod."].first(where: { bare.hasPrefix($0) && bare != $0 }) {
      bare = bare.dropFirst(prefix.count)
    }
    return String(bare)
  }
}
