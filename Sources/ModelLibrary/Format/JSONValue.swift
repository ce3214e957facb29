import FoundationEssentials

/// A JSON value as it stands in a file; numbers stay apart from booleans.
public indirect enum JSONValue: Sendable, Equatable {
  case null
  case bool(Bool)
  case number(Double)
  case string(String)
  case array([JSONValue])
  /// Read: in the order of the names; to be written: in the order of the file.
  case object([Member])

  public struct Member: Sendable, Equatable {
    public let name: String
    public let value: JSONValue
  }
}

extension JSONValue: Decodable {
  public init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    if container.decodeNil() {
      self = .null
    } else if let value = try? container.decode(Bool.self) {
      self = .bool(value)
    } else if let value = try? container.decode(String.self) {
      self = .string(value)
    } else if let value = try? container.decode(Double.self) {
      self = .number(value)
    } else if let value = try? container.decode([JSONValue].self) {
      self = .array(value)
    } else {
      let members = try container.decode([String: JSONValue].self)
      self = .object(members.sorted { $0.key < $1.key }.map { Member(name: $0.key, value: $0.value) })
    }
  }
}

extension JSONValue {
  static func numbers(_ numbers: [Int]) -> JSONValue { .array(numbers.map { .number(Double($0)) }) }

  /// The text of a file: objects have a line for each member, but those named `oneLine`; lists are on one line.
  func text(oneLine: Set<String> = [], indent: Int = 0) -> String {
    switch self {
    case .null: return "null"
    case .bool(let flag): return "\(flag)"
    case .number(let number): return Self.text(of: number)
    case .string(let text): return Self.quoted(text)
    case .array(let entries): return "[" + entries.map { $0.text() }.joined(separator: ", ") + "]"
    case .object(let members):
      let space = String(repeating: " ", count: indent)
      let lines = members.map { member in
        let isOneLine = oneLine.contains(member.name)
        let value = isOneLine ? member.value.lineText : member.value.text(oneLine: oneLine, indent: indent + 2)
        return "\(space)  \(Self.quoted(member.name)): \(value)"
      }
      return "{\n" + lines.joined(separator: ",\n") + "\n\(space)}"
    }
  }

  /// The text of an object on one line.
  private var lineText: String {
    guard case .object(let members) = self else { return text() }
    return "{ " + members.map { "\(Self.quoted($0.name)): \($0.value.lineText)" }.joined(separator: ", ") + " }"
  }

  /// Whole numbers without a point, others with as many digits as tell them apart.
  static func text(of number: Double) -> String { Int(exactly: number).map(String.init) ?? "\(number)" }

  private static func quoted(_ text: String) -> String {
    guard let data = try? JSONEncoder().encode(text) else { return "\"\"" }
    return String(decoding: data, as: UTF8.self)
  }
}
