/// What the machine's stack holds. Containers are indices into the machine's tables, not references: values may nest to any
/// depth without recursion or reference cycles.
enum PickleValue {
  case integer(Int)
  case text(String)
  case tuple(Int)
  case dictionary(Int)
  case name(PickleName)
  case storage(Int)
  case tensor(Int)
  /// Lists, sets, floats, booleans, None, bytes, objects of inert names: they hold no weights.
  case other
}

/// A storage as its persistent id describes it: the member `data/key` of the archive.
struct PickleStorage {
  var type: ElementType
  var key: String
  /// Number of elements.
  var count: Int
}

/// The arguments of `_rebuild_tensor_v2`; nothing is checked against the storage's bytes yet.
struct PickleTensor {
  var storage: PickleStorage
  var offset: Int
  var shape: [Int]
  var strides: [Int]
}

/// Runs a pickle as data: it builds dictionaries, tuples and descriptions of tensors, and never imports or calls
/// anything. A name outside `PickleName` ends the run.
///
/// Opcodes: Python's pickletools.py, without those of protocol 0 that torch.save never writes.
struct PickleMachine {
  /// More than any network needs, and so little memory that a hostile file does no harm.
  enum Limit {
    static let bytes = 64 << 20
    static let stack = 1 << 18
    static let memo = 1 << 20
    static let containers = 1 << 20
    static let text = 1 << 20
  }

  private var bytes: ByteReader
  private var stack: [PickleValue] = []
  /// Heights of the stack at which marks lie, lowest first.
  private var marks: [Int] = []
  private var memo: [Int: PickleValue] = [:]

  private(set) var tuples: [[PickleValue]] = []
  private(set) var dictionaries: [[(key: PickleValue, value: PickleValue)]] = []
  private(set) var tensors: [PickleTensor] = []
  private var storages: [PickleStorage] = []

  init(_ bytes: ByteReader) throws(CheckpointError) {
    guard bytes.count <= Limit.bytes else {
      throw bytes.malformed("at most \(Limit.bytes) bytes", found: "\(bytes.count)")
    }
    self.bytes = bytes
  }

  /// Bytes behind the end of the pickle, once it has run.
  var rest: Int { bytes.remaining }

  /// Runs up to STOP and gives the value on top. Throws `refusedCode` or `malformed`.
  mutating func run() throws(CheckpointError) -> PickleValue {
    while true {
      let code = try bytes.byte()
      guard code != UInt8(ascii: ".") else { return try pop() }
      try step(code)
      guard stack.count + marks.count <= Limit.stack else {
        throw bytes.malformed("a stack of at most \(Limit.stack)", found: "more")
      }
      guard tuples.count + dictionaries.count + tensors.count + storages.count <= Limit.containers else {
        throw bytes.malformed("at most \(Limit.containers) objects", found: "more")
      }
    }
  }

