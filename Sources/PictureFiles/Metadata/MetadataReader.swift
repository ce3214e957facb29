import CPictureCodecs

/// What a file holds besides its pixels, and what of it is not read.
struct MetadataReader {
  /// Without sizes.
  private(set) var metadata = PictureMetadata()
  /// What the numbers stand for, if no profile says so; `name` for the notice.
  private(set) var meaning: ColourMeaning?
  /// From PNG, where the codec does not read it.
  private(set) var profile: [UInt8]?
  /// PNG's own words about colours, for PNG files.
  private(set) var colourChunks: [FileBlock] = []
  /// Whether these say all: sRGB, and the gamma of 1/2.2 that readers take for it or for exactly that.
  private(set) var chunksSuffice = false
  /// Orientation and resolution of an Exif block.
  private(set) var exif = Exif([])
  /// One line for the user each, without the path.
  private(set) var notices: [String] = []

  /// Bytes of comments that are kept.
  private static let mostText = 1 << 20
  private var hasTooMuchText = false
  private var room = 2 * XMPPacket.mostBytes

  init(_ bytes: [UInt8], format: PictureFormat) {
    metadata.format = format
    switch format {
    case .jpeg: readJPEG(FileBlocks.ofJPEG(bytes))
    case .png: readPNG(bytes)
    case .webp: readWebP(FileBlocks.ofWebP(bytes))
    case .tiff: readTIFF(bytes)
    }
    if let kept = metadata.exif, kept.losesMakerNote {
      metadata.exif?.removeMakerNote()
      notices.append("the maker's note of its Exif block lies too far inside the file and is left out")
    }
  }

  // MARK: - Formats

  private mutating func readJPEG(_ blocks: [FileBlock]) {
    var photoshop: [UInt8] = []
    for block in blocks {
      func begins(_ text: String) -> Bool { block.data.starts(with: text.utf8) }
      func rest(_ text: String) -> [UInt8] { Array(block.data.dropFirst(text.utf8.count)) }
      switch block.code {
      case 0xe1 where begins("Exif\0"): if metadata.exif == nil { readExif(block.data) }
      case 0xe1 where begins(Mark.xmp): if metadata.xmp == nil { readXMP(rest(Mark.xmp)) }
      case 0xe2 where begins("MPF\0"): readMultiPicture(rest("MPF\0"))
      case 0xed where begins(Mark.photoshop): photoshop += rest(Mark.photoshop)
      case 0xfe: keepText(block)
      default: break
      }
    }
    if let records = IPTC.inResources(photoshop) { readIPTC(records) }
    if metadata.xmp?.has(XMPPacket.extensionNote) == true {
      notices.append("the second part of its XMP (such as a depth map or a long history) is left out")
    }
  }

