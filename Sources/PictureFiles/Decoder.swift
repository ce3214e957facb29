import CPictureCodecs
import Glibc
import ResShift

/// From the bytes of a file to its picture.
struct Decoder {
  let format: PictureFormat
  /// For messages.
  let path: String

  func decode(_ bytes: [UInt8]) throws -> PictureFile {
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

    let exif = Exif([UInt8](UnsafeBufferPointer(start: stored.exif, count: stored.exif_size)))
    let orientation = Orientation(stored.orientation > 0 ? Int(stored.orientation) : exif.orientation)
    let image = orientation.applied(to: try samples(of: stored))
    var resolution = PictureResolution(x: stored.x_ppi, y: stored.y_ppi, perInch: 1) ?? exif.resolution
    if let known = resolution, orientation.transposed { resolution = .init(x: known.y, y: known.x) }
    let profile = IccProfile([UInt8](UnsafeBufferPointer(start: stored.icc, count: stored.icc_size)))
    return PictureFile(
      image: image, bitDepth: stored.sample == CPC_U8 ? 8 : 16, iccProfile: profile?.bytes, resolution: resolution)
  }

  /// Floats 0...1, not premultiplied.
  private func samples(of stored: cpc_picture) throws -> PixelImage {
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
      default: cpc_clamp(from.assumingMemoryBound(to: Float.self), to, count)
      }
      filled = count
      guard stored.premultiplied != 0 else { return }
      for pixel in 0..<pixels {
        let at = to + pixel * channels
        let alpha = at[channels - 1]
        for c in 0..<channels - 1 where alpha > 0 { at[c] = min(at[c] / alpha, 1) }
      }
    }
    return PixelImage(width: Int(stored.width), height: Int(stored.height), channels: channels, samples: samples)
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
