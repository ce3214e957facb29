/// What users are told of a picture that was read or written all the same; the sentences are in
/// `PictureFileMessages.swift`.
enum PictureNotice: Equatable, Sendable {
  // Reading: what is in the file and not in the result.
  case endMissing
  /// Bytes after the end of the picture.
  case trailing(Int)
  /// Samples of each pixel that are neither colour nor alpha.
  case unknownSamples(Int)
  case samplesAreNoNumbers
  /// Fractions beyond 0...1.
  case samplesOutOfRange(Float, Float)
  /// As above, where the samples look like whole numbers up to `top`.
  case samplesLikeWholeNumbers(Float, Float, top: Int)
  case profileDamaged
  case makerNoteTooFar
  case secondXMPPart
  case chunkDamaged(String)
  case animation(frames: Int)
  case chunksMakeNoSense
  case pages(Int)
  case layers
  case exifDamaged
  case exifDamagedInParts
  case xmpDamaged
  case iptcDamaged
  case multiPicture(Int)
  case commentsTooLong(mebibytes: Int)

  // Writing: what the format has no place for.
  case profileDoesNotFit(profile: String, isGray: Bool)
  case highRange
  case noRoomInTIFF
  case noTransparency
  case noPlaceForIPTC
  case noRoomForMakerNote
  case noRoomForExif
  case noRoomForXMP
  case noRoomForIPTC
}
