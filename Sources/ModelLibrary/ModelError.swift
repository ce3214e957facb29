import Wording

/// What is wrong with a model, its `model.json`, or the wish for one.
public enum ModelError: Error, Equatable {
  // A model.json as a file.
  case noSuchFile(file: String)
  case tooLong(file: String, bytes: Int)
  case unreadable(file: String)
  case notJSON(file: String)
  case notAnObject(file: String, found: JSONValue)
  /// `key` with those of the objects around it, separated by points.
  case badField(file: String, key: String, FieldProblem)

  // Architectures and their recognition.
  case unknownArchitecture(String, known: [String])
  case notAUNet(file: String)
  case notAnAutoencoder(file: String)
  case notAStart(file: String)
  case autoencoderNeeded(file: String, channels: Int)

  // The catalogue.
  case unknownModel(String, known: [String])
  /// There is no model at all; `roots` are the folders that were looked at.
  case emptyCatalogue(wanted: String, roots: [String])
  case wrongTask(model: String, task: ModelTask, wanted: ModelTask)
  case notInstalled(model: String, InstallAdvice)
  /// As `notInstalled`, when it is to be loaded.
  case incomplete(model: String, InstallAdvice)
  case nothingToRemove(model: String)
  case noneInstalled(ModelTask, InstallAdvice)
  case noneKnown(ModelTask, roots: [String])

  /// What kind of failure it is, for exit statuses.
  public enum Kind: Sendable {
    /// The caller asked for something that does not exist or does not fit together.
    case usage
    /// A model.json or checkpoint is damaged or does not describe a network that can be built.
    case badModel
    /// No model of that name is known, or its files are missing.
    case modelUnavailable
    /// The path of a model does not exist.
    case notFound
  }

  public var kind: Kind {
    switch self {
    case .noSuchFile: .notFound
    case .tooLong, .unreadable, .notJSON, .notAnObject, .badField, .notAUNet, .notAnAutoencoder, .notAStart,
      .autoencoderNeeded:
      .badModel
    case .unknownArchitecture, .wrongTask: .usage
    case .unknownModel, .emptyCatalogue, .notInstalled, .incomplete, .nothingToRemove, .noneInstalled, .noneKnown:
      .modelUnavailable
    }
  }
}
