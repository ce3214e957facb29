/// What PNG files say about colours: chunks as they stood in the file, kept as long as they fit the profile.
struct ChunkColour: Sendable, Equatable {
  var chunks: [FileBlock] = []
  /// The profile that was made of them, or that came with them.
  var profile: [UInt8]?
  /// Whether they say all that the profile says.
  var suffice = false

  /// Whether no profile can say what they say: PQ, HLG, video's range.
  var isHighRange: Bool {
    chunks.contains { $0.code == FileBlock.code("cICP") && ColourMeaning(codePoints: $0.data) == nil }
  }
}
