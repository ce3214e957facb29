import CPictureCodecs

extension PictureFormat {
  /// PNG (third edition), with Exif, XMP, IPTC and texts in its chunks: 8 and 16 bits, everything else as it is.
  public static let png = PictureFormat(
    name: "PNG", extensions: ["png"], otherExtensions: ["apng"], bitDepths: [8, 16], longestSide: 0x7fff_ffff,
    hasSignature: { $0.starts(with: [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]) },
    decode: { cpc_read_png($0, $1, $2, $3) }, encode: { picture, _, file in cpc_write_png(picture, file) },
    readMetadata: { $0.readPNG($1) }, addMetadata: { $0.addPNG($1, $2, $3) },
    addColours: { $0.addColours(of: $1, profile: $2) })
}

extension FileBlocks {
  /// The chunks of a PNG file but for its pixels; those whose checksum is wrong have their names in `damaged`.
  fileprivate static func ofPNG(_ bytes: [UInt8]) -> (blocks: [FileBlock], damaged: [String]) {
    var blocks: [FileBlock] = []
    var damaged: [String] = []
    var at = 8
    var isAfterPixels = false
    while at + 12 <= bytes.count, blocks.count < most {
      func long(_ at: Int) -> UInt32 { bytes[at..<at + 4].reduce(0) { $0 << 8 | UInt32($1) } }
      let size = Int(long(at))
      guard size <= bytes.count - at - 12 else { break }
      let code = long(at + 4)
      if code == FileBlock.code("IEND") { break }
      isAfterPixels = isAfterPixels || code == FileBlock.code("IDAT")
      // Animation's frames are pixels, too, and its head has no meaning after the first pixels.
      let isPixels = ["IDAT", "fdAT"].contains(code) || isAfterPixels && code == FileBlock.code("acTL")
      if !isPixels {
        let sum = bytes.withUnsafeBufferPointer { buffer in
          buffer.baseAddress.map { cpc_crc32($0 + at + 4, size + 4) } ?? 0
        }
        if sum == long(at + 8 + size) {
          blocks.append(FileBlock(code: code, data: Array(bytes[at + 8..<at + 8 + size])))
        } else {
          damaged.append(String(decoding: bytes[at + 4..<at + 8], as: UTF8.self))
        }
      }
      at += 12 + size
    }
    return (blocks, damaged)
  }
}

extension MetadataReader {
  fileprivate mutating func readPNG(_ bytes: [UInt8]) {
    let (blocks, damaged) = FileBlocks.ofPNG(bytes)
    let wrong = damaged.filter { $0.first?.isLowercase == true }
    if !wrong.isEmpty { notices.append(.chunkDamaged(wrong[0])) }
    func data(_ name: StaticString) -> [UInt8]? { blocks.first { $0.code == FileBlock.code(name) }?.data }
    if let frames = data("acTL")?.prefix(4).reduce(0, { $0 << 8 | Int($1) }), frames > 1 {
      notices.append(.animation(frames: frames))
    }
    if let block = data("eXIf") { readExif(block) }
    for block in blocks {
      switch block.code {
      case FileBlock.code("tEXt"), FileBlock.code("zTXt"), FileBlock.code("iTXt"): readText(block)
      default: break
      }
    }
    if let stored = data("iCCP") { readProfile(stored) }
    colourChunks = ["cICP", "mDCV", "cLLI"].flatMap { name in
      blocks.filter { $0.code == FileBlock.code(name) }.prefix(1)
    }
    // The order of PNG 3rd edition, 4.3: cICP, iCCP, sRGB, gAMA with cHRM.
    if let known = data("cICP").flatMap({ ColourMeaning(codePoints: $0) }) {
      meaning = known
      profile = nil
    } else if profile == nil, let known = colourOfChunks(data) {
      meaning = known
      let own: [StaticString] = known == .sRGB ? ["sRGB"] : ["gAMA", "cHRM"]
      colourChunks += own.flatMap { name in blocks.filter { $0.code == FileBlock.code(name) }.prefix(1) }
      chunksSuffice = known.isUsual
    }
  }

  fileprivate mutating func colourOfChunks(_ data: (StaticString) -> [UInt8]?) -> ColourMeaning? {
    if data("sRGB") != nil { return .sRGB }
    guard data("gAMA") != nil || data("cHRM") != nil else { return nil }
    let meaning = ColourMeaning(gamma: data("gAMA"), chromaticities: data("cHRM"))
    if meaning == nil { notices.append(.chunksMakeNoSense) }
    return meaning
  }

  fileprivate mutating func readProfile(_ chunk: [UInt8]) {
    guard let name = chunk.firstIndex(of: 0), name + 2 <= chunk.count, chunk[name + 1] == 0 else {
      return damagedProfile()
    }
    guard let unpacked = Packing.inflated(chunk[(name + 2)...], limit: IccProfile.mostBytes) else {
      return damagedProfile()
    }
    profile = unpacked
  }

