import ResShift

/// Pictures that the reference values of scikit-image, SciPy and NumPy were computed from.
enum Pictures {
  /// Waves that get finer towards the lower right.
  static func waves(_ width: Int, _ height: Int) -> PixelImage {
    picture(width, height) { x, y, c in wave(x, y, c) }
  }

  /// The same a little blurred, with a pattern added.
  static func spoiltWaves(_ width: Int, _ height: Int) -> PixelImage {
    picture(width, height) { x, y, c in
      let blurred = (3 * wave(x, y, c) + wave(min(x + 1, width - 1), y, c)) / 4
      return min(max(blurred + (x * 31 + y * 17 + c * 11) % 23 - 11, 0), 255)
    }
  }

  /// Slow waves with a fine pattern.
  static func slowWaves(_ width: Int, _ height: Int) -> PixelImage {
    func triangle(_ n: Int, _ period: Int) -> Int { abs(n % (2 * period) - period) }
    return picture(width, height) { x, y, c in
      let pattern = (x * 7 + y * 13) * (x + 3 * y) / 5 % 9
      return triangle(2 * x + y, 97) + triangle(3 * y - x + 500, 71) / 2 + pattern + 5 * c
    }
  }

  /// Gray that gets lighter by 1/255 every eight columns, as it is or with a pattern added.
  static func slope(_ width: Int, _ height: Int, spoilt: Bool) -> PixelImage {
    picture(width, height) { x, y, c in 100 + x / 8 + (spoilt ? (x * 31 + y * 17 + c * 11) % 23 - 11 : 0) }
  }

  static func flat(_ width: Int, _ height: Int) -> PixelImage { picture(width, height) { _, _, _ in 128 } }

  /// White in columns 8..<30 and rows 10..<22.
  static func hole(_ width: Int, _ height: Int) -> PixelImage {
    var mask = PixelImage(width: width, height: height, channels: 1)
    for y in 10..<22 {
      for x in 8..<30 { mask[x, y, 0] = 1 }
    }
    return mask
  }

  private static func wave(_ x: Int, _ y: Int, _ c: Int) -> Int {
    ((x * x * 3 + y * y * 5 + x * y * 2) / 9 + c * 40) % 256
  }

  private static func picture(_ width: Int, _ height: Int, _ value: (Int, Int, Int) -> Int) -> PixelImage {
    var image = PixelImage(width: width, height: height, channels: 3)
    for y in 0..<height {
      for x in 0..<width {
        for c in 0..<3 { image[x, y, c] = Float(value(x, y, c)) / 255 }
      }
    }
    return image
  }
}
