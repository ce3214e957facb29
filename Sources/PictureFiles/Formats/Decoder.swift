import CPictureCodecs
import Glibc
import ResShift
import Wording

/// From the bytes of a file to its picture.
struct Decoder {
  let format: PictureFormat
  /// For messages.
  let path: String
  /// Bytes that the whole program may hold; nil = what there is.
  var memoryLimit: Int?

  /// `notice` gets a line for the user for each thing that is in the file and not in the result.
  func decode(_ file: [UInt8], notice: ((String) -> Void)? = nil) throws -> PictureFile {
    let notice: Notice? = notice.map { notice in { notice(said($0)) } }
    let bytes = withoutTrail(file, notice)
    var stored = cpc_picture()
    defer { cpc_free_picture(&stored) }
    // Of small ones the restoration says more exactly what is missing.
    stored.limit = max(1 << 24, memoryLeft)
    let status = bytes.withUnsafeBufferPointer { file in
      format.decode(file.baseAddress, file.count, UInt64(PictureFile.mostPixels), &stored)
    }
    guard status == CPC_OK else { throw error(status, stored) }

    let rest = MetadataReader(bytes, format: format)
    let orientation = Orientation(stored.orientation > 0 ? Int(stored.orientation) : rest.exif.orientation)
    let image = orientation.applied(to: try samples(of: stored, notice))
    var resolution = PictureResolution(x: stored.x_ppi, y: stored.y_ppi, perInch: 1) ?? rest.exif.resolution
    if let known = resolution, orientation.transposed { resolution = .init(x: known.y, y: known.x) }
    var picture = PictureFile(image: image, bitDepth: stored.sample == CPC_U8 ? 8 : 16, resolution: resolution)
    let embedded = rest.profile ?? [UInt8](UnsafeBufferPointer(start: stored.icc, count: stored.icc_size))
    picture.iccProfile = IccProfile(embedded)?.bytes
    if picture.iccProfile == nil {
      if !embedded.isEmpty { notice?(.profileDamaged) }
      picture.iccProfile = rest.meaning?.profile(colourChannels: image.colourChannels)
    }
    picture.chunkColour = ChunkColour(
      chunks: rest.colourChunks, profile: picture.iccProfile, suffice: rest.chunksSuffice)
    picture.metadata = rest.metadata
    picture.metadata.width = image.width
    picture.metadata.height = image.height
    picture.metadata.isTurned = !orientation.isUpright
    if let notice { (rest.notices + lost(stored, rest)).forEach(notice) }
    return picture
  }

  private typealias Notice = (PictureNotice) -> Void

  /// The line for the user.
  private func said(_ notice: PictureNotice) -> String { (("\(path): \(notice.message)") as Message).text }

  /// What the codec has seen and not read.
  private func lost(_ stored: cpc_picture, _ rest: MetadataReader) -> [PictureNotice] {
    var lost: [PictureNotice] = []
    if stored.end_missing != 0 { lost.append(.endMissing) }
    if stored.trailing > 0, !rest.hasFurtherPictures { lost.append(.trailing(Int(stored.trailing))) }
    if stored.unread_samples > 0 { lost.append(.unknownSamples(Int(stored.unread_samples))) }
    return lost
  }

  /// The file up to the end that its head tells, if the format has that.
  private func withoutTrail(_ bytes: [UInt8], _ notice: Notice?) -> [UInt8] {
    guard let end = format.end(bytes), end < bytes.count else { return bytes }
    notice?(.trailing(bytes.count - end))
    return Array(bytes[..<end])
  }

  /// Floats 0...1, not premultiplied.
  private func samples(of stored: cpc_picture, _ notice: Notice?) throws -> PixelImage {
    let channels = Int(stored.channels)
    let pixels = Int(stored.width) * Int(stored.height)
    let count = pixels * channels
    guard let from = stored.pixels else {
      throw error(CPC_NO_MEMORY, stored)
    }
    let samples = [Float](unsafeUninitializedCapacity: count) { buffer, filled in
      guard let to = buffer.baseAddress else { return }
      switch stored.sample {
      case CPC_U8: cpc_u8_to_float(from.assumingMemoryBound(to: UInt8.self), to, count)
      case CPC_U16: cpc_u16_to_float(from.assumingMemoryBound(to: UInt16.self), to, count)
      default:
        let values = UnsafeBufferPointer(start: from.assumingMemoryBound(to: Float.self), count: count)
        if cpc_clamp(values.baseAddress, to, count) > 0 { notice?(Self.range(of: values)) }
      }
      filled = count
    }
    let image = PixelImage(width: Int(stored.width), height: Int(stored.height), channels: channels, samples: samples)
    guard stored.premultiplied != 0 else { return image }
    return image.unmultiplied(step: stored.sample == CPC_U8 ? 1 / 255 : stored.sample == CPC_U16 ? 1 / 65535 : 0)
  }

  /// What users are told of fractions that are not all in 0...1.
  private static func range(of values: UnsafeBufferPointer<Float>) -> PictureNotice {
    var (low, high) = (Float.infinity, -Float.infinity)
    for value in values where value.isFinite {
      low = min(low, value)
      high = max(high, value)
    }
    guard low < 0 || high > 1 else { return .samplesAreNoNumbers }
    // Writers of whole numbers in floats: 8 or 16 bits.
    guard high > 16 && high <= 65535 else { return .samplesOutOfRange(low, high) }
    return .samplesLikeWholeNumbers(low, high, top: high > 255 ? 65535 : 255)
  }

  /// Bytes that samples may take: the system grants more than it has and then kills the program.
  private var memoryLeft: Int { MemoryBudget(limit: memoryLimit, promised: 0).bytes }

  private func error(_ status: cpc_status, _ stored: cpc_picture) -> PictureFileError {
    let detail = message(of: stored.message)
    let (width, height) = (Int(stored.width), Int(stored.height))
    switch status {
    case CPC_UNSUPPORTED: return .unsupported(path: path, reason: .kind(format, detail: detail))
    case CPC_TOO_LARGE: return .unsupported(path: path, reason: .tooManyPixels(width: width, height: height))
    case CPC_NO_MEMORY: return .notEnoughMemory(path: path, reason: .reading(width: width, height: height))
    default: return .damaged(path: path, format: format, detail: detail)
    }
  }
}

/// The text of a codec's message field, on one line; nil if it is empty.
func message<Field>(of field: Field) -> String? {
  let text = withUnsafeBytes(of: field) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
  let line = text.map { $0.isNewline || $0 < " " ? " " : $0 }
  return line.isEmpty ? nil : String(line)
}
