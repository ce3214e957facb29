import Checkpoints
import FoundationEssentials
import Glibc

/// Writes the weights of a checkpoint as safetensors of half the size.
///
/// The codebook stays in float32, since rounding it would choose other entries, and so does a tensor with numbers that
/// half precision does not reach.
enum HalfPrecision {
  /// Throws `CheckpointError` for what cannot be read, `StoreError.cannotWrite`. Nothing half-written remains.
  static func convert(_ checkpoint: Checkpoint, to target: String) throws {
    let part = Files.hidden(target, "convert")
    let file = open(part, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
    guard file >= 0 else { throw Files.cannotWrite(target, "write") }
    do {
      defer { close(file) }
      let all = try checkpoint.weights.map { (tensor: $0, isHalf: try fitsHalf(checkpoint, $0)) }
      // Those of four bytes first, so that they lie where they can be used in place.
      let kinds = all.filter { !$0.isHalf } + all.filter(\.isHalf)
      try write(Array(header(kinds)), to: file, target)
      for (tensor, isHalf) in kinds {
        let values = try elements(checkpoint, tensor)
        if isHalf {
          try write(values.map(Float16.init), to: file, target)
        } else {
          try write(values, to: file, target)
        }
      }
      try Files.move(part, to: target)
    } catch {
      Files.remove(part)
      throw error
    }
  }

  private static func elements(_ checkpoint: Checkpoint, _ tensor: TensorInfo) throws -> [Float] {
    let stored = try checkpoint.elements(tensor.name, count: tensor.count)
    return [Float](unsafeUninitializedCapacity: tensor.count) { buffer, count in
      if let base = buffer.baseAddress { stored.copy(to: base) }
      count = tensor.count
    }
  }

  private static func fitsHalf(_ checkpoint: Checkpoint, _ tensor: TensorInfo) throws -> Bool {
    guard tensor.name != "quantize.embedding.weight" else { return false }
    let most = Float(Float16.greatestFiniteMagnitude)
    return try elements(checkpoint, tensor).allSatisfy { abs($0) <= most }
  }

  /// Length and JSON, filled up with spaces so that the data begins at a multiple of 8 bytes.
  private static func header(_ kinds: [(tensor: TensorInfo, isHalf: Bool)]) -> [UInt8] {
    var offset = 0
    let records = kinds.map { tensor, isHalf in
      let begin = offset
      offset += tensor.count * (isHalf ? 2 : 4)
      let shape = tensor.shape.map(String.init).joined(separator: ",")
      return
        "\"\(tensor.name)\":{\"dtype\":\"\(isHalf ? "F16" : "F32")\",\"shape\":[\(shape)],\"data_offsets\":[\(begin),\(offset)]}"
    }
    var json = Array("{\(records.joined(separator: ","))}".utf8)
    while json.count % 8 != 0 { json.append(UInt8(ascii: " ")) }
    return withUnsafeBytes(of: UInt64(json.count).littleEndian) { Array($0) } + json
  }

  private static func write<Element: BitwiseCopyable>(_ values: [Element], to file: Int32, _ target: String) throws {
    try values.withUnsafeBytes { bytes in
      var rest = bytes[...]
      while !rest.isEmpty {
        let written = Glibc.write(file, UnsafeRawBufferPointer(rebasing: rest).baseAddress, rest.count)
        if written < 0 && errno == EINTR { continue }
        guard written > 0 else { throw Files.cannotWrite(target, "write") }
        rest = rest.dropFirst(written)
      }
    }
  }
}
