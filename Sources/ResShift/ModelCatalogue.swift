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
    public let folder: String
    /// Whether `model.json` is sound and every file that it names is there.
    public var isInstalled: Bool { problem == nil && missingFiles.isEmpty }
    /// File names, relative to the folder.
    public let missingFiles: [String]
    /// What is wrong with `model.json`, in one line.
    public let problem: String?
    /// nil if `model.json` cannot be read.
    public let descriptor: ModelDescriptor?

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
    return best.values.sorted { $0.name < $1.name }
  }

  /// The sound entries of a task, installed or not, by name.
  public func models(for task: ModelTask) -> [Entry] {
    entries.filter { $0.task == task }
  }

  /// The model of that name, or at that path of a `model.json` or its folder; "" is the default of the task.
  ///
  /// Throws `RestoreError.usage` for a model of another task, `.modelUnavailable` for a name that is not known or whose
  /// files are missing (what is missing, where to get it, where to put it), `.notFound` and `.badModel` for a path.
  public func model(named name: String, for task: ModelTask) throws -> ModelDescriptor {
    if name.isEmpty { return try defaultModel(for: task) }
    return try model(named: name).checked(for: task)
  }

  /// The model of that name or path, whatever it is for; its files may be missing. Throws as `model(named:for:)`.
  public func model(named name: String) throws -> ModelDescriptor {
    if name.contains("/") || name.hasSuffix(".json") || name == "." || name == ".." {
      return try ModelDescriptor(contentsOf: name)
    }
    let known = entries
    if let entry = known.first(where: { $0.name == name }) {
      guard let descriptor = entry.descriptor else { throw RestoreError.badModel(entry.problem ?? name) }
      return descriptor
    }
    if ModelPath.exists(ModelPath.join(name, "model.json")) { return try ModelDescriptor(contentsOf: name) }
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
  private func defaultModel(for task: ModelTask) throws -> ModelDescriptor {
    let candidates = models(for: task)
    let preferred = candidates.first { $0.isInstalled && $0.name == task.builtInModel }
    if let descriptor = (preferred ?? candidates.first(where: \.isInstalled))?.descriptor { return descriptor }
    let suggestion = candidates.first { $0.name == task.suggestedModel } ?? candidates.first
    guard let descriptor = suggestion?.descriptor else {
      throw RestoreError.modelUnavailable("no \(task.rawValue) model is installed; \(nothingFound)")
    }
    throw RestoreError.modelUnavailable("no \(task.rawValue) model is installed; \(descriptor.howToInstall)")
  }
}

extension ModelTask {
  fileprivate var builtInModel: String? {
    switch self {
    case .superResolution: "compact-sr-x4"
    case .inpainting: "compact-inpaint"
    case .restoration: nil
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

extension ModelDescriptor {
  /// The files that are not in the folder.
  public var missingFiles: [String] {
    guard let folder else { return [] }
    return [unetFile, autoencoderFile].compactMap { $0 }.filter { !ModelPath.exists(ModelPath.join(folder, $0)) }
  }

  /// What to download and where to put it, as the second half of a sentence.
  public var howToInstall: String {
    let sources = [(unetFile, unetSource), (autoencoderFile, autoencoderSource)]
    let files = sources.compactMap { file, source -> String? in
      guard let file, missingFiles.contains(file) else { return nil }
      return source.map { "\(file) from \($0)" } ?? file
    }
    return "to install \(name), put \(files.joined(separator: " and ")) into \(folder ?? "its folder")"
  }

  /// The same model, if it is for that task and complete. Throws `RestoreError.usage` and `.modelUnavailable`.
  fileprivate func checked(for task: ModelTask) throws -> ModelDescriptor {
    guard self.task == task else {
      throw RestoreError.usage("model \(name) is for \(self.task.rawValue), not for \(task.rawValue)")
    }
    guard missingFiles.isEmpty else {
      throw RestoreError.modelUnavailable("model \(name) is not installed; \(howToInstall)")
    }
    return self
  }
}
