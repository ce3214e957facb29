import Checkpoints
import ModelLibrary

/// Gets the files of models, checks them, keeps account of them and removes them.
public struct ModelStore: Sendable {
  public let catalogue: ModelCatalogue

  public init(_ catalogue: ModelCatalogue) { self.catalogue = catalogue }

  /// Whether the user has agreed to the licence of a model, now or for another model of the same licence.
  public func isLicenceAccepted(_ model: ModelDescriptor) -> Bool {
    catalogue.installFolder(of: model).map { AcceptedLicences(modelFolder: $0).isAccepted(model.licence.name) } ?? false
  }

  /// Notes that the user agrees to the licence of a model. Throws `StoreError`.
  public func acceptLicence(of model: ModelDescriptor) throws {
    try AcceptedLicences(modelFolder: folder(for: model)).accept(model.licence.name)
  }

  /// Where new files of a model go, or a new model with its `model.json`. Throws `StoreError.noFolder`.
  func folder(for model: ModelDescriptor, isNew: Bool = false) throws -> String {
    guard let folder = isNew ? catalogue.newFolder(for: model.name) : catalogue.installFolder(of: model) else {
      throw StoreError.noFolder(model: model.name)
    }
    return folder
  }

  // MARK: Verify

  /// The state of one file of an installed model.
  public struct FileState: Sendable {
    public let path: String
    /// What is wrong with it; nil if nothing is.
    public let error: (any Error)?
    /// The same and what to do, in one line.
    public var problem: String? { error.map { "\($0)" } }
    /// Whether there was a checksum to compare with.
    public let hadChecksum: Bool
  }

  /// Compares the files of an installed model with their checksums and with the model's tensors.
  public func verify(_ model: ModelDescriptor) -> [FileState] {
    guard let folder = model.folder else { return [] }
    let record = InstallationRecord(folder: folder)
    return model.networkFiles.map { file, kind in
      let path = ModelFiles.path(of: file, in: folder) ?? ModelPath.join(folder, file)
      let known = record.file(ModelPath.lastComponent(path))
      let isFromServer = known.map { $0.source.contains("://") } ?? false
      let remedy: StoreError.Remedy = isFromServer ? .download(model: model.name) : .importFile
      func state(_ error: (any Error)?) -> FileState {
        FileState(path: path, error: error, hadChecksum: known != nil)
      }
      if let known {
        guard let bytes = ModelPath.sizeOfFile(path) else { return state(StoreError.missing(file: path, remedy)) }
        guard bytes == known.bytes, Files.digest(path) == known.sha256 else {
          return state(StoreError.changed(file: path, remedy))
        }
      }
      do {
        try model.check(Checkpoint(path: path), as: kind)
        return state(nil)
      } catch {
        return state(error)
      }
    }
  }

  // MARK: Remove

  /// Whether `remove` would: not for a model that is built in, and not for one that the user put there by hand.
  public func canRemove(_ model: ModelDescriptor) -> Bool { (try? removable(model)) != nil }

  /// The folder of a model that may be removed, and what is known of its files.
  private func removable(_ model: ModelDescriptor) throws -> (folder: String, record: InstallationRecord) {
    guard let folder = model.folder, catalogue.isTheUsers(folder) else {
      throw StoreError.partOfTheSystem(model: model.name)
    }
    let record = InstallationRecord(folder: folder)
    guard !record.files.isEmpty || model.files.unet.source != nil else {
      throw StoreError.putThereByHand(model: model.name, folder: folder)
    }
    return (folder, record)
  }

  /// Removes the weights of a model, and its `model.json` if that came with them; other files stay. Returns the bytes freed.
  ///
  /// Throws `StoreError`: `.partOfTheSystem` and `.putThereByHand` for a model that is not the store's.
  public func remove(_ model: ModelDescriptor) throws -> Int {
    let (folder, record) = try removable(model)
    let names = record.files.isEmpty ? model.files.names : record.files.map(\.name)
    var freed = 0
    for name in names {
      guard let path = ModelFiles.path(of: name, in: folder) else { continue }
      // A file with another hard link still takes its room.
      if Files.links(path) == 1 { freed += ModelPath.sizeOfFile(path) ?? 0 }
      try Files.delete(path)
    }
    if record.ownsDescriptor { try Files.delete(ModelPath.join(folder, "model.json")) }
    try InstallationRecord.remove(from: folder)
    Files.removeEmptyFolder(folder)
    return freed
  }
}

extension ModelStore {
  /// Whether `discard` would: for a model of the user's own folders whose `model.json` cannot be read.
  public func canDiscard(_ entry: ModelCatalogue.Entry) -> Bool {
    entry.descriptor == nil && catalogue.isTheUsers(entry.folder)
  }

  /// Removes the `model.json` that cannot be read, and the files that came by download or import; others stay.
  ///
  /// Throws `StoreError`: `.partOfTheSystem` for a model that is not the user's.
  public func discard(_ entry: ModelCatalogue.Entry) throws {
    guard canDiscard(entry) else { throw StoreError.partOfTheSystem(model: entry.name) }
    for file in InstallationRecord(folder: entry.folder).files {
      if let path = ModelFiles.path(of: file.name, in: entry.folder) { try Files.delete(path) }
    }
    try Files.delete(ModelPath.join(entry.folder, "model.json"))
    try InstallationRecord.remove(from: entry.folder)
    Files.removeEmptyFolder(entry.folder)
  }
}

extension ModelCatalogue.Entry {
  /// Bytes of its files; nil unless all are there.
  public var installedSize: Int? {
    guard isInstalled, let descriptor, let folder = descriptor.folder else { return nil }
    let paths = descriptor.files.names.compactMap { ModelFiles.path(of: $0, in: folder) }
    return paths.reduce(0) { $0 + (ModelPath.sizeOfFile($1) ?? 0) }
  }
}

extension ModelDescriptor {
  /// Its files and which network each holds.
  var networkFiles: [(file: String, kind: NetworkKind)] {
    [(files.unet.name, .unet)] + (files.autoencoder.map { [($0.name, .autoencoder)] } ?? [])
      + (files.start.map { [($0.name, .start)] } ?? [])
  }

  /// Where a file can be had; nil if `model.json` does not say.
  func source(of kind: NetworkKind) -> String? {
    switch kind {
    case .unet: files.unet.source
    case .autoencoder: files.autoencoder?.source
    case .start: files.start?.source
    }
  }

  /// Trainable numbers of one of its networks.
  func parameterCount(of kind: NetworkKind) -> Int {
    switch kind {
    case .unet: unet.parameterCount
    case .autoencoder: autoencoder.parameterCount
    case .start: architecture.startParameterCount
    }
  }
}
