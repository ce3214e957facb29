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
    public var isInstalled: Bool { problem == nil && missingFiles.isEmpty }
    /// File names, relative to the folder.
    public private(set) var missingFiles: [String]
    /// What is wrong with `model.json`, in one line.
    public let problem: String?
    /// nil if `model.json` cannot be read.
    public private(set) var descriptor: ModelDescriptor?

    /// Reads the `model.json` of a folder; a broken one becomes the entry's `problem`.
    init(folder: String) {
      self.folder = folder
      do {
        let descriptor = try ModelDescriptor(contentsOf: ModelPath.join(folder, "model.json"))
        name = descriptor.name
        title = descriptor.title
        task = descriptor.task
        licence = descriptor.licence
        missingFiles = descriptor.missingFiles
        problem = nil
        self.descriptor = descriptor
      } catch {
        name = ModelPath.lastComponent(folder)
        title = name
        task = nil
        licence = "unknown"
        missingFiles = []
        problem = (error as? RestoreError)?.message ?? String(describing: error)
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
    fileprivate var rank: Int { isInstalled ? 0 : problem == nil ? 1 : 2 }
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
  /// Throws `RestoreError.usage` for a model of another task, `.modelUnavailable` for a name that is not known or whose
  /// files are missing (what is missing, where to get it, where to put it), `.notFound` and `.badModel` for a path.
  public func model(named name: String, for task: ModelTask, factor: Int? = nil) throws -> ModelDescriptor {
    if name.isEmpty { return try defaultModel(for: task, factor: factor) }
    let model = try model(named: name)
    guard model.task == task else {
      throw RestoreError.usage("model \(model.name) is for \(model.task.rawValue), not for \(task.rawValue)")
    }
    guard model.missingFiles.isEmpty else {
      let howToInstall = model.howToInstall(into: installFolder(of: model))
      throw RestoreError.modelUnavailable("model \(model.name) is not installed; \(howToInstall)")
    }
    return model
  }

  /// The model of that name or path, whatever it is for; its files may be missing. Throws as `model(named:for:)`.
  public func model(named name: String) throws -> ModelDescriptor {
    if name.contains("/") || name.hasSuffix(".json") || name == "." || name == ".." {
      return completed(try ModelDescriptor(contentsOf: name))
    }
    let known = entries
    if let entry = known.first(where: { $0.name == name }) {
      guard let descriptor = entry.descriptor else { throw RestoreError.badModel(entry.problem ?? name) }
      return descriptor
    }
    if ModelPath.isFolder(name) { return completed(try ModelDescriptor(contentsOf: name)) }
    guard !known.isEmpty else {
      throw RestoreError.modelUnavailable("unknown model \"\(name)\"; \(nothingFound)")
    }
    let names = known.map(\.name).joined(separator: ", ")
    throw RestoreError.modelUnavailable("unknown model \"\(name)\"; known: \(names)")
  }

  private var nothingFound: String {
    "put its folder, a model.json and the files that it names, into one of \(roots.joined(separator: ", "))"
  }

  /// The built-in model of a task, or its first installed one.
  private func defaultModel(for task: ModelTask, factor: Int?) throws -> ModelDescriptor {
    let candidates = models(for: task)
    let installed = candidates.filter(\.isInstalled)
    let preferred = task.builtInModels(factor: factor).lazy.compactMap { name in installed.first { $0.name == name } }
    if let descriptor = (preferred.first ?? installed.first)?.descriptor { return descriptor }
    let suggestion = candidates.first { $0.name == task.suggestedModel } ?? candidates.first
    guard let descriptor = suggestion?.descriptor else {
      throw RestoreError.modelUnavailable("no \(task.rawValue) model is installed; \(nothingFound)")
    }
    let howToInstall = descriptor.howToInstall(into: installFolder(of: descriptor))
    throw RestoreError.modelUnavailable("no \(task.rawValue) model is installed; \(howToInstall)")
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
