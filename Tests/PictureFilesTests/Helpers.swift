import Foundation
import ResShift
import Testing

@testable import PictureFiles

/// The path of a committed picture.
func fixture(_ name: String) -> String {
  URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Files/\(name)").path
}

func fixtureBytes(_ name: String) throws -> [UInt8] {
  [UInt8](try Data(contentsOf: URL(filePath: fixture(name))))
}

/// A folder of its own for one test, removed at its end.
final class TemporaryFolder {
  let path: String

  init() throws {
    path = FileManager.default.temporaryDirectory.appending(path: "pictures-\(UUID().uuidString)").path
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }

  func file(_ name: String) -> String { "\(path)/\(name)" }
  func write(_ bytes: [UInt8], to name: String) throws { try Data(bytes).write(to: URL(filePath: file(name))) }
  var contents: [String] { get throws { try FileManager.default.contentsOfDirectory(atPath: path).sorted() } }
}

/// A seeded generator (SplitMix64), so that a failure can be repeated.
struct SeededGenerator: RandomNumberGenerator {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    var z = state
    z = (z ^ z >> 30) &* 0xbf58_476d_1ce4_e5b9
    z = (z ^ z >> 27) &* 0x94d0_49bb_1331_11eb
    return z ^ z >> 31
  }
}

/// A picture whose sample (x, y, c) is `value(x, y)[c] / largest`.
func picture(_ width: Int, _ height: Int, largest: Float = 255, _ value: (Int, Int) -> [Int]) -> PixelImage {
  let samples = (0..<height).flatMap { y in (0..<width).flatMap { x in value(x, y).map { Float($0) / largest } } }
  return PixelImage(width: width, height: height, channels: value(0, 0).count, samples: samples)
}

/// What the committed 7 x 5 pictures show.
enum Small {
  static func picture(largest: Float = 255, _ value: (Int, Int) -> [Int]) -> PixelImage {
    PictureFilesTests.picture(7, 5, largest: largest, value)
  }
  static let rgb = picture { [$0 * 40, $1 * 60, ($0 + $1 * 7) * 7] }
  static let rgba = picture { [$0 * 40, $1 * 60, ($0 + $1 * 7) * 7, 255 - ($0 + $1 * 7) * 5] }
  static let gray = picture { [($0 + $1 * 7) * 7] }
  static let grayAlpha = picture { [($0 + $1 * 7) * 7, 255 - ($0 + $1 * 7) * 5] }
  static let checks = picture { [($0 + $1) % 2 * 255] }
  static func rgb16(_ x: Int, _ y: Int) -> [Int] { [x * 9000 + 1, y * 13000 + 2, (x + y * 7) * 1800 + 3] }
}

/// What the committed 24 x 16 pictures show: smooth, for lossy files; no two of its eight orientations are alike.
let smooth = picture(24, 16) { [$0 * 10, $1 * 15, 128] }

/// The largest difference of any sample; infinite if the shapes differ.
func difference(_ a: PixelImage, _ b: PixelImage) -> Float {
  guard a.width == b.width, a.height == b.height, a.channels == b.channels else { return .infinity }
  return zip(a.samples, b.samples).reduce(0) { max($0, abs($1.0 - $1.1)) }
}

/// The error of reading a file of these bytes; nil if it loads.
func errorReading(_ bytes: [UInt8], in folder: TemporaryFolder) throws -> PictureFileError? {
  let name = "broken.png"
  try folder.write(bytes, to: name)
  do {
    _ = try PictureFile.read(folder.file(name))
    return nil
  } catch let error as PictureFileError {
    return error
  }
}

extension PixelImage {
  /// The samples of one channel.
  func plane(_ channel: Int) -> PixelImage {
    let plane = stride(from: channel, to: samples.count, by: channels).map { samples[$0] }
    return PixelImage(width: width, height: height, channels: 1, samples: plane)
  }
}
