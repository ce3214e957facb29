import Checkpoints
import Foundation

/// A tensor to be written; `values` are row-major.
public typealias NamedTensor = (name: String, shape: [Int], values: [Float])
/// A tensor whose values are made when its turn to be written comes.
public typealias NamedShape = (name: String, shape: [Int])

/// Where a PyTorch file keeps its state dict.
public enum TorchWrapping: Equatable, Sendable {
  /// The state dict is the top of the pickle.
  case plain
  /// Under `state_dict`, beside `step` and what an optimiser leaves.
  case stateDict
  /// The state dict is the top, every key prefixed: `module.`, `_orig_mod.`.
  case prefix(String)
}

/// Writes a safetensors file. `type`: float32, float16 or bfloat16, rounded to nearest even.
public func writeSafetensors(_ path: String, tensors: [NamedTensor], type: ElementType = .float32) throws {
  var next = tensors.makeIterator()
  try writeSafetensors(path, shapes: tensors.map { ($0.name, $0.shape) }, type: type) { _, _ in
    next.next().map(\.values) ?? []
  }
}

/// Writes a safetensors file of any size: `values` is called once per tensor, in order.
public func writeSafetensors(
  _ path: String, shapes: [NamedShape], type: ElementType = .float32,
  values: (_ name: String, _ shape: [Int]) throws -> [Float]
) throws {
  let names: [ElementType: String] = [.float32: "F32", .float16: "F16", .bfloat16: "BF16"]
  guard let dtype = names[type] else { throw WritingError.elementType(type) }
  var records: [String] = []
  var offset = 0
  for (name, shape) in shapes {
    let end = offset + shape.reduce(1, *) * type.size
    let sizes = shape.map(String.init).joined(separator: ",")
    records.append("\"\(name)\":{\"dtype\":\"\(dtype)\",\"shape\":[\(sizes)],\"data_offsets\":[\(offset),\(end)]}")
    offset = end
  }
  var header = Array("{\(records.joined(separator: ","))}".utf8)
  header += [UInt8](repeating: 0x20, count: (8 - header.count % 8) % 8)
  let file = try OutputFile(path)
  try file.write(littleEndian(UInt64(header.count)) + header)
  for (name, shape) in shapes {
    try file.write(encoded(try checked(values(name, shape), name, shape), as: type))
  }
  try file.close()
}

/// Writes a file as torch.save does. `type`: float32, float16 or bfloat16, rounded to nearest even.
public func writeTorchZip(
  _ path: String, tensors: [NamedTensor], type: ElementType = .float32, wrapping: TorchWrapping = .plain
) throws {
  var next = tensors.makeIterator()
  try writeTorchZip(path, shapes: tensors.map { ($0.name, $0.shape) }, type: type, wrapping: wrapping) { _, _ in
    next.next().map(\.values) ?? []
  }
}

/// Writes a file as torch.save does, of any size: `values` is called once per tensor, in order.
public func writeTorchZip(
  _ path: String, shapes: [NamedShape], type: ElementType = .float32, wrapping: TorchWrapping = .plain,
  values: (_ name: String, _ shape: [Int]) throws -> [Float]
) throws {
  let pickle = try stateDictPickle(shapes, type, wrapping)
  let zip = try ZipWriter(path)
  try zip.add("archive/data.pkl", pickle)
  try zip.add("archive/byteorder", Array("little".utf8))
  for (index, (name, shape)) in shapes.enumerated() {
    try zip.add("archive/data/\(index)", encoded(try checked(values(name, shape), name, shape), as: type))
  }
  try zip.add("archive/version", Array("3\n".utf8))
  try zip.finish()
}

private func stateDictPickle(
  _ shapes: [NamedShape], _ type: ElementType, _ wrapping: TorchWrapping
) throws -> [UInt8] {
  let names: [ElementType: String] = [.float32: "FloatStorage", .float16: "HalfStorage", .bfloat16: "BFloat16Storage"]
  guard let storage = names[type] else { throw WritingError.elementType(type) }
  var prefix = ""
  if case .prefix(let text) = wrapping { prefix = text }
  let pickle = PickleBuilder()
  if wrapping == .stateDict {
    // {'step': 7, 'optimizer': {'state': {0: {}}, 'param_groups': [{'lr': 0.5}]}, 'state_dict': ...
    pickle.op("}(").text("step").int(7).text("optimizer")
    pickle.op("}(").text("state").op("}").int(0).op("}s").text("param_groups")
    pickle.op("](}").text("lr").op("G").raw([0x3F, 0xE0, 0, 0, 0, 0, 0, 0]).op("seu").text("state_dict")
  }
  pickle.global("collections", "OrderedDict").op(")R(")
  for (index, (name, shape)) in shapes.enumerated() {
    pickle.text(prefix + name).tensor(shape: shape, storage: storage, key: "\(index)")
  }
  pickle.op("u")
  // What nn.Module.state_dict() hangs on its dictionary: {'_metadata': {'': {'version': 1}}} through BUILD.
  pickle.op("}").text("_metadata").op("}").text("").op("}").text("version").int(1).op("sssb")
  if wrapping == .stateDict { pickle.op("u") }
  return pickle.finished
}

