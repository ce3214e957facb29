/// The zip that torch.save writes since PyTorch 1.6: `NAME/data.pkl` and one member `NAME/data/KEY` per storage.
enum TorchCheckpoint {
  /// Legacy files begin with a pickle of the number 0x1950a86a20f9469cfc6c.
  private static let legacyMagic: [UInt8] = [0x8A, 10, 0x6C, 0xFC, 0x9C, 0x46, 0xF9, 0x20, 0x6A, 0xA8, 0x50, 0x19]

  /// The tensors of the state dict in `file`, a zip. Throws if there is none or one of its tensors is not all there.
  static func tensors(of file: WeightFile) throws(CheckpointError) -> [StoredTensor] {
    let archive = try ZipArchive(file)
    let root = try root(of: archive, file)
    guard archive.members[root + "constants.pkl"] == nil else {
      throw .notACheckpoint(file: file.path, found: "a TorchScript program")
    }
    try checkByteOrder(archive.members[root + "byteorder"])
    guard let pickle = archive.members[root + "data.pkl"] else {
      throw .notACheckpoint(file: file.path, found: "a zip archive without data.pkl")
    }
    var machine = try PickleMachine(pickle)
    let value = try machine.run()
    return try stateDict(value, machine, file).map { (name, tensor) throws(CheckpointError) in
      try stored(name, tensor, archive, root, file)
    }
  }

  /// The error for a file that begins like a pickle: refused, legacy, or something else that was pickled.
  static func diagnose(pickle file: WeightFile) -> CheckpointError {
    // A legacy file is four pickles and then data; look through them for names that must not be there.
    var whole = ByteReader(file, part: "the pickle")
    for _ in 0..<4 where whole.next == 0x80 {
      do throws(CheckpointError) {
        var machine = try PickleMachine(whole)
        _ = try machine.run()
        try whole.skip(whole.remaining - machine.rest)
      } catch .refusedCode(let file, let found) {
        return .refusedCode(file: file, found: found)
      } catch {
        break
      }
    }
    // Protocols 2 and 3 put two bytes before the number, later ones a frame.
    let start = ByteReader(file, part: "the pickle")
    if start.has(legacyMagic, at: 2) || start.has(legacyMagic, at: 11) { return .legacyFormat(file: file.path) }
    return .notACheckpoint(file: file.path, found: "a plain Python pickle")
  }

  /// The folder inside the archive, with its slash: that of the only `data.pkl` on the first level.
  private static func root(of archive: ZipArchive, _ file: WeightFile) throws(CheckpointError) -> String {
    let candidates = archive.members.keys.filter { $0.hasSuffix("/data.pkl") && $0.utf8.count { $0 == 0x2F } == 1 }
    guard candidates.count == 1, let member = candidates.first else {
      throw .notACheckpoint(
        file: file.path,
        found: candidates.isEmpty ? "a zip archive without data.pkl" : "several data.pkl in a zip archive")
    }
    return String(member.dropLast("data.pkl".count))
  }

  private static func checkByteOrder(_ member: ByteReader?) throws(CheckpointError) {
    guard var order = member else { return }
    let text = try order.string(min(order.count, 16))
    guard text == "little" else {
      throw .unsupported(file: order.file.path, part: "the archive", expected: "little-endian", found: "\(text)-endian")
    }
  }

  /// Names and tensors of the top dictionary, or of the one under `state_dict` in it. Other values are passed over.
  private static func stateDict(
    _ value: PickleValue, _ machine: PickleMachine, _ file: WeightFile
  ) throws(CheckpointError) -> [(String, PickleTensor)] {
    guard case .dictionary(let top) = value else {
      throw .noTensors(file: file.path, found: "no dictionary")
    }
    var index = top
    for case (.text("state_dict"), .dictionary(let inner)) in machine.dictionaries[top] { index = inner }
    var tensors: [(String, PickleTensor)] = []
    for case (.text(let name), .tensor(let tensor)) in machine.dictionaries[index] {
      tensors.append((name, machine.tensors[tensor]))
    }
    guard !tensors.isEmpty else {
      var keys: [String] = []
      for case (.text(let key), _) in machine.dictionaries[index].prefix(5) { keys.append(key) }
      throw .noTensors(file: file.path, found: keys.isEmpty ? "nothing" : keys.joined(separator: ", "))
    }
    return tensors
  }

  private static func stored(
    _ name: String, _ tensor: PickleTensor, _ archive: ZipArchive, _ root: String, _ file: WeightFile
  ) throws(CheckpointError) -> StoredTensor {
    let storage = tensor.storage
    guard let bytes = archive.members[root + "data/" + storage.key] else {
      throw .malformedTensor(
        file: file.path, tensor: name, expected: "a member \(root)data/\(storage.key)", found: "none")
    }
    guard let size = CheckedSize.product([storage.count, storage.type.size]), size == bytes.count else {
      throw .malformedTensor(
        file: file.path, tensor: name,
        expected: "\(storage.count) \(storage.type.rawValue) in \(root)data/\(storage.key)",
        found: "\(bytes.count) bytes")
    }
    return try StoredTensor(
      name: name, shape: tensor.shape, strides: tensor.strides, type: storage.type, storage: bytes,
      offset: tensor.offset)
  }
}