  private mutating func readPNG(_ bytes: [UInt8]) {
    let (blocks, damaged) = FileBlocks.ofPNG(bytes)
    let wrong = damaged.filter { $0.first?.isLowercase == true }
    if !wrong.isEmpty { notices.append("its chunk \(wrong[0]) is damaged and is left out") }
    func data(_ name: StaticString) -> [UInt8]? { blocks.first { $0.code == FileBlock.code(name) }?.data }
    if let frames = data("acTL")?.prefix(4).reduce(0, { $0 << 8 | Int($1) }), frames > 1 {
      notices.append("it is an animation of \(frames) frames; only its still picture is used")
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

  private mutating func colourOfChunks(_ data: (StaticString) -> [UInt8]?) -> ColourMeaning? {
    if data("sRGB") != nil { return .sRGB }
    guard data("gAMA") != nil || data("cHRM") != nil else { return nil }
    let meaning = ColourMeaning(gamma: data("gAMA"), chromaticities: data("cHRM"))
    if meaning == nil { notices.append("its chunks gAMA and cHRM make no sense and are left out") }
    return meaning
  }

  private mutating func readWebP(_ blocks: [FileBlock]) {
    for block in blocks {
      if block.code == FileBlock.code("EXIF") { readExif(block.data) } else { readXMP(block.data) }
    }
  }

  private mutating func readTIFF(_ bytes: [UInt8]) {
    guard let structure = TIFFStructure(bytes) else { return }
    let pages = structure.pages
    if pages > 1 { notices.append("it has \(pages) pages; only the first one is used") }
    guard let first = structure.directory(at: structure.first) else { return }
    func value(_ tag: Int) -> [UInt8]? {
      first.entries.first { $0.tag == tag }.map { Array(structure.bytes[$0.place]) }
    }
    if first.entries.contains(where: { $0.tag == ExifTag.photoshopLayers }) {
      notices.append("its layers are left out; the flat picture is used")
    }
    if let packet = value(ExifTag.xmp) { readXMP(packet) }
    if let records = value(ExifTag.iptc) ?? value(ExifTag.photoshop).flatMap(IPTC.inResources) { readIPTC(records) }
    readExif(structure)
  }

  // MARK: - Kinds of metadata

  private mutating func readExif(_ bytes: [UInt8]) {
    if let structure = TIFFStructure(Exif.withoutPrefix(bytes)) {
      exif = Exif(structure)
      readExif(structure)
    } else {
      notices.append("its Exif block is damaged and is left out")
    }
  }

  private mutating func readExif(_ structure: TIFFStructure) {
    guard metadata.exif == nil else { return }
    guard let block = ExifBlock(structure) else {
      notices.append("its Exif block is damaged and is left out")
      return
    }
    if block.isDamaged { notices.append("its Exif block is damaged in parts; the others are kept") }
    if !block.isEmpty { metadata.exif = block }
    meaning = meaning ?? ColourMeaning(structure)
  }

  private mutating func readXMP(_ bytes: [UInt8]) {
    guard metadata.xmp == nil else { return }
    metadata.xmp = XMPPacket(Array(bytes.prefix { $0 != 0 }))
    if metadata.xmp == nil { notices.append("its XMP is damaged and is left out") }
  }

  private mutating func readIPTC(_ bytes: [UInt8]) {
    guard metadata.iptc == nil else { return }
    metadata.iptc = IPTC.records(bytes)
    if metadata.iptc == nil { notices.append("its IPTC records are damaged and are left out") }
  }

  private mutating func readMultiPicture(_ bytes: [UInt8]) {
    guard let structure = TIFFStructure(bytes), let index = structure.directory(at: structure.first) else { return }
    let number = index.entries.first { $0.tag == 0xb001 }.flatMap { structure.numbers(of: $0).first } ?? 0
    guard number > 1 else { return }
    hasFurtherPictures = true
    notices.append("it holds \(number) pictures (MPO: other views, a gain or depth map); only the first one is used")
  }

  /// Whether bytes after the end have been spoken of already.
  private(set) var hasFurtherPictures = false

  private mutating func readProfile(_ chunk: [UInt8]) {
    guard let name = chunk.firstIndex(of: 0), name + 2 <= chunk.count, chunk[name + 1] == 0 else {
      return damagedProfile()
    }
    guard let unpacked = Packing.inflated(chunk[(name + 2)...], limit: IccProfile.mostBytes) else {
      return damagedProfile()
    }
    profile = unpacked
  }

  private mutating func damagedProfile() { notices.append("its colour profile is damaged and is left out") }

  /// A text chunk of PNG: XMP, what other programs put into "raw profiles", or a comment.
  private mutating func readText(_ block: FileBlock) {
    guard let end = block.data.firstIndex(of: 0) else { return }
    let keyword = String(decoding: block.data[..<end], as: UTF8.self)
    let raw = "Raw profile type "
    if keyword == Mark.pngXMP {
      readXMP(text(of: block, after: end) ?? [0xff])
    } else if keyword.hasPrefix(raw) {
      guard let content = text(of: block, after: end).flatMap(Self.rawProfile) else { return }
      switch keyword.dropFirst(raw.count) {
      case "exif", "APP1":
        if content.starts(with: Mark.xmp.utf8) {
          readXMP(Array(content.dropFirst(Mark.xmp.utf8.count)))
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
  private mutating func text(of block: FileBlock, after end: Int) -> [UInt8]? {
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
  private mutating func unpacked(_ bytes: ArraySlice<UInt8>) -> [UInt8]? {
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

  private mutating func keepText(_ block: FileBlock) {
    let kept = metadata.texts.reduce(0) { $0 + $1.data.count }
    if kept + block.data.count <= Self.mostText {
      metadata.texts.append(block)
    } else if !hasTooMuchText {
      hasTooMuchText = true
      notices.append("comments of more than \(Self.mostText >> 20) MiB are left out")
    }
  }
}

/// How blocks of JPEG and PNG say what they are.
enum Mark {
  static let xmp = "http://ns.adobe.com/xap/1.0/\0"
  static let pngXMP = "XML:com.adobe.xmp"
  static let photoshop = "Photoshop 3.0\0"
}

/// zlib's packing.
enum Packing {
  /// nil for a broken stream, one of more than `limit` bytes, and where memory is short.
  static func inflated(_ bytes: ArraySlice<UInt8>, limit: Int) -> [UInt8]? {
    converted(bytes) { cpc_inflate($0, $1, limit, &$2) }
  }

  static func deflated(_ bytes: [UInt8]) -> [UInt8]? { converted(bytes[...]) { cpc_deflate($0, $1, &$2) } }

  private static func converted(
    _ bytes: ArraySlice<UInt8>, _ convert: (UnsafePointer<UInt8>, Int, inout cpc_file) -> cpc_status
  ) -> [UInt8]? {
    var file = cpc_file()
    defer { cpc_free_file(&file) }
    let status = bytes.withUnsafeBufferPointer { buffer in
      buffer.baseAddress.map { convert($0, buffer.count, &file) } ?? CPC_DAMAGED
    }
    return status == CPC_OK ? [UInt8](UnsafeBufferPointer(start: file.data, count: file.size)) : nil
  }
}
