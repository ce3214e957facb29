/// An error that users may see: data where it is thrown, a sentence where it is shown.
///
/// Each module with errors has one enum of them, whose cases carry what was found, and one file that makes the sentences:
/// what is wrong, where, and what to do.
public protocol Explained: Error, CustomStringConvertible {
  /// One line, without a full stop at the end of a path that could be mistaken for part of it.
  var message: Message { get }
}

extension Explained {
  public var description: String { message.text }
}
