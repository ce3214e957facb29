/// What to get for a model whose files are missing, and where to put it.
public struct InstallAdvice: Sendable, Equatable {
  /// Where missing files belong.
  public enum Place: Sendable, Equatable {
    case folder(String)
    case newFolder(String)
    /// An architecture has no folder.
    case itsFolder
  }

  public let model: String
  /// The missing files: their names, and where they can be had.
  public let files: [ModelFile]
  public let place: Place
  /// Whether `resshift models download` gets them.
  public let canBeDownloaded: Bool

  /// For the files that `folder` lacks.
  init(_ model: ModelDescriptor, folder: String?) {
    self.model = model.name
    let missing = folder.map { model.files.missing(in: $0) } ?? []
    files = model.files.all.filter { missing.contains($0.name) }
    place = folder.map { ModelPath.exists($0) ? .folder($0) : .newFolder($0) } ?? .itsFolder
    canBeDownloaded = model.files.unet.source != nil
  }
}

extension ModelDescriptor {
  /// How to install what is missing in the model's own folder.
  public var installAdvice: InstallAdvice { InstallAdvice(self, folder: folder) }
}
