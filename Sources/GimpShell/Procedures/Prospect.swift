import Wording

/// What a dialog says of the work that its settings stand for, before it begins.
public enum Prospect: Equatable, Sendable {
  /// What will be.
  case possible(Message)
  /// Why nothing will be.
  case impossible(Message)

  public var message: Message {
    switch self {
    case .possible(let message), .impossible(let message): message
    }
  }

  public var isPossible: Bool { if case .possible = self { true } else { false } }
}
