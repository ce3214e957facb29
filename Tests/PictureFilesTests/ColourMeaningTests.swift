import Foundation
import ResShift
import Testing

@testable import PictureFiles

/// Expected colours: computed once with lcms2 and with numpy from the standards' numbers.
@Suite struct ColourMeaningTests {
  private let folder: TemporaryFolder
  private let plain: [UInt8]

  init() throws {
    folder = try TemporaryFolder()
    plain = try fixtureBytes("rgb-interlaced.png")
  }

  private func read(_ file: [UInt8], _ notice: ((String) -> Void)? = nil) throws -> PictureFile {
    try folder.write(file, to: "a.png")
    return try PictureFile.read(folder.file("a.png"), notice: notice)
  }

  private static func gamma(_ value: Int) -> [UInt8] { chunk("gAMA", bigEndian(value)) }
  private static func primaries(_ xy: Int...) -> [UInt8] { chunk("cHRM", xy.flatMap { bigEndian($0) }) }
  private static let adobe = primaries(31270, 32900, 64000, 33000, 21000, 71000, 15000, 6000)
  private static let sRGB = primaries(31270, 32900, 64000, 33000, 30000, 60000, 15000, 6000)
  private static let proPhoto = primaries(31270, 32900, 73470, 26530, 15960, 84040, 3660, 10)

  @Test(arguments: [
    ([gamma(100_000)], [10, 128, 200], [56, 188, 229]), ([gamma(45_455)], [10, 128, 200], [3, 129, 201]),
    ([gamma(45_455), sRGB], [10, 128, 200], [3, 129, 201]),
    ([gamma(55_556), adobe], [100, 150, 120], [92, 167, 137]),
    ([gamma(55_556), proPhoto], [100, 150, 120], [42, 175, 135]),
    ([chunk("sRGB", [0])], [10, 128, 200], [10, 128, 200]),
    ([chunk("cICP", [12, 13, 0, 1])], [100, 150, 120], [83, 152, 118]),
    ([chunk("cICP", [12, 13, 0, 1])], [200, 120, 60], [213, 115, 42]),
    ([chunk("cICP", [9, 14, 0, 1])], [100, 150, 120], [65, 165, 129]),
    ([chunk("cICP", [1, 8, 0, 1])], [10, 128, 200], [56, 188, 229]),
    // Each overrules the ones that follow.
    ([gamma(100_000), chunk("sRGB", [0]), chunk("cICP", [12, 13, 0, 1])], [100, 150, 120], [83, 152, 118]),
    ([gamma(100_000), chunk("sRGB", [0])], [10, 128, 200], [10, 128, 200]),
  ])
  func chunksOfPNG(chunks: [[UInt8]], colour: [Int], expected: [Int]) throws {
    let picture = try read(png(plain, adding: chunks.flatMap { $0 }))
    #expect(picture.image == Small.rgb, "the numbers stay")
    for suffix in ["png", "jpg", "tif", "webp"] {
      let path = folder.file("b.\(suffix)")
      try picture.write(to: path, bitDepth: 8)
      let profile = try AppliedProfile(try PictureFile.read(path).iccProfile)
      #expect(isNear(try profile.shown(colour[0], colour[1], colour[2]), expected), "\(suffix)")
    }
  }

  @Test func committedPictures() throws {
    let linear = try AppliedProfile(try PictureFile.read(fixture("gama1.png")).iccProfile)
    #expect(isNear(try linear.shown(10, 128, 200), [56, 188, 229]))
    let camera = try AppliedProfile(try PictureFile.read(fixture("dcf-adobergb.jpg")).iccProfile)
    #expect(isNear(try camera.shown(100, 150, 120), [66, 151, 119]))
    #expect(isNear(try camera.shown(60, 90, 200), [36, 90, 204]))
    // Adobe RGB's primaries and a transfer function of 1.8, in TIFF's tags.
    let scan = try AppliedProfile(try PictureFile.read(fixture("chromaticities.tif")).iccProfile)
    #expect(isNear(try scan.shown(100, 150, 120), [92, 167, 137]))
  }

  /// The embedded profile overrules all but cICP.
  @Test func profileFirst() throws {
    let embedded = try #require(chunks(try fixtureBytes("icc.png"))["iCCP"])
    let file = png(plain, adding: Self.gamma(100_000), chunk("iCCP", embedded))
    #expect(try read(file).iccProfile == PictureFile.read(fixture("icc.png")).iccProfile)
    let both = try read(png(plain, adding: chunk("iCCP", embedded), chunk("cICP", [12, 13, 0, 1])))
    #expect(isNear(try AppliedProfile(both.iccProfile).shown(100, 150, 120), [83, 152, 118]))
  }

  @Test func pngKeepsItsChunks() throws {
    func kept(_ added: [UInt8]...) throws -> [String: [UInt8]] {
      let path = folder.file("b.png")
      try read(png(plain, adding: added.flatMap { $0 })).write(to: path, bitDepth: 8)
      return chunks(try bytes(path))
    }
    // What readers take for sRGB or for what it says is left to them; the others get a profile beside the chunks.
    let usual = try kept(Self.gamma(45_455), Self.sRGB)
    #expect(usual["gAMA"] == bigEndian(45_455) && usual["cHRM"]?.count == 32 && usual["iCCP"] == nil)
    let srgb = try kept(chunk("sRGB", [1]))
    #expect(srgb["sRGB"] == [1] && srgb["iCCP"] == nil)
    let linear = try kept(Self.gamma(100_000))
    #expect(linear["gAMA"] == bigEndian(100_000) && linear["iCCP"] != nil)
    let p3 = try kept(chunk("cICP", [12, 13, 0, 1]), chunk("sRGB", [0]))
    #expect(p3["cICP"] == [12, 13, 0, 1] && p3["iCCP"] != nil && p3["sRGB"] == nil)
    // Another profile that the caller gives overrules the file's.
    var changed = try read(png(plain, adding: Self.gamma(100_000)))
    changed.iccProfile = nil
    try changed.write(to: folder.file("b.png"), bitDepth: 8)
    #expect(chunks(try bytes(folder.file("b.png")))["gAMA"] == nil)
  }

