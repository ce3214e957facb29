import Checkpoints
import FoundationEssentials
import ModelLibrary

extension ModelStore {
  /// How files are imported.
  public struct ImportOptions: Sendable {
    /// Which model they are, or what an unknown one is to be called.
    public var name: String?
    /// Call a model that is not known as its file, where there is no `name`.
    public var ownName = false
    /// For a model that no `model.json` describes.
    public var task: ModelTask?
    public var steps: Int?
    /// Convert the weights to half precision.
    public var half = false
    /// Replace the files of a model that is installed.
    public var force = false

    public init() {}
  }

  /// Copies files of weights, recognised by their tensors, or a folder with a `model.json`, to where models are looked for.
  ///
  /// Returns the model and the folder it is in now. `report` is called often; false stops, and nothing is installed.
  ///
  /// Throws `CheckpointError`, `ModelError` and `StoreError.notANetwork` for files that are no networks,
  /// `StoreError.severalModels` where `options` do not say which of several models is meant, and other `StoreError`s.
  public func importModel(
    _ paths: [String], _ options: ImportOptions, report: (DownloadEvent) -> Bool = { _ in true }
  ) throws -> (model: ModelDescriptor, folder: String) {
    if paths.count == 1, ModelPath.isFolder(paths[0]) || paths[0].hasSuffix(".json") {
      return try importFolder(paths[0], options, report)
    }
    var files: [NetworkKind: Checkpoint] = [:]
    for path in paths {
      guard ModelPath.exists(path) else { throw StoreError.noSuchFile(path) }
      let checkpoint = try Checkpoint(path: path)
      guard let kind = NetworkKind(of: checkpoint) else { throw StoreError.notANetwork(file: path) }
      guard files.updateValue(checkpoint, forKey: kind) == nil else {
        throw StoreError.secondNetwork(file: path, kind)
      }
    }
    if let known = try known(files, options) { return (known, try install(files, as: known, options, report)) }
    guard let unet = files[.unet] else {
      throw files[.autoencoder].map { StoreError.unknownAutoencoder(file: $0.path) }
        ?? StoreError.unknownStart(file: paths[0])
    }
    let fileName = String(Self.stem(ModelPath.lastComponent(unet.path)))
    guard let name = options.name ?? (options.ownName && !fileName.isEmpty ? fileName : nil) else {
      throw StoreError.nameNeeded(file: unet.path)
    }
    try Self.checkFolderName(name)
    let model = try Recognition.model(
      name: name, unet: unet, autoencoder: files[.autoencoder], start: files[.start], task: options.task,
      steps: options.steps)
    return (model, try install(files, as: model, options, report, descriptor: Data(model.json.utf8)))
  }

  private func importFolder(_ path: String, _ options: ImportOptions, _ report: (DownloadEvent) -> Bool) throws -> (
    model: ModelDescriptor, folder: String
  ) {
    var model = try ModelDescriptor(contentsOf: path)
    guard let folder = model.folder else { throw StoreError.noSuchFolder(path) }
    var files: [NetworkKind: Checkpoint] = [:]
    for (file, kind) in model.networkFiles {
      let checkpoint = try Checkpoint(path: ModelFiles.path(of: file, in: folder) ?? ModelPath.join(folder, file))
      try model.check(checkpoint, as: kind)
      files[kind] = checkpoint
    }
    if let name = options.name, name != model.name {
      try Self.checkFolderName(name)
      model.name = name
      try model.checkThatItReads(as: path)
      return (model, try install(files, as: model, options, report, descriptor: Data(model.json.utf8)))
    }
    let descriptor = Files.read(ModelPath.join(folder, "model.json"))
    return (model, try install(files, as: model, options, report, descriptor: descriptor))
  }

  /// Throws `StoreError.notAFolderName`.
  private static func checkFolderName(_ name: String) throws {
    guard !name.isEmpty, !name.hasPrefix("."), !name.contains("/") else { throw StoreError.notAFolderName(name) }
  }

  /// The model of the catalogue that all files belong to; nil if none has such tensors.
  private func known(_ files: [NetworkKind: Checkpoint], _ options: ImportOptions) throws -> ModelDescriptor? {
    let candidates = catalogue.entries.compactMap(\.descriptor).filter { model in
      model.files.unet.source != nil && files.allSatisfy { kind, file in (try? model.check(file, as: kind)) != nil }
    }
    if let name = options.name {
      if let model = candidates.first(where: { $0.name == name }) { return model }
      guard let other = catalogue.entries.first(where: { $0.name == name })?.descriptor, other.files.unet.source != nil
      else {
        return nil
      }
      for (kind, file) in files { try other.check(file, as: kind) }
      return other
    }
    if candidates.count < 2 { return candidates.first }
    // Autoencoders are shared by several models: their file names matter only when there is no UNet.
    let deciding = [NetworkKind.unet, .autoencoder].first { files[$0] != nil } ?? .start
    let hint = files[deciding].map { Self.stem(ModelPath.lastComponent($0.path)) }
    let hinted = candidates.filter { model in
      model.networkFiles.contains { $0.kind == deciding && Self.stem($0.file) == hint }
    }
    if hinted.count == 1 { return hinted[0] }
    let names = (hinted.isEmpty ? candidates : hinted).map(\.name)
    let path = files[deciding]?.path ?? ""
    throw StoreError.severalModels(file: path, names)
  }

  private static func stem(_ name: String) -> Substring { name.prefix { $0 != "." } }

  /// Puts the files into the folder of the model: all of them, or none. Returns that folder.
  private func install(
    _ files: [NetworkKind: Checkpoint], as model: ModelDescriptor, _ options: ImportOptions,
    _ report: (DownloadEvent) -> Bool, descriptor: Data? = nil
  ) throws -> String {
    let folder = try folder(for: model, isNew: descriptor != nil)
    let parts = model.networkFiles.filter { files[$0.kind] != nil }
    let isThere =
      descriptor != nil && ModelPath.exists(ModelPath.join(folder, "model.json"))
      || parts.contains { ModelFiles.path(of: $0.file, in: folder) != nil }
    guard !isThere || options.force else {
      throw StoreError.alreadyInstalled(model: model.name, folder: folder)
    }
    try Files.makeFolder(folder)
    var staged: [(part: String, name: String, file: String, source: String)] = []
    do {
      for (file, kind) in parts {
        guard let checkpoint = files[kind] else { continue }
        let name = options.half ? ModelFiles.converted(file) : file
        let target = ModelPath.join(folder, name)
        func progress(_ done: Int, _ total: Int) throws {
          guard report(.fetching(file: name, done: done, total: total)) else { throw StoreError.stopped }
        }
        let part =
          options.half
          ? try HalfPrecision.stage(checkpoint, for: target, progress: progress)
          : try Files.stage(checkpoint.path, for: target, progress: progress)
        staged.append((part, name, file, checkpoint.path))
      }
    } catch {
      for (part, _, _, _) in staged { Files.remove(part) }
      Files.removeEmptyFolder(folder)
      throw error
    }
    var record = InstallationRecord(folder: folder)
    for (part, name, file, source) in staged {
      try Files.move(part, to: ModelPath.join(folder, name))
      // The other form of the same file would be used instead, or be left behind.
      for other in [file, ModelFiles.converted(file)] where other != name {
        try Files.delete(ModelPath.join(folder, other))
        record.files.removeAll { $0.name == other }
      }
      try record.add(name, in: folder, source: source)
    }
    if let descriptor {
      try Files.write(descriptor, to: ModelPath.join(folder, "model.json"))
      record.ownsDescriptor = true
    }
    try record.write(to: folder)
    return folder
  }
}
