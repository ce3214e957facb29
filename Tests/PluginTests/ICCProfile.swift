import Foundation

/// Colour profiles made by the tests, so that nothing depends on what the machine has installed.
enum ICCProfile {
  /// A version 2 display profile with primaries wider than sRGB and a gamma of 1.8.
  static var wideRGB: Data {
    matrix(
      red: (0.7977, 0.2880, 0), green: (0.1352, 0.7119, 0), blue: (0.0313, 0.0001, 0.8249), gamma: 1.8,
      name: "Wide RGB of the tests")
  }

  /// The primaries of Adobe RGB, Display P3, Rec. 2020 and ProPhoto as seen in light of 5000 K, and a linear scan's.
  static var wideSpaces: [(name: String, data: Data)] {
    let adobe = ((0.60974, 0.31111, 0.01947), (0.20528, 0.62567, 0.06087), (0.14919, 0.06322, 0.74457))
    let p3 = ((0.51512, 0.24120, -0.00105), (0.29198, 0.69225, 0.04189), (0.15710, 0.06657, 0.78407))
    let rec2020 = ((0.67348, 0.27904, -0.00194), (0.16566, 0.67534, 0.02998), (0.12505, 0.04561, 0.79686))
    let proPhoto = ((0.79767, 0.28804, 0.0), (0.13519, 0.71188, 0.0), (0.03134, 0.00009, 0.82490))
    return [
      ("adobe", adobe, 2.2), ("p3", p3, 2.2), ("rec2020", rec2020, 2.4), ("prophoto", proPhoto, 1.8),
      ("scan", adobe, 1.0),
    ].map { name, primaries, gamma in
      let data = matrix(red: primaries.0, green: primaries.1, blue: primaries.2, gamma: gamma, name: name)
      return (name, data)
    }
  }

  /// A profile without primaries: tables lead to Lab and back, as with printers and old scanners.
  static var tables: Data {
    // Eight corners of the colours, blue fastest; bytes of L*, a*, b*.
    let corners: [[Int]] = [0, 1].flatMap { r in
      [0, 1].flatMap { g in
        [0, 1].map { b in
          [(76 * r + 150 * g + 29 * b), 128 + 90 * r - 90 * g + 20 * b, 128 + 70 * (r + g) / 2 - 100 * b]
        }
      }
    }
    let back: [[Int]] = [0, 1].flatMap { l in
      [0, 1].flatMap { a in [0, 1].map { b in [255 * (l + a) / 2, 255 * l, 255 * (l + 1 - b) / 2] } }
    }
    func table(_ grid: [[Int]]) -> Data {
      let straight = (0..<3).flatMap { _ in (0..<256).map { UInt8($0) } }
      let identity = [1.0, 0, 0, 0, 1, 0, 0, 0, 1].flatMap(fixed)
      return tag(
        "mft1", [3, 3, 2, 0] + identity + straight + grid.flatMap { $0.map { UInt8(min(max($0, 0), 255)) } } + straight)
    }
    return profile(
      [("A2B0", table(corners)), ("B2A0", table(back))], name: "Tables of the tests", connection: "Lab ")
  }

  private static func matrix(
    red: (Double, Double, Double), green: (Double, Double, Double), blue: (Double, Double, Double), gamma: Double,
    name: String
  ) -> Data {
    func curve() -> Data { tag("curv", long(1) + short(Int((gamma * 256).rounded())) + [0, 0]) }
    func colour(_ value: (Double, Double, Double)) -> Data {
      tag("XYZ ", fixed(value.0) + fixed(value.1) + fixed(value.2))
    }
    return profile(
      [
        ("rXYZ", colour(red)), ("gXYZ", colour(green)), ("bXYZ", colour(blue)), ("rTRC", curve()), ("gTRC", curve()),
        ("bTRC", curve()),
      ], name: name, connection: "XYZ ")
  }

  private static func profile(_ own: [(String, Data)], name: String, connection: String) -> Data {
    let text = Array(name.utf8) + [0]
    let description = tag("desc", long(text.count) + text + [UInt8](repeating: 0, count: 4 + 4 + 2 + 1 + 67))
    let white = tag("XYZ ", fixed(0.9642) + fixed(1) + fixed(0.8249))
    let tags =
      [("desc", description), ("cprt", tag("text", Array("public domain".utf8) + [0])), ("wtpt", white)] + own
    var table = Data(long(tags.count))
    var body = Data()
    let start = 128 + 4 + tags.count * 12
    for (name, data) in tags {
      table.append(contentsOf: Array(name.utf8) + long(start + body.count) + long(data.count))
      body.append(data)
      while body.count % 4 != 0 { body.append(0) }
    }
    var header = Data(long(start + body.count))
    header.append(contentsOf: [0, 0, 0, 0] + long(0x0210_0000) + Array("mntrRGB \(connection)".utf8))
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
