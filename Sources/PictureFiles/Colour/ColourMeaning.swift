/// What the numbers of a picture stand for, where its file says so in another way than with a profile.
struct ColourMeaning: Sendable, Equatable {
  var primaries = Primaries.sRGB
  /// One, or those of red, green and blue.
  var curves = [ToneCurve.sRGB]
  /// For people who look at the profile.
  var name: String

  static let sRGB = ColourMeaning(name: "sRGB")
  /// Gamma 563/256, as the specification of 1998 has it.
  static let adobeRGB = ColourMeaning(
    primaries: .adobeRGB, curves: [.gamma(2.199_218_75)], name: "Compatible with Adobe RGB (1998)")

  /// A profile that says the same; nil if the primaries make no colours.
  func profile(colourChannels: Int) -> [UInt8]? {
    if colourChannels == 1 { return curves.first.map { ProfileWriter.gray($0, name: name) } }
    return ProfileWriter.rgb(primaries, curves, name: name)
  }

  /// From PNG's gAMA and cHRM (PNG 3rd edition, 11.3.2): nil if both are missing or make no sense. With one of them the
  /// other counts as that of sRGB.
  init?(gamma: [UInt8]?, chromaticities: [UInt8]?) {
    self.init(name: "PNG gAMA and cHRM")
    func numbers(_ bytes: [UInt8]?, _ count: Int) -> [Double]? {
      guard let bytes, bytes.count == 4 * count else { return nil }
      return (0..<count).map { i in
        Double(Int32(truncatingIfNeeded: bytes[4 * i..<4 * i + 4].reduce(0) { $0 << 8 | Int($1) })) / 100_000
      }
    }
    var isKnown = false
    if let value = numbers(gamma, 1)?[0], (0.05...20).contains(value) {
      curves = [.gamma(1 / value)]
      isKnown = true
    }
    if let c = numbers(chromaticities, 8) {
      let found = Primaries(
        red: .init(c[2], c[3]), green: .init(c[4], c[5]), blue: .init(c[6], c[7]), white: .init(c[0], c[1]))
      guard found.matrices() != nil else { return nil }
      if !found.isNear(.sRGB) { primaries = found }
      isKnown = true
    }
    guard isKnown else { return nil }
  }

  /// Whether pictures look as they do where nothing at all is said, within what writers round.
  var isUsual: Bool {
    guard primaries == .sRGB, curves.count == 1 else { return false }
    if case .gamma(let exponent) = curves[0] { return abs(exponent - 2.2) < 0.01 }
    return curves[0] == .sRGB
  }

  /// From the code points of PNG's cICP (ITU-T H.273): primaries, transfer, matrix, full range. nil where no profile of
  /// curves can say it: PQ, HLG, logarithms, video's range.
  init?(codePoints: [UInt8]) {
    guard codePoints.count == 4, codePoints[2] == 0, codePoints[3] == 1 else { return nil }
    self.init(name: "H.273 primaries \(codePoints[0]), transfer \(codePoints[1])")
    typealias Point = Primaries.Point
    func known(_ r: (Double, Double), _ g: (Double, Double), _ b: (Double, Double), _ white: Point = Primaries.d65)
      -> Primaries
    {
      Primaries(red: Point(r.0, r.1), green: Point(g.0, g.1), blue: Point(b.0, b.1), white: white)
    }
    let c = Point(0.310, 0.316)
    switch codePoints[0] {
    case 1, 2: primaries = .sRGB
    case 4: primaries = known((0.67, 0.33), (0.21, 0.71), (0.14, 0.08), c)
    case 5: primaries = known((0.64, 0.33), (0.29, 0.60), (0.15, 0.06))
    case 6, 7: primaries = known((0.630, 0.340), (0.310, 0.595), (0.155, 0.070))
    case 8: primaries = known((0.681, 0.319), (0.243, 0.692), (0.145, 0.049), c)
    case 9: primaries = known((0.708, 0.292), (0.170, 0.797), (0.131, 0.046))
    case 11: primaries = known((0.680, 0.320), (0.265, 0.690), (0.150, 0.060), Point(0.314, 0.351))
    case 12: primaries = known((0.680, 0.320), (0.265, 0.690), (0.150, 0.060))
    case 22: primaries = known((0.630, 0.340), (0.295, 0.605), (0.155, 0.077))
    default: return nil
    }
    switch codePoints[1] {
    case 1, 6, 14, 15: curves = [.video]
    case 2, 13: curves = [.sRGB]
    case 4: curves = [.gamma(2.2)]
    case 5: curves = [.gamma(2.8)]
    case 7: curves = [.smpte240]
    case 8: curves = [.gamma(1)]
    default: return nil
    }
  }

