import Checkpoints
import FoundationEssentials
import Glibc

/// Writes the weights of a checkpoint as safetensors of half the size.
///
/// The codebook stays in float32, since rounding it would choose other entries, and so does a tensor with numbers that
/// half precision does not reach.
enum HalfPrecision {
  /// Writes to a hidden file beside `target`, whose path it returns; `progress` as in `Files.stage`.
  ///
  /// Throws `CheckpointError` for what cannot be read, `StoreError.system`. Nothing half-written remains.
  static func stage(
    _ checkpoint: Checkpoint, for target: String, progress: (_ done: Int, _ total: Int) throws -> Void
  ) throws -> String {
    let part = Files.hidden(target, "convert")
    let file = open(part, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
    guard file >= 0 else { throw Files.refused(.write, target) }
    do {
      defer { close(file) }
      let all = try checkpoint.weights.map { (tensor: $0, isHalf: try fitsHalf(checkpoint, $0)) }
      // Those of four bytes first, so that they lie where they can be used in place.
      let kinds = all.filter { !$0.isHalf } + all.filter(\.isHalf)
      try Files.write(header(kinds), to: file, target)
      let total = kinds.reduce(0) { $0 + bytes($1) }
      var done = 0
      for (tensor, isHalf) in kinds {
        try progress(done, total)
        let values = try elements(checkpoint, tensor)
        if isHalf {
          try Files.write(values.map(Float16.init), to: file, target)
        } else {
          try Files.write(values, to: file, target)
        }
        done += bytes((tensor, isHalf))
      }
      return part
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

  private static func bytes(_ kind: (tensor: TensorInfo, isHalf: Bool)) -> Int {
    kind.tensor.count * (kind.isHalf ? 2 : 4)
  }

  /// Length and JSON, filled up with spaces so that the data begins at a multiple of 8 bytes.
  private static func header(_ kinds: [(tensor: TensorInfo, isHalf: Bool)]) -> [UInt8] {
    var offset = 0
    let records = kinds.map { tensor, isHalf in
      let begin = offset
      offset += bytes((tensor, isHalf))
      let shape = tensor.shape.map(String.init).joined(separator: ",")
      return
        "\"\(tensor.name)\":{\"dtype\":\"\(isHalf ? "F16" : "F32")\",\"shape\":[\(shape)],\"data_offsets\":[\(begin),\(offset)]}"
    }
    var json = Array("{\(records.joined(separator: ","))}".utf8)
    while json.count % 8 != 0 { json.append(UInt8(ascii: " ")) }
    return withUnsafeBytes(of: UInt64(json.count).littleEndian) { Array($0) } + json
  }
}
