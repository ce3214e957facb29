/// What a mask means, for mask files, batches, selections and the C interface alike.
///
/// White marks. The value of a pixel is the mean of its colours as they are stored (gamma-encoded, no colour
/// management) times its alpha: 128 of 255 is a weight of 128/255, and what is transparent is black. Above 0 a pixel
/// belongs to the hole with that weight; 0 is known.
///
/// What is nearly black is 0:
/// * values that 8 bits would store as 0, 1 or 2, the last hundredth of a feather: black is not always written as 0;
/// * what a lossy file (JPEG, WebP) leaves around edges. A dark pixel, one that has something more than four times as
///   bright within 8 pixels (the side of a JPEG block), is *supported* if it can be reached from a pixel that is not
///   dark without a step upwards, as in feathers and in soft edges. Dark pixels without support are noise; so are
///   supported ones for which there is noise at least as bright within 16 pixels. A mask without noise loses nothing.
///
/// All other values stay. The rule applied twice is the rule applied once.
public enum MaskRule {
  /// Of 255: the darkest value that marks.
  private static let leastLevel: UInt8 = 3
  /// How many times brighter than a dark pixel its surroundings are.
  private static let contrast = 4
  /// How far, in pixels, an edge leaves noise.
  private static let reach = 8
  /// How far noise speaks for its surroundings: the blocks beside its own.
  private static let noiseReach = 16

  /// Whether a pixel with a weight that the rule has given is to be filled.
  static func marks(_ weight: Float) -> Bool { weight > 0 }

  /// The value in 8 bits; NaN is 0.
  private static func level(_ value: Float) -> UInt8 { value > 0 ? UInt8(min(value, 1) * 255 + 0.5) : 0 }

  /// The weights of a picture read as a mask: one channel, 0...1.
  static func weights(of picture: PixelImage) -> PixelImage {
    let (channels, colours) = (picture.channels, picture.colourChannels)
    var mask = PixelImage(width: picture.width, height: picture.height, channels: 1)
    var levels = Plane(width: picture.width, height: picture.height)
    var brightest: UInt8 = 0
    picture.samples.withUnsafeBufferPointer { samples in
      for pixel in 0..<mask.samples.count {
        var sum: Float = 0
        for sample in pixel * channels..<pixel * channels + colours { sum += samples[sample] }
        let alpha = colours < channels ? samples[pixel * channels + colours] : 1
        let value = sum / Float(colours) * alpha
        mask.samples[pixel] = value > 0 ? min(value, 1) : 0
        levels.values[pixel] = level(value)
        brightest = max(brightest, levels.values[pixel])
      }
    }
    let isMarked = marked(levels, brightest)
    for pixel in mask.samples.indices where !isMarked(pixel) { mask.samples[pixel] = 0 }
    return mask
  }

  /// Which pixels of a mask in 8 bits are marked.
  private static func marked(_ levels: Plane, _ brightest: UInt8) -> (Int) -> Bool {
    // Most masks are black and white: then there is nothing to find out.
    let hasDark = levels.values.contains { $0 >= leastLevel && Int($0) * contrast < Int(brightest) }
    guard hasDark else { return { levels.values[$0] >= leastLevel } }
    let around = levels.widened(by: reach)
    var noise = levels
    let supported = supported(levels, around, above: nil)
    for pixel in noise.values.indices where supported.values[pixel] != 0 || noise.values[pixel] < leastLevel {
      noise.values[pixel] = 0
    }
    guard noise.values.contains(where: { $0 > 0 }) else { return { levels.values[$0] >= leastLevel } }
    // A pixel may lose its support to noise near another one on the way, hence the second time.
    let clean = MaskRule.supported(levels, around, above: noise.widened(by: noiseReach))
    return { clean.values[$0] != 0 }
  }

