import Foundation
import Testing

/// Numbers and pieces of files, taken apart and put together for the tests.
func bigEndian(_ value: Int, _ size: Int = 4) -> [UInt8] {
  (0..<size).reversed().map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
}

/// A chunk of PNG with its checksum.
func chunk(_ name: String, _ data: [UInt8]) -> [UInt8] {
  let body = Array(name.utf8) + data
  let sum = ~body.reduce(~0 as UInt32) { crc, byte in
    (0..<8).reduce(crc ^ UInt32(byte)) { value, _ in value & 1 == 1 ? value >> 1 ^ 0xedb8_8320 : value >> 1 }
  }
  return bigEndian(data.count) + body + bigEndian(Int(sum))
}

/// A PNG file with chunks added behind its head.
func png(_ file: [UInt8], adding chunks: [UInt8]...) -> [UInt8] {
  let head = 8 + 12 + 13
  return Array(file[..<head]) + chunks.flatMap { $0 } + Array(file[head...])
}

/// The chunks of a PNG file; of one name the last.
func chunks(_ png: [UInt8]) -> [String: [UInt8]] {
  var found: [String: [UInt8]] = [:]
  var at = 8
  while at + 12 <= png.count {
    let size = png[at..<at + 4].reduce(0) { $0 << 8 | Int($1) }
    found[String(decoding: png[at + 4..<at + 8], as: UTF8.self)] = Array(png[at + 8..<at + 8 + size])
    at += 12 + size
  }
  return found
}

/// A segment of JPEG.
func segment(_ marker: UInt8, _ data: [UInt8]) -> [UInt8] { [0xff, marker] + bigEndian(data.count + 2, 2) + data }

func bytes(_ path: String) throws -> [UInt8] { [UInt8](try Data(contentsOf: URL(filePath: path))) }

extension [UInt8] {
  /// Where a text begins; nil if it is not there.
  func place(of text: String) -> Int? {
    let wanted = Array(text.utf8)
    guard count >= wanted.count else { return nil }
    return (0...count - wanted.count).first { self[$0] == wanted[0] && self[$0...].starts(with: wanted) }
  }

  func contains(_ text: String) -> Bool { place(of: text) != nil }
}

/// A colour profile of a matrix and curves, or of gray, read on its own terms (ICC.1:2022) and applied.
struct AppliedProfile {
  let space: String
  private var tags: [String: [UInt8]] = [:]

  init(_ profile: [UInt8]?) throws {
    let bytes = try #require(profile)
    func long(_ at: Int) -> Int { bytes[at..<at + 4].reduce(0) { $0 << 8 | Int($1) } }
    space = String(decoding: bytes[16..<20], as: UTF8.self)
    #expect(long(0) == bytes.count && bytes.count % 4 == 0)
    for i in 0..<long(128) {
      let at = 132 + 12 * i
      let start = long(at + 4)
      #expect(start % 4 == 0)
      tags[String(decoding: bytes[at..<at + 4], as: UTF8.self)] = Array(bytes[start..<start + long(at + 8)])
    }
  }

  private func fixed(_ tag: [UInt8], _ i: Int) -> Double {
    Double(Int32(truncatingIfNeeded: tag[i..<i + 4].reduce(0) { $0 << 8 | Int($1) })) / 65536
  }

  private func light(_ value: Double, _ name: String) throws -> Double {
    let tag = try #require(tags[name])
    if tag.starts(with: "curv".utf8) {
      let count = tag[8..<12].reduce(0) { $0 << 8 | Int($1) }
      func entry(_ i: Int) -> Double { Double(Int(tag[12 + 2 * i]) << 8 | Int(tag[13 + 2 * i])) }
      if count == 0 { return value }
      if count == 1 { return pow(value, entry(0) / 256) }
      let at = value * Double(count - 1)
      let below = min(Int(at), count - 2)
      return (entry(below) + (entry(below + 1) - entry(below)) * (at - Double(below))) / 65535
    }
    #expect(tag.starts(with: "para".utf8))
    let g = fixed(tag, 12)
    if tag[9] == 0 { return pow(value, g) }
    let (a, b, c, d) = (fixed(tag, 16), fixed(tag, 20), fixed(tag, 24), fixed(tag, 28))
    return value >= d ? pow(a * value + b, g) : c * value
  }

  /// The sRGB value 0...255 of an RGB colour or a gray of 0...255, as a screen of sRGB shows it.
  func shown(_ colour: Int...) throws -> [Int] {
    let values = colour.map { Double($0) / 255 }
    if space == "GRAY" { return [Self.encoded(try light(values[0], "kTRC"))] }
    // Linear sRGB of XYZ under D50 (Bradford).
    let back = [
      [3.1338561, -1.6168667, -0.4906146], [-0.9787684, 1.9161415, 0.0334540], [0.0719453, -0.2289914, 1.4052427],
    ]
    var xyz = [0.0, 0, 0]
    for (i, c) in ["r", "g", "b"].enumerated() {
      let column = try #require(tags["\(c)XYZ"])
      let amount = try light(values[values.count == 1 ? 0 : i], "\(c)TRC")
      for j in 0..<3 { xyz[j] += fixed(column, 8 + 4 * j) * amount }
    }
    return back.map { row in Self.encoded(zip(row, xyz).reduce(0) { $0 + $1.0 * $1.1 }) }
  }

  private static func encoded(_ light: Double) -> Int {
    let v = min(max(light, 0), 1)
    return Int((255 * (v <= 0.0031308 ? 12.92 * v : 1.055 * pow(v, 1 / 2.4) - 0.055)).rounded())
  }
}

/// Whether numbers are those of other software but for its rounding.
func isNear(_ a: [Int], _ b: [Int]) -> Bool { a.count == b.count && zip(a, b).allSatisfy { abs($0 - $1) <= 1 } }
