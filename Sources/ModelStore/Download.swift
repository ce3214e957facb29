import Checkpoints
import ModelLibrary

extension ModelStore {
  /// What a download does, for display.
  public enum DownloadEvent: Sendable {
    /// Bytes of a file so far, and of the whole; 0 while that is unknown.
    case fetching(file: String, done: Int, total: Int)
    /// Taken from another model that has the same file.
    case shared(file: String, with: String)
    /// Checked and in its place.
    case installed(file: String, bytes: Int)
  }

  /// Fetches the files of a model that are missing, or all with `force`, checks them and puts them in their place.
  ///
  /// `base` stands for everything before the name of a file. `report` is called often; false stops, and the same download
  /// goes on from there later. Throws `StoreError.noAddress` for a model without addresses, `StoreError.licenceNotAccepted`
  /// before anything else happens, `CheckpointError` for files that are not this model's (they do not stay),
  /// `StoreError` for network and disk.
  public func download(
    _ model: ModelDescriptor, base: String? = nil, force: Bool = false, report: (DownloadEvent) -> Bool
  ) throws {
    guard isLicenceAccepted(model) else {
      throw StoreError.licenceNotAccepted(model: model.name, licence: model.licence.name)
    }
    let folder = try folder(for: model)
    try Files.makeFolder(folder)
    var record = InstallationRecord(folder: folder)
    for (file, kind) in model.networkFiles where force || ModelFiles.path(of: file, in: folder) == nil {
      guard let source = model.source(of: kind) else {
        throw StoreError.noAddress(model: model.name, file: file)
      }
      let target = ModelPath.join(folder, file)
      let url = base.map { Self.join($0, ModelPath.lastComponent(source)) } ?? source
      if !force, let copy = validCopy(of: file, kind, model) {
        try Files.share(copy.path, as: target)
        guard report(.shared(file: file, with: copy.model)) else { throw StoreError.stopped }
      } else {
        try fetch(model, kind, from: url, to: target, report)
      }
      try record.add(file, in: folder, source: url)
      try record.write(to: folder)
      guard report(.installed(file: file, bytes: ModelPath.sizeOfFile(target) ?? 0)) else { throw StoreError.stopped }
    }
  }

  private func fetch(
    _ model: ModelDescriptor, _ kind: NetworkKind, from url: String, to target: String,
    _ report: (DownloadEvent) -> Bool
  ) throws {
    let transfer = Transfer(url: url, target: target)
    let folder = ModelPath.folder(ofFile: target)
    var refusal: StoreError?
    // Enough for any element type and for names: an endless answer must not fill the disk.
    let most = 8 * model.parameterCount(of: kind) + 1 << 26
    try withoutActuallyEscaping(report) { report in
      do {
        try transfer.fetch { done, total in
          if let free = Files.free(in: folder), total - done > free {
            refusal = .diskFull(folder: folder, needed: total - done, free: free)
            return false
          }
          if max(done, total) > most {
            refusal = .tooLong(url: url, model: model.name)
            return false
          }
          return report(.fetching(file: ModelPath.lastComponent(target), done: done, total: total))
        } check: {
          do { try model.check(Checkpoint(path: transfer.part), as: kind) } catch {
            // Its text names the part file, which is removed.
            throw StoreError.notOfThisModel(model.name, problem: "\(error)".replacing(transfer.part, with: url))
          }
        }
      } catch StoreError.stopped {
        if case .tooLong = refusal { transfer.discard() }
        throw refusal ?? .stopped
      }
    }
    let converted = ModelPath.join(folder, ModelFiles.converted(ModelPath.lastComponent(target)))
    if converted != target { try Files.delete(converted) }
  }

  /// The same file in the folder of another model, if it is valid.
  private func validCopy(of file: String, _ kind: NetworkKind, _ model: ModelDescriptor) -> (
    path: String, model: String
  )? {
    for entry in catalogue.entries where entry.name != model.name {
      guard let other = entry.descriptor, let folder = other.folder,
        other.networkFiles.contains(where: { $0.file == file })
      else {
        continue
      }
      let path = ModelPath.join(folder, file)
      if ModelPath.exists(path), (try? model.check(Checkpoint(path: path), as: kind)) != nil {
        return (path, entry.name)
      }
    }
    return nil
  }

  private static func join(_ base: String, _ name: String) -> String {
    base.hasSuffix("/") ? base + name : base + "/" + name
  }
}
