import FoundationEssentials
import ModelLibrary

/// `files.json` beside a model's files: what the store has put there, to be compared with later.
struct InstallationRecord: Codable, Equatable {
  struct File: Codable, Equatable {
    var name: String
    var bytes: Int
    var sha256: String
    /// The address or the path that it came from.
    var source: String
  }

  var files: [File] = []
  /// Whether `model.json` came with the files, and goes with them.
  var ownsDescriptor = false

  private static let name = "files.json"

  /// That of a folder, empty if there is none or it cannot be read.
  init(folder: String) {
    guard let data = Files.read(ModelPath.join(folder, Self.name)),
      let record = try? JSONDecoder().decode(Self.self, from: data)
    else { return }
    self = record
  }

  func file(_ name: String) -> File? { files.first { $0.name == name } }

  /// Notes a file that has just been put into `folder`. Throws `StoreError`.
  mutating func add(_ name: String, in folder: String, source: String) throws {
    let path = ModelPath.join(folder, name)
    guard let bytes = ModelPath.sizeOfFile(path), let sha256 = Files.digest(path) else {
      throw StoreError.unreadableAfterWriting(file: path)
    }
    files.removeAll { $0.name == name }
    files.append(File(name: name, bytes: bytes, sha256: sha256, source: source))
  }

  /// Throws `StoreError.system`.
  func write(to folder: String) throws {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    guard let data = try? encoder.encode(self) else { return }
    try Files.write(data, to: ModelPath.join(folder, Self.name))
  }

  static func remove(from folder: String) throws { try Files.delete(ModelPath.join(folder, name)) }
}