  private mutating func step(_ code: UInt8) throws(CheckpointError) {
    switch code {
    // Frame
    case 0x80: try protocolVersion()
    case 0x95: try bytes.skip(8)
    // Stack
    case "(": marks.append(stack.count)
    case "0": if marks.last == stack.count { marks.removeLast() } else { _ = try pop() }
    case "1": _ = try popToMark()
    case "2": stack.append(try top())
    // Plain values
    case "N", 0x88, 0x89: stack.append(.other)
    case "G": try push(skipping: 8)
    case "J": stack.append(.integer(Int(try bytes.integer(Int32.self))))
    case "K": stack.append(.integer(Int(try bytes.byte())))
    case "M": stack.append(.integer(Int(try bytes.integer(UInt16.self))))
    case 0x8A: try long(Int(try bytes.byte()))
    case 0x8B: try long(Int(try bytes.integer(Int32.self)))
    // Text and bytes
    case "X": try text(UInt64(try bytes.integer(UInt32.self)))
    case 0x8C: try text(UInt64(try bytes.byte()))
    case 0x8D: try text(try bytes.integer(UInt64.self))
    case "U", "C": try push(skipping: UInt64(try bytes.byte()))
    case "T", "B": try push(skipping: UInt64(try bytes.integer(UInt32.self)))
    case 0x8E, 0x96: try push(skipping: try bytes.integer(UInt64.self))
    // Containers
    case ")": pushTuple([])
    case 0x85, 0x86, 0x87: pushTuple(try pop(Int(code - 0x84)))
    case "t": pushTuple(try popToMark())
    case "]", 0x8F: stack.append(.other)
    case "l", 0x91: try discardToMark()
    case "a": _ = try pop()
    case "e", 0x90: _ = try popToMark()
    case "}": pushDictionary()
    case "d": try dictionaryFromMark()
    case "s": try setItems(try pop(2))
    case "u": try setItems(try popToMark())
    // Memo
    case "q": try remember(Int(try bytes.byte()))
    case "r": try remember(Int(try bytes.integer(UInt32.self)))
    case 0x94: try remember(memo.count)
    case "h": try recall(Int(try bytes.byte()))
    case "j": try recall(Int(try bytes.integer(UInt32.self)))
    // What a real unpickler would import and call
    case "c": try named(module: try bytes.line(limit: 256), name: try bytes.line(limit: 256))
    case "i": try instance()
    case 0x93: try namedOnStack()
    case "R", 0x81: try reduce()
    case "b": _ = try pop()
    case "Q": try persistent()
    default: throw bytes.malformed("an opcode of torch.save at offset \(bytes.position - 1)", found: "byte \(code)")
    }
  }

  private mutating func protocolVersion() throws(CheckpointError) {
    let version = try bytes.byte()
    guard (2...5).contains(version) else { throw bytes.malformed("pickle protocol 2 to 5", found: "\(version)") }
  }

  // MARK: Stack and memo

  /// The height below which only the next mark may reach.
  private var floor: Int { marks.last ?? 0 }

  private mutating func pop() throws(CheckpointError) -> PickleValue {
    guard stack.count > floor else { throw bytes.malformed("a value on the stack", found: "none") }
    return stack.removeLast()
  }

  private mutating func pop(_ count: Int) throws(CheckpointError) -> [PickleValue] {
    guard stack.count - floor >= count else {
      throw bytes.malformed("\(count) values on the stack", found: "\(stack.count - floor)")
    }
    defer { stack.removeLast(count) }
    return Array(stack.suffix(count))
  }

  private func top() throws(CheckpointError) -> PickleValue {
    guard stack.count > floor, let value = stack.last else {
      throw bytes.malformed("a value on the stack", found: "none")
    }
    return value
  }

  private mutating func popToMark() throws(CheckpointError) -> [PickleValue] {
    guard let height = marks.popLast() else { throw bytes.malformed("a mark on the stack", found: "none") }
    defer { stack.removeSubrange(height...) }
    return Array(stack[height...])
  }

  private mutating func discardToMark() throws(CheckpointError) {
    _ = try popToMark()
    stack.append(.other)
  }

  private mutating func remember(_ index: Int) throws(CheckpointError) {
    guard index < Limit.memo else { throw bytes.malformed("a memo index below \(Limit.memo)", found: "\(index)") }
    memo[index] = try top()
  }

  private mutating func recall(_ index: Int) throws(CheckpointError) {
    guard let value = memo[index] else { throw bytes.malformed("a memo index in use", found: "\(index)") }
    stack.append(value)
  }

  // MARK: Values

  private mutating func push(skipping length: UInt64) throws(CheckpointError) {
    try bytes.skip(length)
    stack.append(.other)
  }

  /// A little-endian integer of two's complement; one that exceeds Int is no size or offset of anything.
  private mutating func long(_ length: Int) throws(CheckpointError) {
    var digits = try bytes.take(length)
    guard length <= 8 else { return stack.append(.other) }
    var value = 0
    var shift = 0
    while digits.remaining > 0 {
      let byte = try digits.byte()
      value |= Int(byte) << shift
      shift += 8
      if digits.remaining == 0, byte >= 0x80, shift < 64 { value |= -1 << shift }
    }
    stack.append(.integer(value))
  }

  private mutating func text(_ length: UInt64) throws(CheckpointError) {
    guard length <= UInt64(Limit.text) else {
      throw bytes.malformed("text of at most \(Limit.text) bytes", found: "\(length)")
    }
    stack.append(.text(try bytes.string(length)))
  }

