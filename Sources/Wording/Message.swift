/// A sentence for users: a template in English and what goes into its places.
///
/// Written as an interpolated string; translations replace the template as a whole, never a part of it:
///
///     let message: Message = "\(path): there are \(count) layers in this file"
///     // template "%1$s: there are %2$s layers in this file", values [path, count]
///
/// The templates are gettext's `msgid`s, with places by number so that a translation may change their order. A literal per
/// cent sign stands twice in a template.
public struct Message: Sendable, Hashable, ExpressibleByStringInterpolation {
  /// What goes into a place: text that no translation touches (names, paths, numbers), or a sentence of its own.
  public enum Value: Sendable, Hashable {
    case text(String)
    case message(Message)
  }

  /// The English text, its places written `%1$s`, `%2$s`, ...
  public let template: String
  /// Of a sentence about a number of things: the template for more than one, and the number.
  public let plural: Plural?
  /// What goes into the places, in their order.
  public let values: [Value]

  /// A sentence's other form.
  public struct Plural: Sendable, Hashable {
    public let template: String
    public let count: Int
  }

  /// A sentence without places, such as a word of the user's own; per cent signs are no places.
  public init(stringLiteral text: String) {
    self.init(template: text.replacingPercent, plural: nil, values: [])
  }

  public init(stringInterpolation parts: Interpolation) {
    self.init(template: parts.template, plural: nil, values: parts.values)
  }

  /// Text that is shown as it is in every language, such as the words of the operating system.
  public init(verbatim text: String) { self.init(template: "%1$s", plural: nil, values: [.text(text)]) }

  private init(template: String, plural: Plural?, values: [Value]) {
    self.template = template
    self.plural = plural
    self.values = values
  }

  /// One of two sentences about `count` things. What goes into the places of the one goes into places of the other, too, which
  /// may have more: "a picture" and "3 pictures".
  public static func counted(_ count: Int, one: Message, other: Message) -> Message {
    Message(
      template: one.template(withPlacesOf: other), plural: Plural(template: other.template, count: count),
      values: other.values)
  }

  /// The template with each place numbered as the same value is in another sentence.
  private func template(withPlacesOf other: Message) -> String {
    var left = Array(other.values.enumerated())
    let numbers = values.map { value -> Int in
      guard let index = left.firstIndex(where: { $0.element == value }) else {
        preconditionFailure("both sentences say the same")
      }
      return left.remove(at: index).offset + 1
    }
    return filled(template) {
      "%\(numbers[$0])$s"
    } perCent: {
      "%%"
    }
  }

  public struct Interpolation: StringInterpolationProtocol {
    fileprivate var template = ""
    fileprivate var values: [Value] = []

    public init(literalCapacity: Int, interpolationCount: Int) {}

    public mutating func appendLiteral(_ literal: String) { template += literal.replacingPercent }

    public mutating func appendInterpolation(_ text: some CustomStringConvertible) {
      append(.text(text.description))
    }

    public mutating func appendInterpolation(_ message: Message) { append(.message(message)) }

    private mutating func append(_ value: Value) {
      values.append(value)
      template += "%\(values.count)$s"
    }
  }
}

extension Message {
  /// How a language says a sentence: the template, its form for more than one and the number, if there are two.
  public typealias Translation = @Sendable (_ template: String, _ plural: Plural?) -> String

  /// As they are written in the program.
  public static let english: Translation = { template, plural in
    plural.map { $0.count == 1 ? template : $0.template } ?? template
  }

  /// The sentence in a language, its places filled.
  public func text(in language: Translation) -> String {
    filled(language(template, plural)) { place in
      switch values[place] {
      case .text(let value): value
      case .message(let message): message.text(in: language)
      }
    } perCent: {
      "%"
    }
  }

  /// A template with something in its places, which are counted from 0.
  private func filled(_ template: String, _ value: (_ place: Int) -> String, perCent: () -> String) -> String {
    var text = ""
    var rest = template[...]
    while let percent = rest.firstIndex(of: "%") {
      text += rest[..<percent]
      rest = rest[percent...].dropFirst()
      if rest.first == "%" {
        text += perCent()
        rest = rest.dropFirst()
        continue
      }
      let digits = rest.prefix { $0.isASCII && $0.isNumber }
      let end = rest.dropFirst(digits.count)
      guard end.starts(with: "$s"), let number = Int(digits), values.indices.contains(number - 1) else {
        // No place: a translator's mistake is shown rather than hidden.
        text += "%"
        continue
      }
      text += value(number - 1)
      rest = end.dropFirst(2)
    }
    return text + rest
  }

  /// The sentence in the language of the process (`Language`): English, if none was chosen.
  public var text: String { text(in: Language.current) }
}

extension Message: CustomStringConvertible {
  public var description: String { text }
}

extension String {
  fileprivate var replacingPercent: String {
    split(separator: "%", omittingEmptySubsequences: false).joined(separator: "%%")
  }
}