/// Opcodes one after another; every method appends and gives the builder back.
public final class PickleBuilder {
  private var bytes: [UInt8] = [0x80, 2]

  public init() {}

  /// The pickle with its STOP.
  public var finished: [UInt8] { bytes + [0x2E] }

  @discardableResult public func raw(_ more: [UInt8]) -> Self {
    bytes += more
    return self
  }

  /// Opcodes that are printable characters.
  @discardableResult public func op(_ codes: String) -> Self { raw(Array(codes.utf8)) }

  @discardableResult public func text(_ text: String) -> Self {
    raw([0x58] + littleEndian(UInt32(text.utf8.count)) + Array(text.utf8))
  }

  @discardableResult public func int(_ value: Int) -> Self {
    if let small = Int32(exactly: value) { return raw([0x4A] + littleEndian(UInt32(bitPattern: small))) }
    return raw([0x8A, 8] + littleEndian(UInt64(bitPattern: Int64(value))))
  }

  @discardableResult public func tuple(_ values: [Int]) -> Self {
    op("(")
    for value in values { int(value) }
    return op("t")
  }

  @discardableResult public func global(_ module: String, _ name: String) -> Self {
    op("c\(module)\n\(name)\n")
  }

  /// `_rebuild_tensor_v2` on the storage `key`; row-major and as long as the shape unless said otherwise.
  @discardableResult public func tensor(
    shape: [Int], strides: [Int]? = nil, storage: String = "FloatStorage", key: String, offset: Int = 0,
    storageCount: Int? = nil
  ) -> Self {
    var steps = [Int](repeating: 1, count: shape.count)
    for axis in shape.indices.dropLast().reversed() { steps[axis] = steps[axis + 1] * shape[axis + 1] }
    global("torch._utils", "_rebuild_tensor_v2").op("((").text("storage").global("torch", storage).text(key)
    text("cpu").int(storageCount ?? shape.reduce(1, *)).op("tQ").int(offset).tuple(shape).tuple(strides ?? steps)
    return raw([0x89]).global("collections", "OrderedDict").op(")RtR")
  }
}

/// A zip whose members are stored and begin at multiples of 64 bytes, as PyTorch's are.
public final class ZipWriter {
  private let file: OutputFile
  private let zip64: Bool
  private var directory: [UInt8] = []
  private var count = 0

  /// `zip64`: every size and offset stands in 64-bit fields.
  public init(_ path: String, zip64: Bool = false) throws {
    file = try OutputFile(path)
    self.zip64 = zip64
  }

  public func add(_ name: String, _ data: [UInt8]) throws {
    let start = file.offset
    let sum = crc32(data)
    let longSizes =
      zip64 ? littleEndian(UInt16(1)) + littleEndian(UInt16(16)) + long(data.count) + long(data.count) : []
    let unaligned = start + 30 + name.utf8.count + longSizes.count + 4
    let padding = (64 - unaligned % 64) % 64
    let localExtra =
      longSizes + Array("FB".utf8) + littleEndian(UInt16(padding)) + [UInt8](repeating: 0x5A, count: padding)
    var common = littleEndian(UInt16(zip64 ? 45 : 20)) + [0, 8, 0, 0, 0, 0, 0, 0] + littleEndian(sum)
    common += short(data.count) + short(data.count) + littleEndian(UInt16(name.utf8.count))
    try file.write(
      [0x50, 0x4B, 3, 4] + common + littleEndian(UInt16(localExtra.count)) + Array(name.utf8) + localExtra)
    try file.write(data)
    let extra =
      zip64
      ? littleEndian(UInt16(1)) + littleEndian(UInt16(24)) + long(data.count) + long(data.count) + long(start) : []
    directory += [0x50, 0x4B, 1, 2, 45, 0] + common + littleEndian(UInt16(extra.count))
    directory += [UInt8](repeating: 0, count: 10) + short(start) + Array(name.utf8) + extra
    count += 1
  }