  /// 1 for the pixels that are not dark, and for the dark ones that have support by pixels above `limit`; 0 elsewhere.
  private static func supported(_ levels: Plane, _ around: Plane, above limit: Plane?) -> Plane {
    let (width, height) = (levels.width, levels.height)
    var result = Plane(width: width, height: height)
    var pending: [Int] = []
    levels.values.withUnsafeBufferPointer { level in
      around.values.withUnsafeBufferPointer { around in
        result.values.withUnsafeMutableBufferPointer { isIn in
          for pixel in 0..<width * height where level[pixel] >= leastLevel {
            if Int(level[pixel]) * contrast >= Int(around[pixel]) { isIn[pixel] = 1 }
          }
          func visit(_ pixel: Int, from other: UInt8) {
            guard isIn[pixel] == 0, level[pixel] >= leastLevel, level[pixel] <= other else { return }
            if let limit, level[pixel] <= limit.values[pixel] { return }
            isIn[pixel] = 1
            pending.append(pixel)
          }
          for start in 0..<width * height where isIn[start] == 1 {
            pending.append(start)
            while let pixel = pending.popLast() {
              let (y, x) = pixel.quotientAndRemainder(dividingBy: width)
              if x > 0 { visit(pixel - 1, from: level[pixel]) }
              if x + 1 < width { visit(pixel + 1, from: level[pixel]) }
              if y > 0 { visit(pixel - width, from: level[pixel]) }
              if y + 1 < height { visit(pixel + width, from: level[pixel]) }
            }
          }
        }
      }
    }
    return result
  }
}

/// One byte a pixel.
private struct Plane {
  let width: Int
  let height: Int
  var values: [UInt8]

  init(width: Int, height: Int) {
    (self.width, self.height) = (width, height)
    values = [UInt8](repeating: 0, count: width * height)
  }

  /// The largest value within `reach` pixels in each direction.
  func widened(by reach: Int) -> Plane {
    // Both passes look ahead from a border of zeros: value i becomes the maximum of i..<i + 2 * reach + 1.
    let (wide, high) = (width + 2 * reach, height + 2 * reach)
    var padded = [UInt8](repeating: 0, count: wide * high)
    var result = Plane(width: width, height: height)
    padded.withUnsafeMutableBufferPointer { padded in
      for y in 0..<height {
        for x in 0..<width { padded[(y + reach) * wide + x + reach] = values[y * width + x] }
      }
      for step in Plane.steps(upTo: 2 * reach + 1) {
        for y in 0..<high {
          for i in y * wide..<(y + 1) * wide - step { padded[i] = max(padded[i], padded[i + step]) }
        }
      }
      for step in Plane.steps(upTo: 2 * reach + 1) {
        for i in 0..<(high - step) * wide { padded[i] = max(padded[i], padded[i + step * wide]) }
      }
      for y in 0..<height {
        for x in 0..<width { result.values[y * width + x] = padded[y * wide + x] }
      }
    }
    return result
  }

  /// Offsets that turn maxima of one value into maxima of `length` values, one after the other.
  private static func steps(upTo length: Int) -> [Int] {
    var steps: [Int] = []
    var covered = 1
    while covered < length {
      let step = min(covered, length - covered)
      steps.append(step)
      covered += step
    }
    return steps
  }
}

extension PixelImage {
  /// This picture read as a mask (`MaskRule`): the weights of its pixels, one channel, 0 = known.
  public var maskWeights: PixelImage { MaskRule.weights(of: self) }

  /// The share of the pixels that weights mark, 0...1.
  public var markedShare: Double {
    precondition(channels == 1, "weights have one channel")
    return Double(samples.count { MaskRule.marks($0) }) / Double(samples.count)
  }

  /// Throws unless these weights are a mask for a picture of that size: `maskOfOtherSize`, `maskIsBlack`, `maskCoversAll`.
  public func checkMask(width: Int, height: Int) throws {
    guard (self.width, self.height) == (width, height) else {
      throw RestoreError.maskOfOtherSize(
        maskWidth: self.width, maskHeight: self.height, width: width, height: height)
    }
    let pixels = stride(from: 0, to: samples.count, by: channels)
    guard pixels.contains(where: { MaskRule.marks(samples[$0]) }) else { throw RestoreError.maskIsBlack }
    guard pixels.contains(where: { !MaskRule.marks(samples[$0]) }) else { throw RestoreError.maskCoversAll }
  }

  /// That share in whole per cent, at most 99, if it is more than half, which users are told of: they may have meant the rest.
  public var markedPercentIfMost: Int? {
    let share = markedShare
    return share > 0.5 ? min(Int((share * 100).rounded()), 99) : nil
  }
}
