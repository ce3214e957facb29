import CPictureCodecs
import ResShift
import Wording

/// An encoded file in memory that the C library allocated.
struct EncodedFile {
  fileprivate var file: cpc_file

  var bytes: UnsafeRawBufferPointer { UnsafeRawBufferPointer(start: file.data, count: file.size) }

  func free() {
    var copy = file
    cpc_free_file(&copy)
  }
}

/// From a picture to the bytes of its file.
struct Encoder {
  let format: PictureFormat
  /// For messages.
  let path: String
  let bitDepth: Int
  /// JPEG and WebP, 0...100: no loss that shows, a tenth of the size of a PNG file.
  var quality: Int32 = 95

  /// The caller frees the result.
  func encode(_ picture: PictureFile, notice: ((String) -> Void)?) throws -> EncodedFile {
    try encode(picture, PixelRows(picture.image), notice: notice)
  }

  /// The same with other pixels. Types that can be written from the top down go to the open file `descriptor`, if there is one, and the
  /// result is empty; `failure` is what an errno value of it means. The caller frees the result.
  func encode(
    _ picture: PictureFile, _ rows: PixelRows, to descriptor: Int32? = nil,
    failure: ((Int32) -> PictureFileError)? = nil, notice: ((String) -> Void)?
  ) throws -> EncodedFile {
    let notice: (PictureNotice) -> Void = { notice?((("\(path): \($0.message)") as Message).text) }
    // Said once for all rows.
    let told = Told()
    func stored(_ image: PixelImage) -> PixelImage {
      format.storable(image) { if told.isNew($0) { notice($0) } }
    }
    // WebP looks at pixels beside each other, and its library takes none but whole pictures.
    let whole = format.takesRows ? nil : stored(rows.image)
    let channels = whole?.channels ?? stored(rows.rows(0..<1)).channels
    let profile = picture.iccProfile.flatMap { IccProfile($0) }
    let colourChannels = channels > 2 ? 3 : 1
    let icc = profile?.fitted(colourChannels: colourChannels) ?? []
    if let profile, icc.isEmpty {
      notice(.profileDoesNotFit(profile: profile.colours, isGray: colourChannels == 1))
    }
    var rest = MetadataWriter(picture, width: rows.width, height: rows.height, format: format)
    format.addColours(&rest, picture, icc)
    rest.notices.forEach(notice)

    var new = cpc_picture()
    new.width = UInt32(rows.width)
    new.height = UInt32(rows.height)
    new.channels = UInt32(channels)
    new.sample = bitDepth == 16 ? CPC_U16 : CPC_U8
    new.x_ppi = picture.resolution?.x ?? 0
    new.y_ppi = picture.resolution?.y ?? 0
    var file = cpc_file()
    if let descriptor, format.takesDescriptor { (file.to_descriptor, file.descriptor) = (1, descriptor) }
    let source = RowSource(rows: rows, bitDepth: bitDepth, stored: stored)
    let status = withBytes(icc) { iccBytes in
      withBlocks(rest.blocks) { blocks in
        new.icc = iccBytes
        new.icc_size = icc.count
        new.blocks = blocks.baseAddress
        new.block_count = blocks.count
        return withExtendedLifetime(source) {
          guard let whole else {
            new.context = Unmanaged.passUnretained(source).toOpaque()
            new.make_rows = { context, first, count, to in
              guard let context, let to else { return }
              Unmanaged<RowSource>.fromOpaque(context).takeUnretainedValue().put(
                Int(first)..<Int(first + count), at: to)
            }
            return format.encode(&new, quality, &file)
          }
          return withSamples(of: whole) { samples in
            new.pixels = samples
            return format.encode(&new, quality, &file)
          }
        }
      }
    }
    if status == CPC_OK {
      if file.left_out != 0 { notice(.noRoomInTIFF) }
      return EncodedFile(file: file)
    }
    let (detail, code) = (message(of: file.message), file.error)
    cpc_free_file(&file)
    if code != 0, let failure { throw failure(code) }
    if status == CPC_NO_MEMORY { throw PictureFileError.notEnoughMemory(path: path, reason: .writing) }
    throw PictureFileError.cannotWrite(path: path, reason: .encoding(format, detail: detail))
  }

  private func withBytes<Result>(_ bytes: [UInt8], _ body: (UnsafeMutablePointer<UInt8>?) -> Result) -> Result {
    bytes.withUnsafeBufferPointer { body(UnsafeMutablePointer(mutating: $0.baseAddress)) }
  }

  private func withBlocks<Result>(_ blocks: [FileBlock], _ body: (UnsafeBufferPointer<cpc_block>) -> Result) -> Result {
    let bytes = blocks.flatMap(\.data)
    return bytes.withUnsafeBufferPointer { buffer in
      var at = 0
      let listed = blocks.map { block in
        defer { at += block.data.count }
        return cpc_block(code: block.code, data: buffer.baseAddress.map { $0 + at }, size: block.data.count)
      }
      return listed.withUnsafeBufferPointer(body)
    }
  }

  /// The samples as whole numbers of the file's depth.
  private func withSamples<Result>(of image: PixelImage, _ body: (UnsafeMutableRawPointer?) -> Result) -> Result {
    let stored = UnsafeMutableRawPointer.allocate(byteCount: image.samples.count * bitDepth / 8, alignment: 16)
    defer { stored.deallocate() }
    image.putSamples(at: stored, bitDepth: bitDepth)
    return body(stored)
  }
}

/// Which notices have been given.
private final class Told {
  private var all: [PictureNotice] = []

  func isNew(_ notice: PictureNotice) -> Bool {
    if all.contains(notice) { return false }
    all.append(notice)
    return true
  }
}

/// What a codec asks for rows.
private final class RowSource {
  private let rows: PixelRows
  private let bitDepth: Int
  private let stored: (PixelImage) -> PixelImage

  init(rows: PixelRows, bitDepth: Int, stored: @escaping (PixelImage) -> PixelImage) {
    (self.rows, self.bitDepth, self.stored) = (rows, bitDepth, stored)
  }

  func put(_ range: Range<Int>, at to: UnsafeMutableRawPointer) {
    stored(rows.rows(range)).putSamples(at: to, bitDepth: bitDepth)
  }
}

extension PixelImage {
  /// The samples as whole numbers of 8 or 16 bits.
  fileprivate func putSamples(at to: UnsafeMutableRawPointer, bitDepth: Int) {
    let count = samples.count
    samples.withUnsafeBufferPointer { from in
      if bitDepth == 16 {
        cpc_float_to_u16(from.baseAddress, to.bindMemory(to: UInt16.self, capacity: count), count)
      } else {
        cpc_float_to_u8(from.baseAddress, to.bindMemory(to: UInt8.self, capacity: count), count)
      }
    }
  }
}