  private mutating func pushTuple(_ values: [PickleValue]) {
    stack.append(.tuple(tuples.count))
    tuples.append(values)
  }

  private mutating func pushDictionary() {
    stack.append(.dictionary(dictionaries.count))
    dictionaries.append([])
  }

  private mutating func dictionaryFromMark() throws(CheckpointError) {
    let items = try popToMark()
    pushDictionary()
    try setItems(items)
  }

  private mutating func setItems(_ items: [PickleValue]) throws(CheckpointError) {
    guard items.count % 2 == 0 else { throw bytes.malformed("pairs of key and value", found: "\(items.count) values") }
    guard case .dictionary(let index) = try top() else { return }
    for item in stride(from: 0, to: items.count, by: 2) {
      dictionaries[index].append((items[item], items[item + 1]))
    }
  }

  // MARK: Names and what stands for calls

  private mutating func named(module: String, name: String) throws(CheckpointError) {
    guard let known = PickleName(module: module, name: name) else {
      throw .refusedCode(file: bytes.file.path, found: "\(module).\(name)")
    }
    stack.append(.name(known))
  }

  private mutating func namedOnStack() throws(CheckpointError) {
    let pair = try pop(2)
    guard case .text(let module) = pair[0], case .text(let name) = pair[1] else {
      throw bytes.malformed("a module and a name", found: "other values")
    }
    try named(module: module, name: name)
  }

  /// INST of protocol 0 imports and calls at once; torch.save does not write it.
  private mutating func instance() throws(CheckpointError) {
    let module = try bytes.line(limit: 256)
    throw .refusedCode(file: bytes.file.path, found: "\(module).\(try bytes.line(limit: 256))")
  }

  private mutating func reduce() throws(CheckpointError) {
    let pair = try pop(2)
    guard case .name(let name) = pair[0], case .tuple(let index) = pair[1] else {
      throw bytes.malformed("a name and its arguments", found: "other values")
    }
    let arguments = tuples[index]
    switch name {
    case .dictionary:
      pushDictionary()
    case .rebuildTensor:
      stack.append(.tensor(tensors.count))
      tensors.append(try tensor(arguments))
    case .rebuildParameter:
      guard case .tensor? = arguments.first else { throw bytes.malformed("a tensor as parameter", found: "none") }
      stack.append(arguments[0])
    case .storage:
      throw bytes.malformed("storages in the archive", found: "a storage type that is called")
    case .inert:
      stack.append(.other)
    }
  }

  private func tensor(_ arguments: [PickleValue]) throws(CheckpointError) -> PickleTensor {
    guard arguments.count >= 4, case .storage(let storage) = arguments[0], case .integer(let offset) = arguments[1],
      let shape = integers(arguments[2]), let strides = integers(arguments[3])
    else {
      throw bytes.malformed("storage, offset, shape and strides of a tensor", found: "other arguments")
    }
    return PickleTensor(storage: storages[storage], offset: offset, shape: shape, strides: strides)
  }

  private func integers(_ value: PickleValue) -> [Int]? {
    guard case .tuple(let index) = value else { return nil }
    var numbers: [Int] = []
    for element in tuples[index] {
      guard case .integer(let number) = element else { return nil }
      numbers.append(number)
    }
    return numbers
  }

  /// `('storage', type, key, location, count)`; the location (cpu, cuda:0) does not matter here.
  private mutating func persistent() throws(CheckpointError) {
    guard case .tuple(let index) = try pop(), tuples[index].count == 5 else {
      throw bytes.malformed("a storage as persistent id", found: "another value")
    }
    let id = tuples[index]
    guard case .text("storage") = id[0], case .name(.storage(let type)) = id[1], case .text(let key) = id[2],
      case .integer(let count) = id[4]
    else {
      throw bytes.malformed("('storage', type, key, location, count) as persistent id", found: "other values")
    }
    stack.append(.storage(storages.count))
    storages.append(PickleStorage(type: type, key: key, count: count))
  }
}

/// Lets opcodes be written as the characters they are.
private func ~= (character: Unicode.Scalar, code: UInt8) -> Bool { character.value == UInt32(code) }
