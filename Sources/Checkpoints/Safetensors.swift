/// The safetensors container: length of the header (8 bytes), header (JSON), data of all tensors without gaps.
///
/// Format: https://github.com/huggingface/safetensors, "Format" in its README.
enum Safetensors {
  /// Longest header that is read; that of a network of 100 000 tensors has about 10 MB.
  static let headerLimit: UInt64 = 32 << 20

  /// The tensors of `file`, in the order of the header. Throws if header and data do not fit together exactly.
  static func tensors(of file: WeightFile) throws(CheckpointError) -> [StoredTensor] {
    var whole = ByteReader(file, part: "the safetensors header")
    let length = try whole.integer(UInt64.self)
    guard length <= headerLimit else {
      throw whole.malformed("a length of at most \(headerLimit)", found: "\(length)")
    }
    guard length <= UInt64(whole.remaining) else {
      throw .truncated(
        file: file.path, part: whole.part, expected: "\(length) bytes", found: "\(whole.remaining)")
    }
    var header = SafetensorsHeader(try whole.take(length))
    let records = try header.records()
    let data = try whole.take(whole.remaining, part: "the tensor data")
    try checkOffsets(records, data)

    var tensors: [StoredTensor] = []
    tensors.reserveCapacity(records.count)
    for record in records {
      tensors.append(try tensor(record, data))
    }
    return tensors
  }

  /// The data must be used up without gap or overlap.
  private static func checkOffsets(_ records: [SafetensorsRecord], _ data: ByteReader) throws(CheckpointError) {
    let ordered = records.sorted { ($0.begin, $0.end) < ($1.begin, $1.end) }
    var position = 0
    for record in ordered {
      guard record.begin == position, record.end >= record.begin else {
        throw .malformedTensor(
          file: data.file.path, tensor: record.name, expected: "data from byte \(position) on",
          found: "data_offsets [\(record.begin), \(record.end)]")
      }
      position = record.end
    }
    guard position <= data.count else {
      throw .truncated(file: data.file.path, part: data.part, expected: "\(position) bytes", found: "\(data.count)")
    }
    guard position == data.count else { throw data.malformed("\(position) bytes", found: "\(data.count)") }
  }

  private static func tensor(_ record: SafetensorsRecord, _ data: ByteReader) throws(CheckpointError) -> StoredTensor {
    let path = data.file.path
    guard let type = elementType(record.type) else {
      throw .wrongElementType(
        file: path, tensor: record.name, expected: "F32, F16 or BF16", found: record.type)
    }
    let bytes = try data.range(at: record.begin, count: record.end - record.begin, part: "tensor \(record.name)")
    guard let needed = CheckedSize.product(record.shape + [type.size]), needed == bytes.count else {
      throw .malformedTensor(
        file: path, tensor: record.name, expected: "the bytes of \(record.type) \(record.shape)",
        found: "\(bytes.count) bytes")
    }
    return try StoredTensor(name: record.name, shape: record.shape, type: type, storage: bytes)
  }

  private static func elementType(_ name: String) -> ElementType? {
    switch name {
    case "F32": .float32
    case "F16": .float16
    case "BF16": .bfloat16
    case "F64": .float64
    case "F8_E4M3": .float8e4m3
    case "F8_E5M2": .float8e5m2
    case "C64": .complex64
    case "I64": .int64
    case "I32": .int32
    case "I16": .int16
    case "I8": .int8
    case "U64": .uint64
    case "U32": .uint32
    case "U16": .uint16
    case "U8": .uint8
    case "BOOL": .bool
    default: nil
    }
  }
}