  fileprivate mutating func damagedProfile() { notices.append(.profileDamaged) }

  /// A text chunk of PNG: XMP, what other programs put into "raw profiles", or a comment.
  fileprivate mutating func readText(_ block: FileBlock) {
    guard let end = block.data.firstIndex(of: 0) else { return }
    let keyword = String(decoding: block.data[..<end], as: UTF8.self)
    let raw = "Raw profile type "
    if keyword == MetadataMark.pngXMP {
      readXMP(text(of: block, after: end) ?? [0xff])
    } else if keyword.hasPrefix(raw) {
      guard let content = text(of: block, after: end).flatMap(Self.rawProfile) else { return }
      switch keyword.dropFirst(raw.count) {
      case "exif", "APP1":
        if content.starts(with: MetadataMark.xmp.utf8) {
          readXMP(Array(content.dropFirst(MetadataMark.xmp.utf8.count)))
        } else if let structure = TIFFStructure(Exif.withoutPrefix(content)) {
          // Its orientation is not asked: readers show the pixels of such files as they stand.
          readExif(structure)
        }
      case "xmp": readXMP(content)
      case "iptc", "8bim": if let records = IPTC.inResources(content) { readIPTC(records) } else { readIPTC(content) }
      default: break
      }
    } else if !keyword.hasPrefix("Thumb::") {
      keepText(block)
    }
  }

  /// The text behind the keyword, which ends at `end`; in zTXt behind how it is packed, in iTXt behind whether it is
  /// packed and how, the language and the keyword in that. nil if it is damaged, or too long.
  fileprivate mutating func text(of block: FileBlock, after end: Int) -> [UInt8]? {
    let rest = block.data[(end + 1)...]
    switch block.code {
    case FileBlock.code("tEXt"): return Array(rest)
    case FileBlock.code("zTXt"): return unpacked(rest.dropFirst())
    default:
      guard rest.count >= 4, let isPacked = rest.first, let language = rest.dropFirst(2).firstIndex(of: 0),
        let keyword = rest[(language + 1)...].firstIndex(of: 0)
      else { return nil }
      let text = rest[(keyword + 1)...]
      return isPacked == 0 ? Array(text) : unpacked(text)
    }
  }

  /// Of a file no more than `room` bytes are unpacked, in however many texts.
  fileprivate mutating func unpacked(_ bytes: ArraySlice<UInt8>) -> [UInt8]? {
    let limit = min(room, XMPPacket.mostBytes)
    let text = limit > 0 ? Packing.inflated(bytes, limit: limit) : nil
    room -= text?.count ?? limit
    return text
  }

  /// A line with the name, one with the length, then hexadecimal digits.
  private static func rawProfile(_ text: [UInt8]) -> [UInt8]? {
    let lines = text.split(separator: UInt8(ascii: "\n"), maxSplits: 2)
    guard lines.count == 3, let count = Int(String(decoding: lines[1].filter { $0 != 32 }, as: UTF8.self)) else {
      return nil
    }
    let digits = lines[2].compactMap { Character(UnicodeScalar($0)).hexDigitValue.map(UInt8.init) }
    guard count > 0, digits.count == 2 * count else { return nil }
    return (0..<count).map { digits[2 * $0] << 4 | digits[2 * $0 + 1] }
  }
}

extension MetadataWriter {
  /// PNG's chunks about colours, and the profile unless they say the same.
  fileprivate mutating func addColours(of picture: PictureFile, profile: [UInt8]) {
    let colour = picture.chunkColour
    let isSame = colour.profile == picture.iccProfile
    var chunks = isSame ? colour.chunks : []
    if !profile.isEmpty, !(isSame && colour.suffice), let packed = Packing.deflated(profile) {
      chunks.append(FileBlock("iCCP", Array("ICC profile".utf8) + [0, 0] + packed))
    }
    blocks = chunks + blocks
  }

  fileprivate mutating func addPNG(_ exif: ExifBlock, _ xmp: [UInt8]?, _ iptc: [UInt8]?) {
    if !exif.isEmpty { blocks.append(FileBlock("eXIf", exif.bytes)) }
    if let xmp { blocks.append(FileBlock("iTXt", Array(MetadataMark.pngXMP.utf8) + [0, 0, 0, 0, 0] + xmp)) }
    if let iptc {
      // As ImageMagick and ExifTool have it: PNG itself has no place for it.
      let content = IPTC.asResource(iptc)
      var text = Array("Raw profile type iptc\0\niptc\n\(content.count)\n".utf8)
      let digits = Array("0123456789abcdef".utf8)
      for (i, byte) in content.enumerated() {
        text += [digits[Int(byte >> 4)], digits[Int(byte & 15)]]
        if i % 36 == 35 { text.append(10) }
      }
      blocks.append(FileBlock("tEXt", text + [10]))
    }
  }
}
