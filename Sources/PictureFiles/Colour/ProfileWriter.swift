import Glibc

/// How stored values become light.
enum ToneCurve: Sendable, Equatable {
  /// Light = value ^ exponent.
  case gamma(Double)
  /// Light = (a value + b) ^ g from d on, c value below (ICC.1:2022, parametric curve of type 3).
  case parametric(g: Double, a: Double, b: Double, c: Double, d: Double)
  /// Light at equal steps of the value.
  case table([UInt16])
  /// The curve of another profile, with its type's name.
  case stored([UInt8])

  static let sRGB = parametric(g: 2.4, a: 1 / 1.055, b: 0.055 / 1.055, c: 1 / 12.92, d: 0.04045)
  /// The inverse of the camera's curve in BT.709, 601 and 2020.
  static let video = parametric(g: 1 / 0.45, a: 1 / 1.099, b: 0.099 / 1.099, c: 1 / 4.5, d: 0.081)
  static let smpte240 = parametric(g: 1 / 0.45, a: 1 / 1.1115, b: 0.1115 / 1.1115, c: 1 / 4, d: 0.0912)
}

/// The colours of red, green, blue and white, as CIE 1931 x and y.
struct Primaries: Sendable, Equatable {
  struct Point: Sendable, Equatable {
    var x: Double
    var y: Double

    init(_ x: Double, _ y: Double) {
      self.x = x
      self.y = y
    }
  }

  var red: Point
  var green: Point
  var blue: Point
  var white: Point

  static let d65 = Point(0.3127, 0.3290)
  static let sRGB = Primaries(red: Point(0.64, 0.33), green: Point(0.30, 0.60), blue: Point(0.15, 0.06), white: d65)
  static let adobeRGB = Primaries(red: Point(0.64, 0.33), green: Point(0.21, 0.71), blue: Point(0.15, 0.06), white: d65)

  /// Whether both are the same but for the roundings of their writers.
  func isNear(_ other: Primaries) -> Bool {
    zip(points, other.points).allSatisfy { abs($0.x - $1.x) < 0.002 && abs($0.y - $1.y) < 0.002 }
  }

  private var points: [Point] { [red, green, blue, white] }

  /// XYZ of full red, green and blue as seen under D50 (Bradford's adaptation), and the matrix of that adaptation, rows
  /// first; nil if no colours can be made of these.
  func matrices() -> (colours: [[Double]], adaptation: [[Double]])? {
    guard points.allSatisfy({ $0.x.isFinite && $0.y.isFinite && abs($0.x) <= 2 && abs($0.y) > 1e-6 && abs($0.y) <= 2 }),
      white.x > 0, white.y > 0, white.x + white.y < 1
    else { return nil }
    func xyz(_ p: Point) -> [Double] { [p.x / p.y, 1, (1 - p.x - p.y) / p.y] }
    let columns = Matrix.transposed([xyz(red), xyz(green), xyz(blue)])
    guard let inverse = Matrix.inverse(columns) else { return nil }
    let shares = Matrix.product(inverse, xyz(white).map { [$0] }).map { $0[0] }
    let own = columns.map { row in zip(row, shares).map(*) }
    let cone = [[0.8951, 0.2664, -0.1614], [-0.7502, 1.7135, 0.0367], [0.0389, -0.0685, 1.0296]]
    let from = Matrix.product(cone, xyz(white).map { [$0] }).map { $0[0] }
    let to = Matrix.product(cone, ProfileWriter.d50.map { [$0] }).map { $0[0] }
    guard from.allSatisfy({ $0 > 1e-3 }), let back = Matrix.inverse(cone) else { return nil }
    let scale = (0..<3).map { i in (0..<3).map { $0 == i ? to[i] / from[i] : 0 } }
    let adaptation = Matrix.product(back, Matrix.product(scale, cone))
    let colours = Matrix.product(adaptation, own)
    // Beyond these no profile can hold them, and no colours of this world are there.
    guard colours.allSatisfy({ $0.allSatisfy { abs($0) < 100 } }) else { return nil }
    return (colours, adaptation)
  }
}

/// Products and inverses of 3 x 3 matrices, rows first.
enum Matrix {
  static func product(_ a: [[Double]], _ b: [[Double]]) -> [[Double]] {
    a.map { row in b[0].indices.map { j in zip(row, b).reduce(0) { $0 + $1.0 * $1.1[j] } } }
  }

  static func transposed(_ a: [[Double]]) -> [[Double]] { a[0].indices.map { j in a.map { $0[j] } } }