  @Test(arguments: [[9, 16, 0, 1], [9, 18, 0, 1], [1, 13, 0, 0]] as [[UInt8]])
  func whatNoProfileCanSay(points: [UInt8]) throws {
    let picture = try read(png(plain, adding: chunk("cICP", points), chunk("mDCV", [UInt8](repeating: 1, count: 24))))
    #expect(picture.iccProfile == nil)
    var notices: [String] = []
    try picture.write(to: folder.file("b.png"), bitDepth: 8) { notices.append($0) }
    #expect(notices.isEmpty)
    let kept = chunks(try bytes(folder.file("b.png")))
    #expect(kept["cICP"] == points && kept["mDCV"]?.count == 24)
    for suffix in ["jpg", "tif", "webp"] {
      notices = []
      try picture.write(to: folder.file("b.\(suffix)"), bitDepth: 8) { notices.append($0) }
      #expect(notices.count == 1 && notices[0].contains("cICP"), "\(suffix): \(notices)")
    }
  }

  @Test func grayAndRGBSayTheSame() throws {
    let gray = try read(png(try fixtureBytes("gray-16.png"), adding: Self.gamma(100_000)))
    #expect(try AppliedProfile(gray.iccProfile).space == "GRAY")
    for (suffix, space) in [("png", "GRAY"), ("jpg", "GRAY"), ("tif", "GRAY"), ("webp", "RGB ")] {
      var notices: [String] = []
      try gray.write(to: folder.file("b.\(suffix)"), bitDepth: 8) { notices.append($0) }
      #expect(notices.isEmpty)
      let profile = try AppliedProfile(try PictureFile.read(folder.file("b.\(suffix)")).iccProfile)
      #expect(profile.space == space)
      #expect(try profile.shown(128).allSatisfy { abs($0 - 188) <= 1 }, "\(suffix)")
    }
    // And a gray picture with a profile for RGB.
    var odd = try PictureFile.read(fixture("gray.jpg"))
    odd.iccProfile = try PictureFile.read(fixture("dcf-adobergb.jpg")).iccProfile
    try odd.write(to: folder.file("b.png"), bitDepth: 8)
    let profile = try AppliedProfile(try PictureFile.read(folder.file("b.png")).iccProfile)
    #expect(profile.space == "GRAY")
    #expect(try profile.shown(100) == [100])
  }

  @Test func profileThatCannotBeKeptIsSpokenOf() throws {
    var picture = PictureFile(image: Small.rgb, bitDepth: 8)
    picture.iccProfile = [UInt8](repeating: 0, count: 144)
    picture.iccProfile?.replaceSubrange(16..<20, with: "CMYK".utf8)
    picture.iccProfile?.replaceSubrange(36..<40, with: "acsp".utf8)
    for suffix in ["png", "jpg", "tif", "webp"] {
      var notices: [String] = []
      try picture.write(to: folder.file("b.\(suffix)"), bitDepth: 8) { notices.append($0) }
      #expect(notices.count == 1 && notices[0].contains("CMYK"))
      #expect(try PictureFile.read(folder.file("b.\(suffix)")).iccProfile == nil)
    }
  }

  /// What a camera says in Exif counts in every type of file.
  @Test(arguments: ["jpg", "png", "tif", "webp"]) func exifSaysAdobeRGB(suffix: String) throws {
    var picture = try PictureFile.read(fixture("dcf-adobergb.jpg"))
    let profile = picture.iccProfile
    picture.iccProfile = nil
    try picture.write(to: folder.file("b.\(suffix)"), bitDepth: 8)
    #expect(try !bytes(folder.file("b.\(suffix)")).contains("acsp"))
    #expect(try PictureFile.read(folder.file("b.\(suffix)")).iccProfile == profile)
  }

  @Test func nonsenseIsLeftOutWithANotice() throws {
    let flat = Self.primaries(31270, 32900, 30000, 30000, 30000, 30000, 30000, 30000)
    for added in [Self.gamma(0), flat, Self.primaries(0, 0, 0, 0, 0, 0, 0, 0), chunk("iCCP", [1, 2, 3])] {
      var notices: [String] = []
      #expect(try read(png(plain, adding: added)) { notices.append($0) }.iccProfile == nil)
      #expect(notices.count == 1)
    }
    var generator = SeededGenerator(state: 5)
    for _ in 0..<500 {
      func random(_ count: Int) -> [UInt8] { (0..<count).map { _ in UInt8.random(in: 0...255, using: &generator) } }
      let cut = random(32).map { generator.next() % 2 == 0 ? $0 : 0 }
      _ = ColourMeaning(gamma: random(4), chromaticities: cut)?.profile(colourChannels: 3)
      _ = ColourMeaning(codePoints: random(4).map { $0 & 31 })?.profile(colourChannels: 3)
    }
  }
}
