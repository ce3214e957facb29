import TensorCore

extension PixelImage {
  /// One channel as it is: [1, height, width, 1].
  func plane(_ channel: Int) -> Tensor {
    Tensor(Shape(1, height, width, 1)) { out in
      for pixel in 0..<width * height { out[pixel] = samples[pixel * channels + channel] }
    }
  }

  /// Replaces the colours by those of a network's [1, height, width, 3] in [-1, 1], clamped, at the pixels that `isChanged`
  /// names, nil = all; gray takes the luma, as do all channels of a picture that is `neutral`. Alpha stays.
  ///
  /// `unseen`, of the same size, is what the network did not see of the picture; it is added.
  mutating func setColours(
    _ tensor: Tensor, adding unseen: Unseen? = nil, neutral: Bool = false, where isChanged: ((Int) -> Bool)? = nil
  ) {
    precondition((tensor.shape.h, tensor.shape.w) == (height, width), "colours of the picture's size")
    let step = channels
    let isGray = colourChannels == 1
    let (above, below, tint) = (unseen?.above?.elements, unseen?.below?.elements, unseen?.tint?.elements)
    func completed(_ value: Float, _ i: Int) -> Float {
      value + (tint?[i] ?? 0) + (above?[i] ?? 0) * nearnessToOne(value) + (below?[i] ?? 0) * nearnessToZero(value)
    }
    tensor.read { x in
      for pixel in 0..<width * height where isChanged?(pixel) ?? true {
        var (r, g, b) = (unit(x[3 * pixel]), unit(x[3 * pixel + 1]), unit(x[3 * pixel + 2]))
        if isGray || neutral {
          r = luma(r, g, b)
          (g, b) = (r, r)
        }
        if unseen != nil {
          (r, g, b) = (completed(r, 3 * pixel), completed(g, 3 * pixel + 1), completed(b, 3 * pixel + 2))
        }
        samples[pixel * step] = r
        if !isGray {
          samples[pixel * step + 1] = g
          samples[pixel * step + 2] = b
        }
      }
    }
  }

  /// Replaces one channel by a plane [1, height, width, 1], clamped to 0...1.
  mutating func setPlane(_ channel: Int, _ tensor: Tensor) {
    tensor.read { x in
      for pixel in 0..<width * height { samples[pixel * channels + channel] = clamped(x[pixel]) }
    }
  }

  /// The part of the picture inside `rect`, which must lie within it.
  public func cropped(to rect: PixelRect) -> PixelImage {
    precondition(
      rect.x >= 0 && rect.y >= 0 && rect.x + rect.width <= width && rect.y + rect.height <= height,
      "a rectangle inside the picture")
    var part: [Float] = []
    part.reserveCapacity(rect.width * rect.height * channels)
    for y in rect.y..<rect.y + rect.height {
      let start = (y * width + rect.x) * channels
      part += samples[start..<start + rect.width * channels]
    }
    return PixelImage(width: rect.width, height: rect.height, channels: channels, samples: part)
  }

  /// Puts `part` back where `rect` was cut out.
  mutating func replace(_ rect: PixelRect, with part: PixelImage) {
    precondition(
      part.channels == channels && (part.width, part.height) == (rect.width, rect.height), "a part that fits")
    for row in 0..<rect.height {
      let start = ((rect.y + row) * width + rect.x) * channels
      let source = row * rect.width * channels
      samples.replaceSubrange(
        start..<start + rect.width * channels, with: part.samples[source..<source + rect.width * channels])
    }
  }
}

/// Rec. 709 luma.
func luma(_ r: Float, _ g: Float, _ b: Float) -> Float { 0.2126 * r + 0.7152 * g + 0.0722 * b }

/// The luma; exact where there is no colour.
func grayValue(_ r: Float, _ g: Float, _ b: Float) -> Float { r == g && g == b ? r : luma(r, g, b) }

/// [-1, 1] to 0...1, clamped.
func unit(_ x: Float) -> Float { clamped((x + 1) / 2) }

/// 0...1; NaN becomes 0, where `max` and `min` would let it through.
func clamped(_ x: Float) -> Float { x > 0 ? (x < 1 ? x : 1) : 0 }
