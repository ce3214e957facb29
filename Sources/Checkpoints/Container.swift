/// The kinds of checkpoint files, told apart by their first bytes; the name of a file says nothing.
enum Container {
  case safetensors, torchZip

  /// Throws the error that fits best if `file` is neither.
  init(of file: WeightFile) throws(CheckpointError) {
    let start = ByteReader(file, part: "the file")
    if start.has([0x50, 0x4B, 3, 4]) || start.has([0x50, 0x4B, 5, 6]) {
      self = .torchZip
    } else if start.has(Array("{".utf8), at: 8), !Self.isText(file) {
      // Asked before pickles: a header's length may well begin with the byte of PROTO.
      self = .safetensors
    } else if start.has([0x80]) {
      throw TorchCheckpoint.diagnose(pickle: file)
    } else {
      throw .notACheckpoint(file: file.path, found: Self.guess(start))
    }
  }

  private static let signatures: [(bytes: [UInt8], kind: String)] = [
    (Array("version https://git-lfs".utf8), "the pointer of a Git LFS file that was not fetched"),
    (Array("<!DOCTYPE".utf8), "a web page"), (Array("<!doctype".utf8), "a web page"),
    (Array("<html".utf8), "a web page"),
    ([0x1F, 0x8B], "gzip data"), ([0x89, 0x50, 0x4E, 0x47], "a PNG picture"), ([0xFF, 0xD8, 0xFF], "a JPEG picture"),
    ([0x89, 0x48, 0x44, 0x46], "an HDF5 file"), (Array("GGUF".utf8), "a GGUF file"),
  ]

  private static func guess(_ start: ByteReader) -> String {
    if let known = signatures.first(where: { start.has($0.bytes) }) { return known.kind }
    if start.has(Array("ustar".utf8), at: 257) { return "a tar archive" }
    return isText(start.file) ? "text" : "data of an unknown kind"
  }

  /// Whether the first bytes (up to 64) are printable ASCII, line ends and tabs. A safetensors header's length is not.
  private static func isText(_ file: WeightFile) -> Bool {
    file.withBytes(0..<min(file.count, 64)) {
      $0.allSatisfy { (0x20..<0x7F).contains($0) || (0x09...0x0D).contains($0) }
    }
  }
}
