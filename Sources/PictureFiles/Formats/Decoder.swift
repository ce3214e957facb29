import CPictureCodecs
import Glibc
import ResShift

/// From the bytes of a file to its picture.
struct Decoder {
  let format: PictureFormat
  /// For messages.
  let path: String

  /// `notice` gets a line for the user for each thing that is in the file and not in the result.
  func decode(_ file: [UInt8], notice: ((String) -> Void)? = nil) throws -> PictureFile {
    let bytes = format == .webp ? withoutTrail(file, notice) : file
    var stored = cpc_picture()
    defer { cpc_free_picture(&stored) }
    let status = bytes.withUnsafeBufferPointer { file in
      let limit = UInt64(PictureFile.mostPixels)
      switch format {
      case .png: return cpc_read_png(file.baseAddress, file.count, limit, &stored)
      case .jpeg: return cpc_read_jpeg(file.baseAddress, file.count, limit, &stored)
      case .tiff: return cpc_read_tiff(file.baseAddress, file.count, limit, &stored)
      case .webp: return cpc_read_webp(file.baseAddress, file.count, limit, &stored)
      }
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
      if !embedded.isEmpty { notice?("\(path): its colour profile is damaged and is left out") }
      picture.iccProfile = rest.meaning?.profile(colourChannels: image.colourChannels)
    }
    picture.chunkColour = ChunkColour(
      chunks: rest.colourChunks, profile: picture.iccProfile, suffice: rest.chunksSuffice)
    picture.metadata = rest.metadata
    picture.metadata.width = image.width
    picture.metadata.height = image.height
    picture.metadata.isTurned = !orientation.isUpright
    if let notice {
      for line in rest.notices + lost(stored, rest) { notice("\(path): \(line)") }
    }
    return picture
  }

  /// What the codec has seen and not read.
  private func lost(_ stored: cpc_picture, _ rest: MetadataReader) -> [String] {
    var lines: [String] = []
    if stored.end_missing != 0 { lines.append("the file has lost its end; the picture is whole") }
    if stored.trailing > 0, !rest.hasFurtherPictures { lines.append(Self.trail(Int(stored.trailing))) }
    if stored.unread_samples > 0 {
      let samples = stored.unread_samples == 1 ? "a sample" : "\(stored.unread_samples) samples"
      lines.append("\(samples) of each pixel, neither colour nor alpha by what the file says (ExtraSamples), left out")
    }
    return lines
  }

  private static func trail(_ count: Int) -> String {
    "\(count == 1 ? "a byte" : "\(count) bytes") after the end of the picture left out"
  }

  /// The file up to the end that its head tells (RIFF: a size of all that follows the first eight bytes, even).
  private func withoutTrail(_ bytes: [UInt8], _ notice: ((String) -> Void)?) -> [UInt8] {
    guard bytes.count > 12 else { return bytes }
    let size = (0..<4).reduce(0) { $0 | Int(bytes[4 + $1]) << (8 * $1) }
    let end = 8 + size + size & 1
    guard end >= 12, end < bytes.count else { return bytes }
    notice?("\(path): \(Self.trail(bytes.count - end))")
    return Array(bytes[..<end])
  }

  /// Floats 0...1, not premultiplied.
  private func samples(of stored: cpc_picture, _ notice: ((String) -> Void)?) throws -> PixelImage {
    let channels = Int(stored.channels)
    let pixels = Int(stored.width) * Int(stored.height)
    let count = pixels * channels
    guard let from = stored.pixels, memoryHolds(count * MemoryLayout<Float>.stride) else {
      throw error(CPC_NO_MEMORY, stored)
    }
    let samples = [Float](unsafeUninitializedCapacity: count) { buffer, filled in
      guard let to = buffer.baseAddress else { return }
      switch stored.sample {
      case CPC_U8: cpc_u8_to_float(from.assumingMemoryBound(to: UInt8.self), to, count)
      case CPC_U16: cpc_u16_to_float(from.assumingMemoryBound(to: UInt16.self), to, count)
      default:
        let values = UnsafeBufferPointer(start: from.assumingMemoryBound(to: Float.self), count: count)
        if cpc_clamp(values.baseAddress, to, count) > 0 { notice?("\(path): \(Self.range(of: values))") }
      }
      filled = count
    }
    let image = PixelImage(width: Int(stored.width), height: Int(stored.height), channels: channels, samples: samples)
    guard stored.premultiplied != 0 else { return image }
    return image.unmultiplied(step: stored.sample == CPC_U8 ? 1 / 255 : stored.sample == CPC_U16 ? 1 / 65535 : 0)
  }

  /// What is to say of fractions that are not all in 0...1.
  private static func range(of values: UnsafeBufferPointer<Float>) -> String {
    var (low, high) = (Float.infinity, -Float.infinity)
    for value in values where value.isFinite {
      low = min(low, value)
      high = max(high, value)
    }
    guard low < 0 || high > 1 else { return "some of its samples are no numbers and count as 0 or 1" }
    // Writers of whole numbers in floats: 8 or 16 bits.
    let scale = high > 255 ? 65535 : 255
    let hint = high > 16 && high <= 65535 ? "; divide samples of 0...\(scale) by \(scale) first" : ""
    return "its samples reach from \(low) to \(high); what is below 0 or above 1 is cut off\(hint)"
  }

  /// Whether this machine can hold that much at all: the system grants more than it has and then kills the program.
  private func memoryHolds(_ bytes: Int) -> Bool {
    let installed = sysconf(Int32(_SC_PHYS_PAGES)) * sysconf(Int32(_SC_PAGESIZE))
    return installed <= 0 || bytes <= installed / 4 * 3
  }

  private func error(_ status: cpc_status, _ stored: cpc_picture) -> PictureFileError {
    let said = message(of: stored.message)
    let size = "\(stored.width) x \(stored.height) pixels"
    switch status {
    case CPC_UNSUPPORTED:
      return .unsupported(
        path: path, reason: "this \(format.rawValue) file cannot be used: \(said ?? "it is of an unusual kind")")
    case CPC_TOO_LARGE:
      return .unsupported(
        path: path, reason: "\(size) are too many; up to \(PictureFile.mostPixels >> 20) x 2^20 pixels can be read")
    case CPC_NO_MEMORY:
      return .notEnoughMemory(path: path, reason: "\(size) do not fit in memory; reduce or cut the picture first")
    default:
      let what = said.map { " (\($0))" } ?? ""
      return .damaged(path: path, reason: "the \(format.rawValue) file is damaged\(what); copy or export it again")
    }
  }
}

/// The text of a codec's message field, on one line; nil if it is empty.
func message<Field>(of field: Field) -> String? {
  let text = withUnsafeBytes(of: field) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
  let line = text.map { $0.isNewline || $0 < " " ? " " : $0 }
  return line.isEmpty ? nil : String(line)
}
