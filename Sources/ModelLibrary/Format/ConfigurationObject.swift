import FoundationEssentials

/// One object of a configuration file, read member by member. Errors are `ModelError.badField` and name file and key.
final class ConfigurationObject {
  private let file: String
  private let path: String
  private let members: [String: JSONValue]
  private var used: Set<String> = []

  private init(file: String, path: String, members: [JSONValue.Member]) {
    self.file = file
    self.path = path
    self.members = Dictionary(members.map { ($0.name, $0.value) }) { first, _ in first }
  }

  /// Reads the bytes of a whole file, which must hold one object.
  convenience init(file: String, bytes: Data) throws {
    guard let value = try? JSONDecoder().decode(JSONValue.self, from: bytes) else {
      throw ModelError.notJSON(file: file)
    }
    guard case .object(let members) = value else { throw ModelError.notAnObject(file: file, found: value) }
    self.init(file: file, path: "", members: members)
  }

  func has(_ key: String) -> Bool { members[key] != nil }

  /// The error for a key of this object.
  func error(_ key: String, _ problem: FieldProblem) -> ModelError {
    .badField(file: file, key: path + key, problem)
  }

  private func value(_ key: String, _ expected: FieldProblem.Expected) throws -> JSONValue {
    used.insert(key)
    guard let value = members[key] else { throw error(key, .missing(expected)) }
    return value
  }

  func object(_ key: String) throws -> ConfigurationObject {
    let value = try value(key, .object)
    guard case .object(let members) = value else { throw error(key, .wrongType(.object, found: value)) }
    return ConfigurationObject(file: file, path: "\(path)\(key).", members: members)
  }

  func string(_ key: String) throws -> String {
    let value = try value(key, .string)
    guard case .string(let text) = value else { throw error(key, .wrongType(.string, found: value)) }
    return text
  }

  /// One of the raw values of `Choice`.
  func choice<Choice>(_ key: String, of type: Choice.Type = Choice.self) throws -> Choice
  where Choice: RawRepresentable<String> & CaseIterable {
    let text = try string(key)
    guard let choice = Choice(rawValue: text) else {
      throw error(key, .notOneOf(Choice.allCases.map(\.rawValue), found: text))
    }
    return choice
  }

  func bool(_ key: String) throws -> Bool {
    let value = try value(key, .bool)
    guard case .bool(let flag) = value else { throw error(key, .wrongType(.bool, found: value)) }
    return flag
  }

  func int(_ key: String, in range: ClosedRange<Int>) throws -> Int {
    try int(value(key, .wholeNumber), key, range)
  }

  private func int(_ value: JSONValue, _ key: String, _ range: ClosedRange<Int>) throws -> Int {
    guard case .number(let number) = value, number == number.rounded() else {
      throw error(key, .wrongType(.wholeNumber, found: value))
    }
    guard let whole = Int(exactly: number), range.contains(whole) else {
      throw error(key, .outOfRange(range, found: number))
    }
    return whole
  }

  /// A list of whole numbers; `length` is the allowed number of entries.
  func ints(_ key: String, in range: ClosedRange<Int>, length: ClosedRange<Int>) throws -> [Int] {
    let value = try value(key, .wholeNumbers)
    guard case .array(let entries) = value else { throw error(key, .wrongType(.wholeNumbers, found: value)) }
    guard length.contains(entries.count) else { throw error(key, .wrongCount(length, found: entries.count)) }
    return try entries.enumerated().map { try int($1, "\(key)[\($0)]", range) }
  }

  /// A list of `count` whole numbers, or one number that stands for all of them.
  func intPerLevel(_ key: String, in range: ClosedRange<Int>, count: Int) throws -> [Int] {
    let value = try value(key, .wholeNumberOrList(count: count))
    if case .number = value { return [Int](repeating: try int(value, key, range), count: count) }
    return try ints(key, in: range, length: count...count)
  }

  /// A finite number above 0 and at most `upper`.
  func positive(_ key: String, upTo upper: Double) throws -> Double {
    let value = try value(key, .number)
    guard case .number(let number) = value else { throw error(key, .wrongType(.number, found: value)) }
    guard number.isFinite, number > 0, number <= upper else {
      throw error(key, .notPositive(upTo: upper, found: number))
    }
    return number
  }

  /// Refuses any value but the one that the engine's mathematics has; `fallback` is what a missing key means.
  func require(_ key: String, _ wanted: Bool, whenMissing fallback: Bool) throws {
    guard try has(key) ? bool(key) == wanted : fallback == wanted else {
      throw error(key, .mustBe(wanted, isMissing: !has(key)))
    }
  }

  /// Refuses a value, if there is one, other than `accepted`.
  func allow(_ key: String, only accepted: JSONValue) throws {
    guard has(key) else { return }
    let value = try value(key, .string)
    guard value == accepted else { throw error(key, .notSupported(only: accepted, found: value)) }
  }

  /// Refuses the keys that were not read: an unknown option might change the mathematics. Switched-off ones cannot.
  func finish(ignoring harmless: Set<String> = []) throws {
    for (key, value) in members.sorted(by: { $0.key < $1.key }) where !used.contains(key) && !harmless.contains(key) {
      switch value {
      case .null, .bool(false): continue
      default: throw error(key, .unknownOption)
      }
    }
  }
}
