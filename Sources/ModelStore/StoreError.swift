import ModelLibrary

/// What went wrong with getting or keeping a model.
public enum StoreError: Error, Equatable {
  // Import.
  case noSuchFile(String)
  case noSuchFolder(String)
  /// Neither a UNet nor a VQ autoencoder.
  case notANetwork(file: String)
  /// Two files of the same network.
  case secondNetwork(file: String, NetworkKind)
  /// An autoencoder alone, of no known model.
  case unknownAutoencoder(file: String)
  /// A start network alone, of no known model.
  case unknownStart(file: String)
  /// A model that needs a name, as none is known with these tensors.
  case nameNeeded(file: String)
  case notAFolderName(String)
  /// Several models have these tensors.
  case severalModels(file: String, [String])
  case alreadyInstalled(model: String, folder: String)

  // Download.
  case licenceNotAccepted(model: String, licence: String)
  case noAddress(model: String, file: String)
  case diskFull(folder: String, needed: Int, free: Int)
  /// More came than the file can have.
  case tooLong(url: String, model: String)
  /// `problem` is what a `CheckpointError` says.
  case notOfThisModel(String, problem: String)
  case inUse(target: String)
  /// The server or the connection; `problem` is what libcurl says.
  case refused(url: String, problem: String)
  /// The same, after some attempts.
  case interrupted(url: String, problem: String)

  // Keeping.
  case missing(file: String, Remedy)
  case changed(file: String, Remedy)
  case unreadableAfterWriting(file: String)
  case partOfTheSystem(model: String)
  case putThereByHand(model: String, folder: String)

  // Folders and files.
  case noFolder(model: String)
  /// The operating system refused; `reason` in its words.
  case system(Action, path: String, reason: String)
  /// The caller's progress function asked to stop.
  case stopped

  /// What the operating system was asked for.
  public enum Action: Sendable {
    case read, write, remove, makeFolder
  }

  /// How to get a file again.
  public enum Remedy: Sendable, Equatable {
    case download(model: String)
    case importFile
  }

  /// What kind of failure it is, for exit statuses.
  public enum Kind: Sendable {
    /// The caller asked for something that does not fit together.
    case usage
    /// The path of a file or folder does not exist.
    case notFound
    /// A file is not the network that it should be.
    case badModel
    /// The files of an installed model, or what came from the server, are not what they should be.
    case damaged
    /// A folder or file of the store cannot be written.
    case cannotWrite
    /// The network or the server did not give the file.
    case notFetched
    /// The caller asked to stop.
    case stopped
  }

  public var kind: Kind {
    switch self {
    case .noSuchFile, .noSuchFolder: .notFound
    case .notANetwork, .unknownAutoencoder, .unknownStart: .badModel
    case .secondNetwork, .nameNeeded, .notAFolderName, .severalModels, .alreadyInstalled, .licenceNotAccepted,
      .noAddress, .partOfTheSystem, .putThereByHand:
      .usage
    case .diskFull, .inUse, .noFolder, .system: .cannotWrite
    case .tooLong, .notOfThisModel, .missing, .changed, .unreadableAfterWriting: .damaged
    case .refused, .interrupted: .notFetched
    case .stopped: .stopped
    }
  }
}
