import FoundationEssentials
import ModelLibrary

/// The licences that the user has agreed to, in a file of the user's own model folder: each is asked about once.
struct AcceptedLicences {
  private let file: String

  init(modelFolder: String) {
    file = ModelPath.join(ModelPath.folder(ofFile: modelFolder), "accepted-licences.json")
  }

  private var accepted: [String] {
    Files.read(file).flatMap { try? JSONDecoder().decode([String].self, from: $0) } ?? []
  }

  func isAccepted(_ licence: String) -> Bool { accepted.contains(licence) }

  /// Throws `StoreError.system`.
  func accept(_ licence: String) throws {
    guard !isAccepted(licence) else { return }
    try Files.makeFolder(ModelPath.folder(ofFile: file))
    try Files.write(JSONEncoder().encode(accepted + [licence]), to: file)
  }
}
