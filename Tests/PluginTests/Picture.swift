import Foundation

/// A picture of the tests: interleaved samples 0...1 as they are stored, written and read as uncompressed TIFF.
struct Picture: Equatable {
  var width: Int
  var height: Int
  /// 1 gray, 2 gray and alpha, 3 RGB, 4 RGB and alpha.
  var channels: Int
  var samples: [Double]
  /// Bits of a sample in the file; pictures made here are written with 8, or with 32 as fractions of any size.
  var bits = 8

  init(width: Int, height: Int, channels: Int, _ value: (_ x: Int, _ y: Int, _ channel: Int) -> Double) {
    self.width = width
    self.height = height
    self.channels = channels
    samples = []
    for y in 0..<height {
      for x in 0..<width {
        for channel in 0..<channels { samples.append((min(max(value(x, y, channel), 0), 1) * 255).rounded() / 255) }
      }
    }
  }

  /// Fractions as they are, of any size.
  init(fractions width: Int, _ height: Int, channels: Int, _ value: (_ x: Int, _ y: Int) -> [Double]) {
    (self.width, self.height, self.channels, bits) = (width, height, channels, 32)
    samples = (0..<width * height).flatMap { value($0 % width, $0 / width) }
  }

  subscript(x: Int, y: Int, channel: Int) -> Double { samples[(y * width + x) * channels + channel] }

  func pixel(_ x: Int, _ y: Int) -> [Double] { (0..<channels).map { self[x, y, $0] } }

  /// Something like a photograph: soft light, edges, some texture; no two channels alike. Alpha is a soft ramp.
  static func photograph(width: Int, height: Int, channels: Int) -> Picture {
    Picture(width: width, height: height, channels: channels) { x, y, channel in
      if (channels == 2 || channels == 4) && channel == channels - 1 { return 0.4 + 0.6 * Double(x) / Double(width) }
      let u = Double(x) / Double(max(width, height))
      let v = Double(y) / Double(max(width, height))
      let light = 0.35 + 0.3 * u + 0.2 * v * Double(channel)
      let edge = (x + y / 2) % 41 < 13 ? 0.12 : 0
      let texture = 0.04 * sin(Double(x * 7 + y * 3 + channel * 11))
      return light + edge + texture - 0.08 * Double(channel)
    }
  }
}

// MARK: TIFF

extension Picture {
  /// Baseline TIFF, 8 bits or 32 bits of fractions, one strip; alpha not premultiplied.
  var tiff: Data {
    let hasAlpha = channels == 2 || channels == 4
    let isFloat = bits == 32
    let depth = isFloat ? 32 : 8
    var data = Data("II".utf8)
    func short(_ value: Int) -> [UInt8] { [UInt8(value & 255), UInt8(value >> 8 & 255)] }
    func long(_ value: Int) -> [UInt8] { short(value & 0xFFFF) + short(value >> 16 & 0xFFFF) }
    let entries = (hasAlpha ? 11 : 10) + (isFloat ? 1 : 0)
    let bitsOffset = 8 + 2 + entries * 12 + 4
    let pixelOffset = bitsOffset + 8
    data.append(contentsOf: short(42) + long(8) + short(entries))
    func entry(_ tag: Int, _ type: Int, _ count: Int, _ value: Int) {
      data.append(contentsOf: short(tag) + short(type) + long(count) + long(value))
    }
    entry(256, 4, 1, width)
    entry(257, 4, 1, height)
    // Four bytes hold one or two bit counts; more stand apart.
    entry(258, 3, channels, channels == 1 ? depth : channels == 2 ? depth | depth << 16 : bitsOffset)
    entry(259, 3, 1, 1)
    entry(262, 3, 1, channels < 3 ? 1 : 2)
    entry(273, 4, 1, pixelOffset)
    entry(277, 3, 1, channels)
    entry(278, 4, 1, height)
    entry(279, 4, 1, samples.count * depth / 8)
    entry(284, 3, 1, 1)
    if hasAlpha { entry(338, 3, 1, 2) }
    if isFloat { entry(339, 3, 1, 3) }
    data.append(contentsOf: long(0) + short(depth) + short(depth) + short(depth) + short(depth))
    if isFloat {
      for sample in samples { data.append(contentsOf: long(Int(Float(sample).bitPattern))) }
    } else {
      data.append(contentsOf: samples.map { UInt8(($0 * 255).rounded()) })
    }
    return data
  }

  /// The colour profile of a TIFF file; nil if it has none.
  static func colourProfile(ofTIFF data: Data) throws -> [UInt8]? {
    try tags(ofTIFF: [UInt8](data))[34675]?.map { UInt8($0) }
  }

