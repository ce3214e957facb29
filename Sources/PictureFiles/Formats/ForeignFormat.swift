/// Kinds of file that users hand in and that are not read, so that the message can say what they are.
public enum ForeignFormat: Sendable {
  case gif, bmp, photoshop, gimp, pdf, avif, heic

  /// A signature is an offset and the text found there.
  private static let signatures: [(offset: Int, text: String, format: ForeignFormat)] = [
    (0, "GIF8", .gif), (0, "BM", .bmp), (0, "8BPS", .photoshop), (0, "gimp xcf", .gimp), (0, "%PDF", .pdf),
    (4, "ftypavif", .avif), (4, "ftyphei", .heic), (4, "ftypmif1", .heic),
  ]

  /// What a file that begins with `bytes` is; nil if that is not known.
  init?(signatureOf bytes: some Collection<UInt8>) {
    let found = Self.signatures.first { bytes.dropFirst($0.offset).starts(with: $0.text.utf8) }
    guard let found else { return nil }
    self = found.format
  }
}