  /// From an Exif block or the first page of a TIFF file: Adobe RGB as cameras say it (DCF 2.0: ColorSpace
  /// "uncalibrated" and the interoperability index R03, or ColorSpace 2 of older ones), or white point, primaries and
  /// transfer function (TIFF 6.0, section 20). nil if nothing is said, or sRGB.
  init?(_ structure: TIFFStructure) {
    guard let main = structure.directory(at: structure.first)?.entries else { return nil }
    func entry(_ tag: Int, _ entries: [TIFFStructure.Entry]) -> TIFFStructure.Entry? { entries.first { $0.tag == tag } }
    func inner(_ tag: Int, _ entries: [TIFFStructure.Entry]) -> [TIFFStructure.Entry] {
      entry(tag, entries).flatMap { structure.numbers(of: $0).first }.flatMap { structure.directory(at: $0)?.entries }
        ?? []
    }
    let exif = inner(ExifTag.exifDirectory, main)
    let interop = inner(ExifTag.interopDirectory, exif)
    let space = entry(ExifTag.colourSpace, exif).flatMap { structure.numbers(of: $0).first }
    let index = entry(ExifTag.interopIndex, interop).map { structure.bytes[$0.place].prefix(3) }
    if space == 2 || space != 1 && index?.elementsEqual("R03".utf8) == true {
      self = .adobeRGB
      return
    }
    guard space != 1 else { return nil }

    self.init(name: "TIFF white point, primaries and transfer function")
    var isKnown = false
    let white = entry(ExifTag.whitePoint, main).map { structure.fractions(of: $0) }
    if let p = entry(ExifTag.primaries, main).map({ structure.fractions(of: $0) }), p.count == 6 {
      let found = Primaries(
        red: .init(p[0], p[1]), green: .init(p[2], p[3]), blue: .init(p[4], p[5]),
        white: white.flatMap { $0.count == 2 ? .init($0[0], $0[1]) : nil } ?? Primaries.d65)
      guard found.matrices() != nil else { return nil }
      isKnown = !found.isNear(.sRGB)
      if isKnown {
        primaries = found
        curves = [.gamma(2.2)]  // what TIFF takes for granted
      }
    }
    if let tables = entry(ExifTag.transferFunction, main).map({ structure.numbers(of: $0) }),
      let found = Self.curves(tables)
    {
      curves = found
      isKnown = true
    }
    guard isKnown else { return nil }
  }

  /// TIFF's transfer function: one table or three, of as many entries as a sample has values.
  private static func curves(_ tables: [Int]) -> [ToneCurve]? {
    let bits = [8, 16].first { tables.count == 1 << $0 || tables.count == 3 << $0 }
    guard let bits, tables.allSatisfy({ (0...65535).contains($0) }) else { return nil }
    let length = 1 << bits
    // Profiles hold up to 4096 entries everywhere.
    let kept = min(length, 4096)
    return stride(from: 0, to: tables.count, by: length).map { start in
      .table((0..<kept).map { UInt16(tables[start + $0 * (length - 1) / (kept - 1)]) })
    }
  }

  private init(primaries: Primaries = .sRGB, curves: [ToneCurve] = [.sRGB], name: String) {
    self.primaries = primaries
    self.curves = curves
    self.name = name
  }
}