  /// nil for a matrix (nearly) without one.
  static func inverse(_ m: [[Double]]) -> [[Double]]? {
    func minor(_ i: Int, _ j: Int) -> Double {
      let (a, b, c, d) = ((i + 1) % 3, (i + 2) % 3, (j + 1) % 3, (j + 2) % 3)
      return m[a][c] * m[b][d] - m[a][d] * m[b][c]
    }
    let determinant = (0..<3).reduce(0) { $0 + m[0][$1] * minor(0, $1) }
    guard abs(determinant) > 1e-9, determinant.isFinite else { return nil }
    return (0..<3).map { i in (0..<3).map { j in minor(j, i) / determinant } }
  }
}

/// Small ICC profiles (ICC.1:2022, version 4.3) of a matrix and curves, or of gray. The same colours give the same bytes.
enum ProfileWriter {
  /// XYZ of the white that profiles count from.
  static let d50 = [0.9642, 1.0, 0.8249]

  /// `curves`: one, or those of red, green and blue. nil if no colours can be made of the primaries.
  static func rgb(_ primaries: Primaries, _ curves: [ToneCurve], name: String) -> [UInt8]? {
    guard let (colours, adaptation) = primaries.matrices(), let first = curves.first else { return nil }
    let all = curves.count == 3 ? curves : [first, first, first]
    var tags: [(String, [UInt8])] = [("chad", Array("sf32".utf8) + long(0) + adaptation.flatMap { $0.flatMap(fixed) })]
    for (i, c) in ["r", "g", "b"].enumerated() {
      tags.append(("\(c)XYZ", xyz(colours.map { $0[i] })))
      tags.append(("\(c)TRC", curve(all[i])))
    }
    return profile("RGB ", tags, name)
  }

  static func gray(_ tone: ToneCurve, name: String) -> [UInt8] { profile("GRAY", [("kTRC", curve(tone))], name) }

  private static func profile(_ space: String, _ own: [(String, [UInt8])], _ name: String) -> [UInt8] {
    let tags =
      [("desc", text(name)), ("cprt", text("No copyright")), ("wtpt", xyz(d50))] + own
    var places: [[UInt8]: Int] = [:]
    var table = long(tags.count)
    var data: [UInt8] = []
    for (tag, bytes) in tags {
      // Equal curves lie there once.
      let at = places[bytes] ?? 128 + 4 + 12 * tags.count + data.count
      if places.updateValue(at, forKey: bytes) == nil {
        data += bytes + [UInt8](repeating: 0, count: (4 - bytes.count % 4) % 4)
      }
      table += Array(tag.utf8) + long(at) + long(bytes.count)
    }
    var header = long(128 + table.count + data.count) + long(0) + [4, 0x30, 0, 0]
    header += "mntr\(space)XYZ ".utf8
    header += [2026, 1, 1, 0, 0, 0].flatMap { [UInt8($0 >> 8), UInt8($0 & 255)] }
    header += Array("acsp".utf8) + [UInt8](repeating: 0, count: 28)
    header += d50.flatMap(fixed)
    header += [UInt8](repeating: 0, count: 128 - header.count)
    return header + table + data
  }

  private static func long(_ value: Int) -> [UInt8] { [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: value >> $0) } }

  /// 16.16 bits with sign.
  private static func fixed(_ value: Double) -> [UInt8] { long(Int((value * 65536).rounded())) }

  private static func xyz(_ value: [Double]) -> [UInt8] { Array("XYZ ".utf8) + long(0) + value.flatMap(fixed) }

  private static func text(_ text: String) -> [UInt8] {
    let units = text.utf16.flatMap { [UInt8($0 >> 8), UInt8($0 & 255)] }
    return Array("mluc".utf8) + long(0) + long(1) + long(12) + Array("enUS".utf8) + long(units.count) + long(28) + units
  }

  private static func curve(_ tone: ToneCurve) -> [UInt8] {
    func parametric(_ kind: Int, _ values: [Double]) -> [UInt8] {
      Array("para".utf8) + long(0) + [0, UInt8(kind), 0, 0] + values.flatMap(fixed)
    }
    switch tone {
    case .gamma(let exponent): return parametric(0, [exponent])
    case .parametric(let g, let a, let b, let c, let d): return parametric(3, [g, a, b, c, d])
    case .table(let values):
      return Array("curv".utf8) + long(0) + long(values.count) + values.flatMap { [UInt8($0 >> 8), UInt8($0 & 255)] }
    case .stored(let bytes): return bytes
    }
  }
}
