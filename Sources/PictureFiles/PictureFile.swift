import CPictureCodecs
import ResShift

/// Pixels per inch; both above 0.
public struct PictureResolution: Sendable, Equatable {
  public var x: Double
  public var y: Double

  public init(x: Double, y: Double) {
    self.x = x
    self.y = y
  }

  /// From a file's numbers, each times `perInch`; nil if they are no resolution.
  init?(x: Double, y: Double, perInch: Double) {
    guard x * perInch > 0, y * perInch > 0, (x * perInch).isFinite, (y * perInch).isFinite else { return nil }
    self.init(x: x * perInch, y: y * perInch)
  }
}

/// What a picture file holds: the pixels, upright, and what is carried along with them.
public struct PictureFile: Sendable {
  /// Samples 0...1 as they stand in the file, in its own colour space; alpha not premultiplied.
  public var image: PixelImage
  /// 8 or 16, of the file; fewer bits and palettes count as 8, fractions and 32 bits as 16.
  public var bitDepth: Int
  /// The colour profile, never applied: the file's own, or one that says what the file says in another way (PNG's
  /// chunks, Exif, TIFF's tags). Written with the picture, as one for gray or for RGB as the file needs it.
  public var iccProfile: [UInt8]?
  public var resolution: PictureResolution?
  /// Camera, date, place, author; all of it is left out if this is an empty one.
  public var metadata = PictureMetadata()
  /// What a PNG file said about colours, for PNG files.
  var chunkColour = ChunkColour()

  public init(image: PixelImage, bitDepth: Int, iccProfile: [UInt8]? = nil, resolution: PictureResolution? = nil) {
    self.image = image
    self.bitDepth = bitDepth
    self.iccProfile = iccProfile
    self.resolution = resolution
  }

  /// Pixels of the largest picture that is read: 16384 x 16384.
  public static let mostPixels = 1 << 28

  /// Reads a PNG, JPEG, TIFF or WebP file; its content decides which, not its name.
  ///
  /// `notice` gets one line for the user for each thing in the file that is not read: further pages, an unknown sample
  /// beside the colours, damaged metadata.
  /// Throws `PictureFileError` with the path and what is wrong: missing, no picture, truncated, CMYK, too large.
  /// `memoryLimit` is how many bytes the whole program may hold, nil = what there is: a picture that is too large is refused when its
  /// head has been read.
  public static func read(
    _ path: String, memoryLimit: Int? = nil, notice: ((String) -> Void)? = nil
  ) throws -> PictureFile {
    var format: PictureFormat?
    let bytes = try InputFile.read(path) { start in
      format = PictureFormat(signatureOf: start)
      if format == nil {
        throw PictureFileError.notAPicture(path: path, reason: .foreign(ForeignFormat(signatureOf: start)))
      }
    }
    return try Decoder(format: format ?? .png, path: path, memoryLimit: memoryLimit).decode(bytes, notice: notice)
  }

  /// Writes the picture as the type that the extension of `path` stands for, with `bitDepth` 8 or 16 bits per sample.
  ///
  /// The file appears whole or not at all, and may be the one that the picture was read from. `notice` gets one line
  /// for the user for each part of the picture that the type cannot hold: JPEG has no alpha and gets the picture on
  /// white, WebP has no place for IPTC.
  /// Throws `PictureFileError`; whatever `checkOutput` would throw comes before any work.
  public func write(to path: String, bitDepth: Int, notice: ((String) -> Void)? = nil) throws {
    try write(PixelRows(image), to: path, bitDepth: bitDepth, notice: notice)
  }

  /// The same with other pixels, such as those of a result: made in bands of rows, as the file takes them.
  public func write(
    _ rows: PixelRows, to path: String, bitDepth: Int, notice: ((String) -> Void)? = nil
  ) throws {
    try Self.checkOutput(path, width: rows.width, height: rows.height, bitDepth: bitDepth)
    let encoder = Encoder(format: try Self.format(ofOutput: path), path: path, bitDepth: bitDepth)
    let output = try OutputFile(path)
    try output.write { descriptor in
      let file = try encoder.encode(self, rows, to: descriptor, failure: output.failure, notice: notice)
      defer { file.free() }
      try output.fill(descriptor, file.bytes)
    }
  }

  /// The type of file that `path` will be. Throws `PictureFileError.usage` for an unknown extension.
  public static func format(ofOutput path: String) throws -> PictureFormat {
    if let format = PictureFormat(extensionOf: path) { return format }
    throw PictureFileError.usage(path: path, reason: .unknownExtension)
  }

  /// Finds out before a long computation whether its result can be written to `path`: type, bits, size, folder.
  ///
  /// Throws `PictureFileError.usage` or `.cannotWrite`.
  public static func checkOutput(_ path: String, width: Int, height: Int, bitDepth: Int) throws {
    try checkFormat(ofOutput: path, width: width, height: height, bitDepth: bitDepth)
    try OutputFile(path).check()
  }

  /// Whether a file of the type of `path` can hold the picture, wherever it will lie. Throws `PictureFileError.usage`.
  public static func checkFormat(ofOutput path: String, width: Int, height: Int, bitDepth: Int) throws {
    let format = try format(ofOutput: path)
    guard format.bitDepths.contains(bitDepth) else {
      throw PictureFileError.usage(path: path, reason: .bitDepth(bitDepth, format))
    }
    guard max(width, height) <= format.longestSide else {
      throw PictureFileError.usage(path: path, reason: .tooLarge(width: width, height: height, format))
    }
  }
}
