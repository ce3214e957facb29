/// Why a restoration could not be done, in words for the user: what is wrong, where, and what to do.
public enum RestoreError: Error, Equatable {
  /// The caller asked for something that does not exist or does not fit together (exit status 64).
  case usage(String)
  /// The picture or mask cannot be used (exit status 65).
  case badPicture(String)
  /// A model.json or checkpoint is damaged or does not describe a network that can be built (exit status 65).
  case badModel(String)
  /// No model of that name is known, or its files are missing (exit status 69).
  case modelUnavailable(String)
  /// The path of a model or file does not exist (exit status 66).
  case notFound(String)
  /// The tile asked for, or the smallest one, needs more memory than there is (exit status 71).
  case notEnoughMemory(String)
  /// The caller's progress handler asked to stop (exit status 130).
  case cancelled

  /// One line for the user, without a full stop at the end of a path that could be mistaken for part of it.
  public var message: String {
    switch self {
    case .usage(let text), .badPicture(let text), .badModel(let text), .modelUnavailable(let text), .notFound(let text),
      .notEnoughMemory(let text):
      text
    case .cancelled: "Stopped."
    }
  }
}

extension RestoreError: CustomStringConvertible {
  public var description: String { message }
}
