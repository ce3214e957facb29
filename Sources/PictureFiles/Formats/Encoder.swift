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
    let notice: (PictureNotice) -> Void = { notice?((("\(path): \($0.message)") as Message).text) }
    let image = format.storable(picture.image, notice)
    let profile = picture.iccProfile.flatMap { IccProfile($0) }
    let icc = profile?.fitted(colourChannels: image.colourChannels) ?? []
    if let profile, icc.isEmpty {
      notice(.profileDoesNotFit(profile: profile.colours, isGray: image.colourChannels == 1))
    }
    var rest = MetadataWriter(picture, width: image.width, height: image.height, format: format)
    format.addColours(&rest, picture, icc)
    rest.notices.forEach(notice)

    var stored = cpc_picture()
    stored.width = UInt32(image.width)
    stored.height = UInt32(image.height)
    stored.channels = UInt32(image.channels)
    stored.sample = bitDepth == 16 ? CPC_U16 : CPC_U8
    stored.x_ppi = picture.resolution?.x ?? 0
    stored.y_ppi = picture.resolution?.y ?? 0
    var file = cpc_file()
    let status = withBytes(icc) { iccBytes in
      withBlocks(rest.blocks) { blocks in
        withSamples(of: image) { samples in
          stored.icc = iccBytes
          stored.icc_size = icc.count
          stored.blocks = blocks.baseAddress
          stored.block_count = blocks.count
          stored.pixels = samples
          return format.encode(&stored, quality, &file)
        }
      }
    }
    if status == CPC_OK {
      if file.left_out != 0 { notice(.noRoomInTIFF) }
      return EncodedFile(file: file)
    }
    let detail = message(of: file.message)
    cpc_free_file(&file)
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
    let count = image.samples.count
    let stored = UnsafeMutableRawPointer.allocate(byteCount: count * bitDepth / 8, alignment: 16)
    defer { stored.deallocate() }
    image.samples.withUnsafeBufferPointer { from in
      if bitDepth == 16 {
        cpc_float_to_u16(from.baseAddress, stored.bindMemory(to: UInt16.self, capacity: count), count)
      } else {
        cpc_float_to_u8(from.baseAddress, stored.bindMemory(to: UInt8.self, capacity: count), count)
      }
    }
    return body(stored)
  }
}
