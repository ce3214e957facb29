import CPictureCodecs
import ResShift

/// A type of picture file: how it is recognised, what it can hold, how it is read and written.
///
/// Each one is a value in a file of its own; `all` lists them, and nothing else knows which there are.
public struct PictureFormat: Sendable {
  /// For messages, "PNG".
  public let name: String
  /// File name extensions without the dot, lower case, the usual one first.
  public let extensions: [String]
  /// Others that stand for it: what old programs and browsers call such files, and files of several pictures whose first
  /// is read.
  let otherExtensions: [String]
  /// Bits per sample that a file can hold.
  public let bitDepths: [Int]
  /// Pixels that a side can have; the format's own limit.
  public let longestSide: Int
  /// Whether files begin with these bytes, the first 12 of the file.
  let hasSignature: @Sendable (_ start: [UInt8]) -> Bool
  /// Where the file ends by what its head says; `nil` where only the codec finds that out.
  var end: @Sendable (_ file: [UInt8]) -> Int? = { _ in nil }

  /// The codec's reader: bytes and their count, the most pixels, the result.
  let decode: @Sendable (UnsafePointer<UInt8>?, Int, UInt64, UnsafeMutablePointer<cpc_picture>) -> cpc_status
  /// The codec's writer: the picture, the quality of lossy formats (0...100), the result.
  let encode: @Sendable (UnsafePointer<cpc_picture>, Int32, UnsafeMutablePointer<cpc_file>) -> cpc_status

  /// Whether the writer takes some rows at a time.
  var takesRows = true
  /// Whether it writes from the top down, so that the file need not be in memory.
  var takesDescriptor = true

  /// Reads all of the file but its pixels.
  let readMetadata: @Sendable (inout MetadataReader, _ file: [UInt8]) -> Void
  /// Adds the blocks of a picture's metadata, or notices where there is no place for them.
  let addMetadata: @Sendable (inout MetadataWriter, ExifBlock, _ xmp: [UInt8]?, _ iptc: [UInt8]?) -> Void
  /// Whether size and resolution are told in an Exif block even where the picture came without one.
  var needsExif = false
  /// Adds what is said of colours in another way than with a profile (`ChunkColour`), or a notice that it is lost.
  var addColours: @Sendable (inout MetadataWriter, PictureFile, _ profile: [UInt8]) -> Void = { writer, picture, _ in
    if picture.chunkColour.isHighRange { writer.notices.append(.highRange) }
  }
  /// The picture with channels and colours that the format can store.
  var storable: @Sendable (PixelImage, _ notice: (PictureNotice) -> Void) -> PixelImage = { image, _ in image }
}

extension PictureFormat {
  /// The formats that are read and written.
  public static let all: [PictureFormat] = [.png, .jpeg, .tiff, .webp]

  /// Every usual extension, "png jpg jpeg tif tiff webp".
  public static var allExtensions: [String] { all.flatMap(\.extensions) }

  /// The format that the extension of `path` (any case) stands for; nil if it stands for none.
  public init?(extensionOf path: String) {
    guard let suffix = FileExtension.of(path),
      let format = Self.all.first(where: { ($0.extensions + $0.otherExtensions).contains(suffix) })
    else { return nil }
    self = format
  }

  /// The format whose signature `bytes` begin with; nil if it is none of these.
  init?(signatureOf bytes: some Collection<UInt8>) {
    let start = Array(bytes.prefix(12))
    guard let format = Self.all.first(where: { $0.hasSignature(start) }) else { return nil }
    self = format
  }
}

/// One name, one format.
extension PictureFormat: Equatable {
  public static func == (one: PictureFormat, other: PictureFormat) -> Bool { one.name == other.name }
}
