import CPictureCodecs

/// zlib's packing.
enum Packing {
  /// nil for a broken stream, one of more than `limit` bytes, and where memory is short.
  static func inflated(_ bytes: ArraySlice<UInt8>, limit: Int) -> [UInt8]? {
    converted(bytes) { cpc_inflate($0, $1, limit, &$2) }
  }

  static func deflated(_ bytes: [UInt8]) -> [UInt8]? { converted(bytes[...]) { cpc_deflate($0, $1, &$2) } }

  private static func converted(
    _ bytes: ArraySlice<UInt8>, _ convert: (UnsafePointer<UInt8>, Int, inout cpc_file) -> cpc_status
  ) -> [UInt8]? {
    var file = cpc_file()
    defer { cpc_free_file(&file) }
    let status = bytes.withUnsafeBufferPointer { buffer in
      buffer.baseAddress.map { convert($0, buffer.count, &file) } ?? CPC_DAMAGED
    }
    return status == CPC_OK ? [UInt8](UnsafeBufferPointer(start: file.data, count: file.size)) : nil
  }
}
