import FoundationEssentials

/// The models that are on this machine: every folder with a `model.json` in one of the search path's folders.
public struct ModelCatalogue: Sendable {
  /// Folders of model folders, most important first; those that do not exist are passed over.
  public let roots: [String]

  /// Looks at nothing yet; the folders are read by `entries` and what is built on it.
  public init(roots: [String]) {
    self.roots = roots
  }

  /// One model of the catalogue.
  public struct Entry: Sendable {
    public let name: String
    public let title: String
    /// nil if `model.json` cannot be read.
    public let task: ModelTask?
    public let licence: String
    /// That of `model.json`; the files may lie elsewhere, see the descriptor's.
    public let folder: String
    /// Whether `model.json` is sound and every file that it names is there.
    public var isInstalled: Bool { error == nil && missingFiles.isEmpty }
    /// File names, relative to the folder.
    public private(set) var missingFiles: [String]
    /// What is wrong with `model.json`.
    public let error: ModelError?
    /// The same in one line.
    public var problem: String? { error?.message.text }
    /// nil if `model.json` cannot be read.
    public private(set) var descriptor: ModelDescriptor?

    /// Reads the `model.json` of a folder; what is wrong with it becomes the entry's `error`.
    init(folder: String) {
      self.folder = folder
      do {
        let descriptor = try ModelDescriptor(contentsOf: ModelPath.join(folder, "model.json"))
        name = descriptor.name
        title = descriptor.title
        task = descriptor.task
        licence = descriptor.licence.name
        missingFiles = descriptor.missingFiles
        error = nil
        self.descriptor = descriptor
      } catch {
        name = ModelPath.lastComponent(folder)
        title = name
        task = nil
        licence = Licence.unknown
        missingFiles = []
        self.error = error as? ModelError ?? .unreadable(file: ModelPath.join(folder, "model.json"))
        descriptor = nil
      }
    }

    /// The entry with the files that another root has.
    fileprivate func completed(by catalogue: ModelCatalogue) -> Entry {
      guard !missingFiles.isEmpty, let descriptor else { return self }
      var entry = self
      entry.descriptor = catalogue.completed(descriptor)
      entry.missingFiles = entry.descriptor?.missingFiles ?? []
      return entry
    }

    /// Which of two entries of the same name is of more use.
    fileprivate var rank: Int { isInstalled ? 0 : error == nil ? 1 : 2 }
  }

  /// All models by name. Of several with one name the first root's wins, but an installed one before one that is not.
  public var entries: [Entry] {
    var best: [String: Entry] = [:]
    for root in roots {
      for folder in ModelPath.visibleEntries(of: root) {
        let path = ModelPath.join(root, folder)
        guard ModelPath.exists(ModelPath.join(path, "model.json")) else { continue }
        let entry = Entry(folder: ModelPath.absolute(path))
        if let known = best[entry.name], known.rank <= entry.rank { continue }
        best[entry.name] = entry
      }
    }
    return best.values.map { $0.completed(by: self) }.sorted { $0.name < $1.name }
  }

  /// The sound entries of a task, installed or not, by name.
  public func models(for task: ModelTask) -> [Entry] {
    entries.filter { $0.task == task }
  }

  /// The model of that name, or at that path of a `model.json` or its folder; "" is the default of the task and, in
  /// super-resolution, of the wanted `factor`, nil = any.
  ///
  /// Throws `ModelError`: `.wrongTask`, `.unknownModel` and `.notInstalled` for a name (with what is missing, where to get
  /// it, where to put it), `.noSuchFile` and what is wrong with the `model.json` for a path.
  public func model(named name: String, for task: ModelTask, factor: Int? = nil) throws -> ModelDescriptor {
    if name.isEmpty { return try defaultModel(for: task, factor: factor) }
    let model = try model(named: name)
    guard model.task == task else {
      throw ModelError.wrongTask(model: model.name, task: model.task, wanted: task)
    }
    guard model.missingFiles.isEmpty else {
      throw ModelError.notInstalled(model: model.name, InstallAdvice(model, folder: installFolder(of: model)))
    }
    return model
  }

  /// The model of that name or path, for any task; its files may be missing. Throws as `model(named:for:)`.
  public func model(named name: String) throws -> ModelDescriptor {
    if name.contains("/") || name.hasSuffix(".json") || name == "." || name == ".." {
      return completed(try ModelDescriptor(contentsOf: name))
    }
    let known = entries
    if let entry = known.first(where: { $0.name == name }) {
      if let error = entry.error { throw error }
      if let descriptor = entry.descriptor { return descriptor }
    }
    if ModelPath.isFolder(name) { return completed(try ModelDescriptor(contentsOf: name)) }
    guard !known.isEmpty else { throw ModelError.emptyCatalogue(wanted: name, roots: roots) }
    throw ModelError.unknownModel(name, known: known.map(\.name))
  }

  /// The built-in model of a task, or its first installed one.
  private func defaultModel(for task: ModelTask, factor: Int?) throws -> ModelDescriptor {
    let candidates = models(for: task)
    let installed = candidates.filter(\.isInstalled)
    let preferred = task.builtInModels(factor: factor).lazy.compactMap { name in installed.first { $0.name == name } }
    if let descriptor = (preferred.first ?? installed.first)?.descriptor { return descriptor }
    let suggestion = candidates.first { $0.name == task.suggestedModel } ?? candidates.first
    guard let descriptor = suggestion?.descriptor else { throw ModelError.noneKnown(task, roots: roots) }
    throw ModelError.noneInstalled(task, InstallAdvice(descriptor, folder: installFolder(of: descriptor)))
  }
}

extension ModelTask {
  /// The best one first.
  fileprivate func builtInModels(factor: Int?) -> [String] {
    switch self {
    case .superResolution: factor == 2 ? ["compact-sr-x2", "compact-sr-x4"] : ["compact-sr-x4"]
    case .inpainting: ["compact-inpaint"]
    case .restoration: ["compact-restore"]
    }
  }

  /// What to install when there is nothing for the task.
  fileprivate var suggestedModel: String {
    switch self {
    case .superResolution: "realsr-x4-v3"
    case .inpainting: "inpaint-imagenet"
    case .restoration: "faceir"
    }
  }
}
