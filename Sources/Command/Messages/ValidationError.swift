import Wording

/// What is wrong with the value of an option, in the user's language: it stands for the argument parser's error of this name,
/// whose text would be English.
struct ValidationError: Error, CustomStringConvertible {
  let message: Message
  init(_ message: Message) { self.message = message }
  var description: String { message.text }
}