  public func finish() throws {
    let start = file.offset
    try file.write(directory)
    if zip64 {
      let record = file.offset
      try file.write([0x50, 0x4B, 6, 6] + long(44) + [45, 0, 45, 0] + [UInt8](repeating: 0, count: 8))
      try file.write(long(count) + long(count) + long(directory.count) + long(start))
      try file.write([0x50, 0x4B, 6, 7, 0, 0, 0, 0] + long(record) + [1, 0, 0, 0])
    }
    let entries = littleEndian(UInt16(zip64 ? 0xFFFF : count))
    try file.write(
      [0x50, 0x4B, 5, 6, 0, 0, 0, 0] + entries + entries + short(directory.count) + short(start) + [0, 0])
    try file.close()
  }

  private func short(_ value: Int) -> [UInt8] { littleEndian(zip64 ? UInt32.max : UInt32(value)) }
  private func long(_ value: Int) -> [UInt8] { littleEndian(UInt64(value)) }
}

/// The bytes of an integer, least significant first.
public func littleEndian<Value: FixedWidthInteger>(_ value: Value) -> [UInt8] {
  withUnsafeBytes(of: value.littleEndian) { Array($0) }
}

/// Why a test file could not be written.
public enum WritingError: Error {
  case file(String)
  case elementType(ElementType)
  case count(tensor: String, expected: Int, found: Int)
}

private func checked(_ values: [Float], _ name: String, _ shape: [Int]) throws -> [Float] {
  guard values.count == shape.reduce(1, *) else {
    throw WritingError.count(tensor: name, expected: shape.reduce(1, *), found: values.count)
  }
  return values
}

private func encoded(_ values: [Float], as type: ElementType) throws -> [UInt8] {
  switch type {
  case .float32: values.withUnsafeBytes { Array($0) }
  case .float16: values.map { Float16($0).bitPattern }.withUnsafeBytes { Array($0) }
  case .bfloat16: values.map(bfloat16).withUnsafeBytes { Array($0) }
  default: throw WritingError.elementType(type)
  }
}

/// The bits of the nearest bfloat16, ties to even; NaN stays NaN.
public func bfloat16(_ value: Float) -> UInt16 {
  let bits = value.bitPattern
  if value.isNaN { return UInt16(bits >> 16) | 0x40 }
  return UInt16((bits + 0x7FFF + (bits >> 16 & 1)) >> 16)
}

/// The checksum of zip files (CRC-32, reflected polynomial EDB88320), eight bytes a step.
private func crc32(_ data: [UInt8]) -> UInt32 {
  var sum = UInt32.max
  crcTables.withUnsafeBufferPointer { tables in
    data.withUnsafeBytes { bytes in
      var i = 0
      while i + 8 <= bytes.count {
        let word = bytes.loadUnaligned(fromByteOffset: i, as: UInt64.self) ^ UInt64(sum)
        sum = 0
        for byte in 0..<8 { sum ^= tables[(7 - byte) << 8 | Int(word >> (8 * UInt64(byte)) & 0xFF)] }
        i += 8
      }
      while i < bytes.count {
        sum = sum >> 8 ^ tables[Int(UInt8(truncatingIfNeeded: sum) ^ bytes[i])]
        i += 1
      }
    }
  }
  return ~sum
}

private let crcTables: [UInt32] = {
  var tables = [UInt32](repeating: 0, count: 8 * 256)
  for i in 0..<256 {
    var sum = UInt32(i)
    for _ in 0..<8 { sum = sum & 1 == 1 ? sum >> 1 ^ 0xEDB8_8320 : sum >> 1 }
    tables[i] = sum
  }
  for i in 256..<(8 * 256) { tables[i] = tables[i - 256] >> 8 ^ tables[Int(tables[i - 256] & 0xFF)] }
  return tables
}()

/// A file written from front to back.
private final class OutputFile {
  private let handle: UnsafeMutablePointer<FILE>
  private let path: String
  private var isOpen = true
  private(set) var offset = 0

  init(_ path: String) throws {
    guard let handle = fopen(path, "wb") else { throw WritingError.file(path) }
    self.handle = handle
    self.path = path
  }

  func write(_ bytes: [UInt8]) throws {
    guard fwrite(bytes, 1, bytes.count, handle) == bytes.count else { throw WritingError.file(path) }
    offset += bytes.count
  }

  func close() throws {
    isOpen = false
    guard fclose(handle) == 0 else { throw WritingError.file(path) }
  }

  deinit {
    if isOpen { fclose(handle) }
  }
}
