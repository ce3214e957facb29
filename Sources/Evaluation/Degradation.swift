import Diffusion
import Glibc
import PictureFiles
import ResShift
import TensorCore

/// How an original is spoilt, so that a model can restore it.
public enum Degradation: String, Sendable, CaseIterable {
  /// Only made smaller.
  case clean
  /// As from a telephone: a little blur, noise and JPEG.
  case everyday
  /// As saved and sent on too often: JPEG that shows.
  case compressed
  /// Holes: rectangles, or strokes of a brush.
  case boxes, irregular

  /// Whether it makes holes; the others spoil the whole picture.
  public var makesHoles: Bool { self == .boxes || self == .irregular }

  /// Blur in pixels of the original, noise in units of 1/255, JPEG's quality.
  private var settings: (blur: Double, noise: Float, quality: Int?) {
    switch self {
    case .everyday: (1, 4, 75)
    case .compressed: (0.6, 4, 50)
    case .clean, .boxes, .irregular: (0, 0, nil)
    }
  }

  /// Whether there is JPEG in it, the quality of which can be chosen.
  public var hasQuality: Bool { settings.quality != nil }

  /// The original `scale` times smaller and spoilt, in 8 bits; its sides must be multiples of `scale`.
  ///
  /// `quality` 1...100 takes the place of the usual one. Throws `PictureFileError` for a picture too large for JPEG.
  public func spoilt(_ original: PixelImage, scale: Int, quality: Int? = nil, seed: UInt64) throws -> PixelImage {
    precondition(!makesHoles && original.channels == 3, "an RGB picture to be spoilt as a whole")
    let (blur, noise, usualQuality) = settings
    var picture = blur > 0 ? original.blurred(sigma: blur) : original
    picture = picture.resized(width: original.width / scale, height: original.height / scale)
    if noise > 0 { picture.addNoise(deviation: noise / 255, seed: seed) }
    guard let usualQuality else { return picture.roundedTo8Bits }
    return try picture.throughJPEG(quality: quality ?? usualQuality)
  }

  /// The mask of a picture of that size: 1 in the hole, 0 elsewhere.
  public func mask(width: Int, height: Int, seed: UInt64) -> PixelImage {
    precondition(makesHoles, "a degradation that makes holes")
    return self == .boxes
      ? RandomMask.boxes(width: width, height: height, seed: seed)
      : RandomMask.irregular(width: width, height: height, seed: seed)
  }
}

extension PixelImage {
  /// Gaussian blur of all samples as they are, edges clamped.
  func blurred(sigma: Double) -> PixelImage {
    let radius = Int((4 * sigma).rounded(.up))
    let weights = (-radius...radius).map { Float(exp(-Double($0 * $0) / (2 * sigma * sigma))) }
    let sum = weights.reduce(0, +)
    func pass(_ from: PixelImage, _ dx: Int, _ dy: Int) -> PixelImage {
      var to = from
      to.samples.withUnsafeMutableBufferPointer { samples in
        nonisolated(unsafe) let samples = samples
        Parallel.forEach(height) { y in
          for x in 0..<width {
            for c in 0..<channels {
              var value: Float = 0
              for (tap, weight) in weights.enumerated() {
                let column = min(max(x + (tap - radius) * dx, 0), width - 1)
                let row = min(max(y + (tap - radius) * dy, 0), height - 1)
                value += weight * from[column, row, c]
              }
              samples[(y * width + x) * channels + c] = value / sum
            }
          }
        }
      }
      return to
    }
    return pass(pass(self, 1, 0), 0, 1)
  }

  /// Adds Gaussian noise to every sample and clamps.
  fileprivate mutating func addNoise(deviation: Float, seed: UInt64) {
    // A stream of its own: the sampler's noise must not know that of the picture.
    let noise = SeededNoise(seed: seed, stream: .max).draw(0, Shape(1, height, width, channels))
    noise.read { noise in
      for i in samples.indices { samples[i] = min(max(samples[i] + deviation * noise[i], 0), 1) }
    }
  }
}
