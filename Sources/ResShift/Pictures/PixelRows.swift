/// A picture whose rows are made when they are asked for, so that it is never in memory as a whole.
public struct PixelRows {
  public let width: Int
  public let height: Int
  public let channels: Int
  private let whole: PixelImage?
  private let make: (Range<Int>) -> PixelImage

  /// `make` gives pictures of the full width and of as many rows as it is asked for.
  init(width: Int, height: Int, channels: Int, make: @escaping (_ rows: Range<Int>) -> PixelImage) {
    (self.width, self.height, self.channels, self.make, whole) = (width, height, channels, make, nil)
  }

  public init(_ image: PixelImage) {
    (width, height, channels, whole) = (image.width, image.height, image.channels, image)
    make = { rows in image.rows(rows) }
  }

  /// Some rows as a picture of their own.
  public func rows(_ rows: Range<Int>) -> PixelImage { rows == 0..<height ? image : make(rows) }

  /// All of them.
  public var image: PixelImage {
    if let whole { return whole }
    var samples: [Float] = []
    samples.reserveCapacity(width * height * channels)
    for first in stride(from: 0, to: height, by: Self.band) {
      samples += make(first..<min(first + Self.band, height)).samples
    }
    return PixelImage(width: width, height: height, channels: channels, samples: samples)
  }

  /// Rows that are best made together.
  public static let band = 64
}

extension PixelImage {
  func rows(_ rows: Range<Int>) -> PixelImage {
    cropped(to: PixelRect(x: 0, y: rows.lowerBound, width: width, height: rows.count))
  }
}
