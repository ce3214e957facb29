import Foundation

/// Colour profiles made by the tests, so that nothing depends on what the machine has installed.
enum ICCProfile {
  /// A version 2 display profile with primaries wider than sRGB and a gamma of 1.8.
  static var wideRGB: Data {
    matrix(
      red: (0.7977, 0.2880, 0), green: (0.1352, 0.7119, 0), blue: (0.0313, 0.0001, 0.8249), gamma: 1.8,
      name: "Wide RGB of the tests")
  }

  private static func matrix(
    red: (Double, Double, Double), green: (Double, Double, Double), blue: (Double, Double, Double), gamma: Double,
    name: String
  ) -> Data {
    func curve() -> Data { tag("curv", long(1) + short(Int((gamma * 256).rounded())) + [0, 0]) }
    func colour(_ value: (Double, Double, Double)) -> Data {
      tag("XYZ ", fixed(value.0) + fixed(value.1) + fixed(value.2))
    }
    let text = Array(name.utf8) + [0]
    let description = tag("desc", long(text.count) + text + [UInt8](repeating: 0, count: 4 + 4 + 2 + 1 + 67))
    let tags: [(String, Data)] = [
      ("desc", description), ("cprt", tag("text", Array("public domain".utf8) + [0])),
      ("wtpt", colour((0.9642, 1, 0.8249))), ("rXYZ", colour(red)), ("gXYZ", colour(green)), ("bXYZ", colour(blue)),
      ("rTRC", curve()), ("gTRC", curve()), ("bTRC", curve()),
    ]
    var table = Data(long(tags.count))
    var body = Data()
    let start = 128 + 4 + tags.count * 12
    for (name, data) in tags {
      table.append(contentsOf: Array(name.utf8) + long(start + body.count) + long(data.count))
      body.append(data)
      while body.count % 4 != 0 { body.append(0) }
    }
    var header = Data(long(start + body.count))
    header.append(contentsOf: [0, 0, 0, 0] + long(0x0210_0000) + Array("mntrRGB XYZ ".utf8))
    header.append(contentsOf: short(2025) + short(1) + short(1) + short(0) + short(0) + short(0))
    header.append(contentsOf: Array("acsp".utf8) + [UInt8](repeating: 0, count: 28))
    header.append(contentsOf: fixed(0.9642) + fixed(1) + fixed(0.8249))
    header.append(Data(count: 128 - header.count))
    return header + table + body
  }

  private static func tag(_ type: String, _ content: [UInt8]) -> Data {
    Data(Array(type.utf8) + [0, 0, 0, 0] + content)
  }
  private static func short(_ value: Int) -> [UInt8] { [UInt8(value >> 8 & 255), UInt8(value & 255)] }
  private static func long(_ value: Int) -> [UInt8] { short(value >> 16 & 0xFFFF) + short(value & 0xFFFF) }
  private static func fixed(_ value: Double) -> [UInt8] { long(Int((value * 65536).rounded())) }
}
