import CoarseFill
import TensorCore

/// A picture divided into what a network is shown and what is carried past it.
///
/// Hidden colours and those of a gray picture that is stored as RGB are replaced before the network sees them.
struct SeenPicture {
  /// What the network is shown: [1, h, w, 3] in [-1, 1]; gray is repeated.
  let colours: Tensor
  /// What was left out of it, to be added to the result; nil = nothing.
  let unseen: Unseen?
  /// Whether the picture is gray although it may have three channels; then the result is, too.
  let isNeutral: Bool

  /// What is seen of `picture`, whose samples are finite, or of a part of one; `isNeutral` is that of the whole.
  ///
  /// Where pixels are hardly visible, their colours come from around them.
  init(_ picture: PixelImage, isNeutral: Bool) {
    var values = picture.values()
    if let visible = picture.visibility() { values = pushPull(values, known: visible, nearby: true) }
    unseen = Self.divide(&values, isNeutral: isNeutral)
    colours = values
    self.isNeutral = isNeutral
  }

  /// The same around a hole, into which what was left out is continued; `known` [1, h, w, 1] is 0 or 1. The colours of
  /// unknown pixels are as they are.
  init(_ picture: PixelImage, known: Tensor, isNeutral: Bool) {
    var values = picture.values()
    let unseen = Self.divide(&values, isNeutral: isNeutral)
    colours = values
    self.unseen = unseen?.continued(known: known, colours: values)
    self.isNeutral = isNeutral
  }

  /// Makes samples [1, h, w, 3] what the network sees, in [-1, 1]; returns what it does not see of them.
  private static func divide(_ values: inout Tensor, isNeutral: Bool) -> Unseen? {
    let (rows, row) = (values.shape.h, 3 * values.shape.w)
    let samples = values
    @Sendable func seen(_ x: UnsafePointer<Float>, _ i: Int) -> Float {
      let p = i - i % 3
      return clamped(isNeutral ? grayValue(x[p], x[p + 1], x[p + 2]) : x[i])
    }
    func mapped(_ body: @Sendable (UnsafePointer<Float>, Int) -> Float) -> Tensor {
      Tensor(samples.shape) { out in
        samples.read { x in
          Parallel.forEach(rows) { y in
            for i in y * row..<(y + 1) * row { out[i] = body(x, i) }
          }
        }
      }
    }
    func any(_ body: (UnsafePointer<Float>, Int) -> Bool) -> Bool {
      samples.read { x in (0..<rows * row).contains { body(x, $0) } }
    }
    values = mapped { x, i in 2 * seen(x, i) - 1 }
    guard any({ x, i in x[i] != seen(x, i) }) else { return nil }
    return Unseen(
      above: any { x, i in x[i] > 1 } ? mapped { x, i in max(x[i] - 1, 0) } : nil,
      below: any { x, i in x[i] < 0 } ? mapped { x, i in min(x[i], 0) } : nil,
      tint: isNeutral ? mapped { x, i in clamped(x[i]) - seen(x, i) } : nil)
  }
}

extension PixelImage {
  /// The colours as they are: [1, height, width, 3], gray repeated.
  fileprivate func values() -> Tensor {
    let step = channels
    let offsets = colourChannels == 1 ? [0, 0, 0] : [0, 1, 2]
    return Tensor(Shape(1, height, width, 3)) { out in
      samples.withUnsafeBufferPointer { samples in
        Parallel.forEach(height) { y in
          for pixel in y * width..<(y + 1) * width {
            for (c, offset) in offsets.enumerated() { out[3 * pixel + c] = samples[pixel * step + offset] }
          }
        }
      }
    }
  }

  /// The picture with every sample finite: not a number is 0, infinities are the picture's own extremes, 0 and 1 at least.
  public func madeFinite() -> PixelImage {
    guard samples.contains(where: { !$0.isFinite }) else { return self }
    var (least, most): (Float, Float) = (0, 1)
    for sample in samples where sample.isFinite { (least, most) = (min(least, sample), max(most, sample)) }
    var result = self
    for (i, sample) in samples.enumerated() where !sample.isFinite {
      result.samples[i] = sample > 0 ? most : sample < 0 ? least : 0
    }
    return result
  }

