/// A picture in memory: interleaved samples, row-major, nominally 0...1, gamma-encoded, alpha not premultiplied.
///
/// Colours are those of sRGB or any other RGB space, which results keep; they may lie beyond 0...1 (`SeenPicture`).
/// `channels` is 1 (gray), 2 (gray and alpha), 3 (RGB) or 4 (RGB and alpha). A mask is a picture of one channel.
public struct PixelImage: Sendable, Equatable {
  public let width: Int
  public let height: Int
  public let channels: Int
  /// `height * width * channels` samples: sample (x, y, c) is at `(y * width + x) * channels + c`.
  public var samples: [Float]

  public init(width: Int, height: Int, channels: Int, samples: [Float]) {
    precondition(width > 0 && height > 0, "a picture has at least one pixel")
    precondition((1...4).contains(channels), "a picture has one to four channels")
    precondition(samples.count == width * height * channels, "samples must fill the picture exactly")
    self.width = width
    self.height = height
    self.channels = channels
    self.samples = samples
  }

  public init(width: Int, height: Int, channels: Int, repeating value: Float = 0) {
    self.init(
      width: width, height: height, channels: channels,
      samples: [Float](repeating: value, count: width * height * channels))
  }

  public var hasAlpha: Bool { channels == 2 || channels == 4 }
  /// 1 for gray, 3 for RGB: the channels without alpha.
  public var colourChannels: Int { hasAlpha ? channels - 1 : channels }

  public subscript(x: Int, y: Int, channel: Int) -> Float {
    get { samples[(y * width + x) * channels + channel] }
    set { samples[(y * width + x) * channels + channel] = newValue }
  }
}
