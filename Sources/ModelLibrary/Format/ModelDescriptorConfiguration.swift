import FoundationEssentials

/// A JSON value as it stands in the file; numbers stay apart from booleans.
indirect enum JSONValue: Decodable {
  case null
  case bool(Bool)
  case number(Double)
  case string(String)
  case array([JSONValue])
  case object([String: JSONValue])

  init(from decoder: any Decoder) throws {
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
      self = .object(try container.decode([String: JSONValue].self))
    }
  }

  /// What was found, in an error message.
  var kind: String {
    switch self {
    case .null: "null"
    case .bool(let value): "\(value)"
    case .number(let value): Int(exactly: value).map(String.init) ?? "\(value)"
    case .string: "a string"
    case .array: "a list"
    case .object: "an object"
    }
  }
}

/// One object of a configuration file, read key by key. Errors are `RestoreError.badModel` and name file and key.
final class ConfigurationObject {
  private let file: String
  private let path: String
  private let members: [String: JSONValue]
  private var used: Set<String> = []

  private init(file: String, path: String, members: [String: JSONValue]) {
    self.file = file
    self.path = path
    self.members = members
  }

  /// Reads the bytes of a whole file, which must hold one object.
  convenience init(file: String, bytes: Data) throws {
    let value: JSONValue
    do {
      value = try JSONDecoder().decode(JSONValue.self, from: bytes)
    } catch {
      throw RestoreError.badModel("\(file): not valid JSON; look for a missing or surplus comma, quote or bracket")
    }
    guard case .object(let members) = value else {
      throw RestoreError.badModel("\(file): expected an object, found \(value.kind)")
    }
    self.init(file: file, path: "", members: members)
  }

  func has(_ key: String) -> Bool { members[key] != nil }

  /// The error for a key of this object; it stays one line whatever the file has in its strings.
  func error(_ key: String, _ text: String) -> RestoreError {
    let line = "\(path)\(key): \(text)".map { $0.isNewline || $0 == "\0" ? "?" : $0 }
    return .badModel("\(file): " + String(line))
  }

  private func value(_ key: String, expected: String) throws -> JSONValue {
    used.insert(key)
    guard let value = members[key] else { throw error(key, "missing, expected \(expected)") }
    return value
  }

  func object(_ key: String) throws -> ConfigurationObject {
    let value = try value(key, expected: "an object")
    guard case .object(let members) = value else { throw error(key, "expected an object, found \(value.kind)") }
    return ConfigurationObject(file: file, path: "\(path)\(key).", members: members)
  }

  func string(_ key: String) throws -> String {
    let value = try value(key, expected: "a string")
    guard case .string(let text) = value else { throw error(key, "expected a string, found \(value.kind)") }
    return text
  }

  /// One of the raw values of `Choice`.
  func choice<Choice>(_ key: String, of type: Choice.Type = Choice.self) throws -> Choice
  where Choice: RawRepresentable<String> & CaseIterable {
    let text = try string(key)
    guard let choice = Choice(rawValue: text) else {
      let known = Choice.allCases.map { "\"\($0.rawValue)\"" }.joined(separator: ", ")
      throw error(key, "expected one of \(known), found \"\(text.prefix(40))\"")
    }
    return choice
  }

  func bool(_ key: String, default fallback: Bool) throws -> Bool {
    guard has(key) else { return fallback }
    let value = try value(key, expected: "true or false")
    guard case .bool(let flag) = value else { throw error(key, "expected true or false, found \(value.kind)") }
    return flag
  }

  func int(_ key: String, in range: ClosedRange<Int>) throws -> Int {
    try int(value(key, expected: "a whole number"), key, range)
  }

  private func int(_ value: JSONValue, _ key: String, _ range: ClosedRange<Int>) throws -> Int {
    guard case .number(let number) = value, number == number.rounded() else {
      throw error(key, "expected a whole number, found \(value.kind)")
    }
    guard let whole = Int(exactly: number), range.contains(whole) else {
      throw error(key, "must be \(range.lowerBound) to \(range.upperBound), found \(value.kind)")
    }
    return whole
  }

  /// A list of whole numbers; `length` is the allowed number of entries.
  func ints(_ key: String, in range: ClosedRange<Int>, length: ClosedRange<Int>) throws -> [Int] {
    let value = try value(key, expected: "a list of whole numbers")
    guard case .array(let entries) = value else {
      throw error(key, "expected a list of whole numbers, found \(value.kind)")
    }
    guard length.contains(entries.count) else {
      let wanted =
        length.count == 1 ? "\(length.lowerBound)" : "\(length.lowerBound) to \(length.upperBound)"
      throw error(key, "expected \(wanted) entries, found \(entries.count)")
    }
    return try entries.enumerated().map { try int($1, "\(key)[\($0)]", range) }
  }

  /// A list of `count` whole numbers, or one number that stands for all of them.
  func intPerLevel(_ key: String, in range: ClosedRange<Int>, count: Int) throws -> [Int] {
    let value = try value(key, expected: "a whole number or a list of \(count)")
    if case .number = value { return [Int](repeating: try int(value, key, range), count: count) }
    return try ints(key, in: range, length: count...count)
  }

  /// A finite number above 0 and at most `upper`.
  func positive(_ key: String, upTo upper: Double) throws -> Double {
    let value = try value(key, expected: "a number")
    guard case .number(let number) = value else { throw error(key, "expected a number, found \(value.kind)") }
    guard number.isFinite, number > 0, number <= upper else {
      throw error(key, "must be above 0 and at most \(JSONValue.number(upper).kind), found \(value.kind)")
    }
    return number
  }

  /// Refuses any value but the one that the engine's mathematics has; `fallback` is what a missing key means.
  func require(_ key: String, _ wanted: Bool, default fallback: Bool) throws {
    guard try bool(key, default: fallback) == wanted else {
      throw error(key, "only \(wanted) is supported" + (has(key) ? "" : ", and that must be said"))
    }
  }

  /// Refuses a value, if there is one, that is not accepted; `expected` says what is.
  func allow(_ key: String, expected: String, where accepted: (JSONValue) -> Bool) throws {
    guard has(key) else { return }
    let value = try value(key, expected: expected)
    guard accepted(value) else {
      var found = value.kind
      if case .string(let text) = value { found = "\"\(text.prefix(40))\"" }
      throw error(key, "only \(expected) is supported, found \(found)")
    }
  }

  /// Refuses the keys that were not read: an unknown option might change the mathematics. Switched-off ones cannot.
  func finish(ignoring harmless: Set<String> = []) throws {
    for (key, value) in members.sorted(by: { $0.key < $1.key }) where !used.contains(key) && !harmless.contains(key) {
      switch value {
      case .null, .bool(false): continue
      default: throw error(key, "unknown option; remove it if it does not change what the network computes")
      }
    }
  }
}