  /// Whether anything of a pixel can be seen; not a number counts as transparent.
  public func isVisible(_ pixel: Int) -> Bool { !hasAlpha || samples[pixel * channels + channels - 1] > 0 }

  /// Whether anything can be seen within `rect`, nil = the whole picture.
  public func isAnythingVisible(in rect: PixelRect? = nil) -> Bool {
    guard hasAlpha else { return true }
    let rect = rect ?? PixelRect(x: 0, y: 0, width: width, height: height)
    return (rect.y..<rect.y + rect.height).contains { y in
      (rect.x..<rect.x + rect.width).contains { isVisible(y * width + $0) }
    }
  }

  /// The largest alpha of the visible pixels that `isCounted` names; 0 if there are none.
  func mostAlpha(where isCounted: (Int) -> Bool = { _ in true }) -> Float {
    var most: Float = 0
    for pixel in 0..<width * height where isCounted(pixel) && isVisible(pixel) {
      most = max(most, samples[pixel * channels + channels - 1])
    }
    return most
  }

  /// How much each pixel's colours count, [1, height, width, 1] in 0...1; nil = all in full.
  fileprivate func visibility() -> Tensor? {
    guard hasAlpha else { return nil }
    let enough = PictureTraits.alphaThatCounts(mostAlpha())
    let weights = (0..<width * height).map { pixel -> Float in
      isVisible(pixel) ? min(samples[pixel * channels + channels - 1] / enough, 1) : 0
    }
    return weights.allSatisfy { $0 == 1 } ? nil : Tensor(Shape(1, height, width, 1), weights)
  }

  /// Whether the pixels that `isCounted` names, all finite, have no colour: R = G = B up to one step of 8 bits, which is what
  /// conversions between profiles leave of gray.
  func isNeutral(where isCounted: (Int) -> Bool) -> Bool {
    guard colourChannels == 3 else { return true }
    return samples.withUnsafeBufferPointer { x in
      (0..<width * height).allSatisfy { pixel in
        let (r, g, b) = (x[pixel * channels], x[pixel * channels + 1], x[pixel * channels + 2])
        return max(r, g, b) - min(r, g, b) <= 1.001 / 255 || !isCounted(pixel)
      }
    }
  }

  /// Alpha at another size, bicubic within the range of the pixels next to it: with an overshoot an edge would be seen
  /// as a line. [1, h, w, 1] in 0...1, not a number is 0.
  func alpha(height newHeight: Int, width newWidth: Int) -> Tensor {
    let channel = channels - 1
    let alpha = Tensor(
      Shape(1, height, width, 1), (0..<width * height).map { clamped(samples[$0 * channels + channel]) })
    if (newHeight, newWidth) == (height, width) { return alpha }
    func neighbours(_ from: Int, _ to: Int) -> [(Int, Int)] {
      (0..<to).map { output in
        let first = Int(((Double(output) + 0.5) * Double(from) / Double(to) - 0.5).rounded(.down))
        return (max(first, 0), min(first + 1, from - 1))
      }
    }
    let (rows, columns) = (neighbours(height, newHeight), neighbours(width, newWidth))
    var result = alpha.resized(height: newHeight, width: newWidth)
    result.modify { out in
      alpha.read { a in
        for (y, (top, bottom)) in rows.enumerated() {
          for (x, (left, right)) in columns.enumerated() {
            let (tl, tr) = (a[top * width + left], a[top * width + right])
            let (bl, br) = (a[bottom * width + left], a[bottom * width + right])
            let value = out[y * newWidth + x]
            out[y * newWidth + x] = min(max(value, min(tl, tr, bl, br)), max(tl, tr, bl, br))
          }
        }
      }
    }
    return result
  }
}
