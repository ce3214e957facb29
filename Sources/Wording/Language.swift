import Synchronization

/// The language that a process speaks with its user.
public enum Language {
  /// A function in a mutex would be wrapped once more by each look at it.
  private struct Choice {
    var translation = Message.english
  }
  private static let choice = Mutex(Choice())

  /// What `Message.text` uses: English, until a program that has translations chooses another, which it does once and before
  /// it says anything.
  public static var current: Message.Translation {
    get { choice.withLock { $0.translation } }
    set { choice.withLock { $0.translation = newValue } }
  }
}