  /// The values of the first directory.
  private static func tags(ofTIFF bytes: [UInt8]) throws -> [Int: [Int]] {
    func number(_ offset: Int, _ size: Int) throws -> Int {
      guard offset >= 0, offset + size <= bytes.count else { throw SetUpFailure(description: "TIFF ends too early") }
      return (0..<size).reduce(0) { $0 | Int(bytes[offset + $1]) << (8 * $1) }
    }
    guard bytes.starts(with: [0x49, 0x49, 42, 0]) else { throw SetUpFailure(description: "no little-endian TIFF") }
    let directory = try number(4, 4)
    var tags: [Int: [Int]] = [:]
    for index in 0..<(try number(directory, 2)) {
      let at = directory + 2 + index * 12
      let size = [1: 1, 3: 2, 4: 4, 7: 1][try number(at + 2, 2)] ?? 0
      let count = try number(at + 4, 4)
      guard size > 0, count < 100_000 else { continue }
      let start = count * size <= 4 ? at + 8 : try number(at + 8, 4)
      tags[try number(at, 2)] = try (0..<count).map { try number(start + $0 * size, size) }
    }
    return tags
  }

  /// Reads what GIMP writes: uncompressed strips, interleaved, integers of 8, 16, 32 or floats of 16, 32 bits.
  init(tiff data: Data) throws {
    let bytes = [UInt8](data)
    let tags = try Picture.tags(ofTIFF: bytes)
    func tag(_ number: Int, _ standard: Int) -> Int { tags[number]?.first ?? standard }
    (width, height, channels, bits) = (tag(256, 0), tag(257, 0), tag(277, 1), tag(258, 1))
    guard tag(259, 1) == 1, tag(284, 1) == 1 else { throw SetUpFailure(description: "TIFF is packed") }
    var raw: [UInt8] = []
    for (offset, count) in zip(tags[273] ?? [], tags[279] ?? []) { raw += bytes[offset..<offset + count] }
    let isFloat = tag(339, 1) == 3
    let size = bits / 8
    guard raw.count == width * height * channels * size else { throw SetUpFailure(description: "TIFF of a wrong size") }
    let depth = bits
    samples = stride(from: 0, to: raw.count, by: size).map { at in
      let value = (0..<size).reduce(UInt32(0)) { $0 | UInt32(raw[at + $1]) << (8 * UInt32($1)) }
      if isFloat { return depth == 16 ? half(UInt16(value)) : Double(Float(bitPattern: value)) }
      return Double(value) / Double((1 << depth) - 1)
    }
  }
}

/// IEEE half precision in full; `Float16` does not exist on every platform.
private func half(_ bits: UInt16) -> Double {
  let exponent = Int(bits >> 10 & 31)
  let fraction = Double(bits & 1023) / 1024
  let magnitude = exponent == 0 ? fraction * 0x1p-14 : (1 + fraction) * pow(2, Double(exponent - 15))
  return bits >> 15 == 1 ? -magnitude : magnitude
}

// MARK: Comparing

extension Picture {
  /// Mean absolute difference of the channels, over the pixels where `include` is true.
  func difference(
    to other: Picture, channels wanted: Range<Int>? = nil,
    where include: (_ x: Int, _ y: Int) -> Bool = { _, _ in true }
  ) -> Double {
    precondition(width == other.width && height == other.height && channels == other.channels, "pictures of one shape")
    var sum = 0.0
    var count = 0
    for y in 0..<height {
      for x in 0..<width where include(x, y) {
        for channel in wanted ?? 0..<channels {
          sum += abs(self[x, y, channel] - other[x, y, channel])
          count += 1
        }
      }
    }
    precondition(count > 0, "something to compare")
    return sum / Double(count)
  }

  /// How many pixels differ at all, over those where `include` is true.
  func unequalPixels(to other: Picture, where include: (_ x: Int, _ y: Int) -> Bool) -> Int {
    precondition(width == other.width && height == other.height && channels == other.channels, "pictures of one shape")
    var count = 0
    for y in 0..<height {
      for x in 0..<width where include(x, y) && pixel(x, y) != other.pixel(x, y) { count += 1 }
    }
    return count
  }

  /// Area average of blocks of factor x factor.
  func reduced(by factor: Int) -> Picture {
    var small = self
    small.width /= factor
    small.height /= factor
    small.samples = (0..<small.height * small.width * channels).map { index in
      let (position, channel) = index.quotientAndRemainder(dividingBy: channels)
      let (y, x) = position.quotientAndRemainder(dividingBy: small.width)
      var sum = 0.0
      for dy in 0..<factor { for dx in 0..<factor { sum += self[x * factor + dx, y * factor + dy, channel] } }
      return sum / Double(factor * factor)
    }
    return small
  }

  func cropped(x: Int, y: Int, width: Int, height: Int) -> Picture {
    var part = self
    (part.width, part.height, part.samples) = (width, height, [])
    for row in y..<y + height { for column in x..<x + width { part.samples += pixel(column, row) } }
    return part
  }
}
