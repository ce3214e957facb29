/// One description of an object of `model.json`, which reading and writing both follow.
struct ObjectFormat<Root> {
  /// In the order in which they are written.
  let fields: [Field<Root>]
  /// Members that are not read, as they change nothing that the networks compute; nil = any member that is not a field.
  let ignored: Set<String>?

  init(_ fields: [Field<Root>], ignoring ignored: Set<String>? = []) {
    self.fields = fields
    self.ignored = ignored
  }

  /// Sets what the object says in `root`. Throws `ModelError.badField`.
  ///
  /// Objects go first: where nothing fits, a missing `files` says more than a missing `name`.
  func read(_ object: ConfigurationObject, into root: inout Root) throws {
    for field in fields where field.isObject { try field.read(object, &root) }
    for field in fields where !field.isObject { try field.read(object, &root) }
    if let ignored { try object.finish(ignoring: ignored) }
  }

  /// The object that reads as `root`.
  func json(_ root: Root) -> JSONValue {
    .object(fields.compactMap { field in field.json(root).map { JSONValue.Member(name: field.key, value: $0) } })
  }

  /// The same for some of the fields, when the file has no others.
  func only(_ keys: Set<String>) -> ObjectFormat {
    ObjectFormat(fields.filter { keys.contains($0.key) }, ignoring: ignored)
  }
}

/// One member of an object: its key, what it may be, where it belongs.
struct Field<Root> {
  let key: String
  fileprivate var isObject = false
  /// Sets the member's value in a value of `Root`, or what it is when missing.
  fileprivate let read: (ConfigurationObject, inout Root) throws -> Void
  /// The member as it is written; nil where it is left out.
  fileprivate let json: (Root) -> JSONValue?
}

// MARK: Members with a value

extension Field {
  static func int(_ key: String, _ path: WritableKeyPath<Root, Int>, in range: ClosedRange<Int>) -> Field {
    Field(key: key) {
      $1[keyPath: path] = try $0.int(key, in: range)
    } json: {
      .number(Double($0[keyPath: path]))
    }
  }

  /// A list of whole numbers; `length` is the allowed number of entries.
  static func ints(
    _ key: String, _ path: WritableKeyPath<Root, [Int]>, in range: ClosedRange<Int>, length: ClosedRange<Int>
  ) -> Field {
    Field(key: key) {
      $1[keyPath: path] = try $0.ints(key, in: range, length: length)
    } json: {
      .numbers($0[keyPath: path])
    }
  }

  /// A whole number for each level, or one for all; `levels` is a list that has been read before.
  static func intPerLevel(
    _ key: String, _ path: WritableKeyPath<Root, [Int]>, in range: ClosedRange<Int>, levels: KeyPath<Root, [Int]>
  ) -> Field {
    Field(key: key) {
      $1[keyPath: path] = try $0.intPerLevel(key, in: range, count: $1[keyPath: levels].count)
    } json: {
      .numbers($0[keyPath: path])
    }
  }

  /// A number above 0.
  static func positive(_ key: String, _ path: WritableKeyPath<Root, Double>, upTo upper: Double) -> Field {
    Field(key: key) {
      $1[keyPath: path] = try $0.positive(key, upTo: upper)
    } json: {
      .number($0[keyPath: path])
    }
  }

  static func bool(_ key: String, _ path: WritableKeyPath<Root, Bool>, whenMissing fallback: Bool) -> Field {
    Field(key: key) {
      $1[keyPath: path] = $0.has(key) ? try $0.bool(key) : fallback
    } json: {
      .bool($0[keyPath: path])
    }
  }

  /// `fallback` is what a missing key means, made of the fields before; nil = the key must be there.
  static func string(
    _ key: String, _ path: WritableKeyPath<Root, String>, whenMissing fallback: ((Root) -> String)? = nil
  ) -> Field {
    Field(key: key) {
      if let fallback, !$0.has(key) { $1[keyPath: path] = fallback($1) } else { $1[keyPath: path] = try $0.string(key) }
    } json: {
      .string($0[keyPath: path])
    }
  }

  static func optionalString(_ key: String, _ path: WritableKeyPath<Root, String?>) -> Field {
    Field(key: key) {
      $1[keyPath: path] = $0.has(key) ? try $0.string(key) : nil
    } json: {
      $0[keyPath: path].map { .string($0) }
    }
  }

  /// One of the raw values of `Choice`; `fallback` is what a missing key means, nil = it must be there.
  static func choice<Choice>(
    _ key: String, _ path: WritableKeyPath<Root, Choice>, whenMissing fallback: Choice? = nil
  ) -> Field where Choice: RawRepresentable<String> & CaseIterable {
    Field(key: key) {
      if let fallback, !$0.has(key) { $1[keyPath: path] = fallback } else { $1[keyPath: path] = try $0.choice(key) }
    } json: {
      .string($0[keyPath: path].rawValue)
    }
  }
}

// MARK: Members with one value only, and objects

extension Field {
  /// An option of which the engine's mathematics has but this value; `fallback` is what a missing key means.
  static func fixed(_ key: String, _ value: Bool, whenMissing fallback: Bool, isWritten: Bool = true) -> Field {
    Field(key: key) { object, _ in
      try object.require(key, value, whenMissing: fallback)
    } json: { _ in
      isWritten ? .bool(value) : nil
    }
  }

  /// The same for other values; a missing key means this one.
  static func fixed(_ key: String, _ value: JSONValue, isWritten: Bool = true) -> Field {
    Field(key: key) { object, _ in
      try object.allow(key, only: value)
    } json: { _ in
      isWritten ? value : nil
    }
  }

  static func object<Part>(_ key: String, _ path: WritableKeyPath<Root, Part>, _ format: ObjectFormat<Part>) -> Field {
    Field(key: key, isObject: true) {
      try format.read($0.object(key), into: &$1[keyPath: path])
    } json: {
      format.json($0[keyPath: path])
    }
  }

  /// An object that may be missing, and is not written without members.
  static func optionalObject<Part>(
    _ key: String, _ path: WritableKeyPath<Root, Part>, _ format: ObjectFormat<Part>
  ) -> Field {
    Field(key: key, isObject: true) {
      if $0.has(key) { try format.read($0.object(key), into: &$1[keyPath: path]) }
    } json: {
      let json = format.json($0[keyPath: path])
      return json == .object([]) ? nil : json
    }
  }

  /// An object that may be missing; `blank` is what one that is there is read into.
  static func optional<Part>(
    _ key: String, _ path: WritableKeyPath<Root, Part?>, _ format: ObjectFormat<Part>, blank: Part
  ) -> Field {
    Field(key: key, isObject: true) {
      guard $0.has(key) else {
        $1[keyPath: path] = nil
        return
      }
      var part = blank
      try format.read($0.object(key), into: &part)
      $1[keyPath: path] = part
    } json: {
      $0[keyPath: path].map(format.json)
    }
  }

  /// An object whose members say which of several formats it has.
  static func object<Part>(
    _ key: String, _ path: WritableKeyPath<Root, Part>,
    read: @escaping (ConfigurationObject) throws -> Part, json: @escaping (Part) -> JSONValue
  ) -> Field {
    Field(key: key, isObject: true) {
      $1[keyPath: path] = try read($0.object(key))
    } json: {
      json($0[keyPath: path])
    }
  }
}
