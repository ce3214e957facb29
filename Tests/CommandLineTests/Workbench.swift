import Foundation
import PictureFiles
import ResShift
import Testing

/// What one run of the built program did.
struct Run {
  let status: Int32
  let output: String
  let errors: String

  var errorLines: [Substring] { errors.split(separator: "\n") }
  /// Exactly one line on standard error, from the program; "" and an issue otherwise.
  func onlyErrorLine(_ location: SourceLocation = #_sourceLocation) -> String {
    #expect(errorLines.count == 1 && errors.hasPrefix("resshift: ") && errors.hasSuffix("\n"), sourceLocation: location)
    return String(errors.dropFirst("resshift: ".count).dropLast())
  }
}

/// A folder of one test, and the program run in it; the folder goes with the value.
final class Workbench {
  let folder = FileManager.default.temporaryDirectory.appending(path: "resshift-command-\(UUID().uuidString)")
  static let package = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent()

  init() throws { try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true) }
  deinit { for folder in [folder, cache] { try? FileManager.default.removeItem(at: folder) } }
  /// What the program remembers of the machine's pace, beside the folder.
  var cache: URL { folder.deletingLastPathComponent().appending(path: folder.lastPathComponent + "-cache") }

  /// The program lies beside the test bundle.
  static var program: URL {
    URL(filePath: "/proc/self/exe").resolvingSymlinksInPath().deletingLastPathComponent().appending(path: "resshift")
  }

  /// A process that has not been started, with the shipped models and a home of its own.
  func process(
    _ arguments: [String], models: String? = nil, environment: [String: String] = [:], program: URL = program
  ) -> Process {
    let process = Process()
    process.executableURL = program
    process.arguments = arguments
    process.currentDirectoryURL = folder
    process.environment = [
      "HOME": folder.path, "XDG_CACHE_HOME": cache.path, "PATH": "/usr/bin:/bin", "LC_ALL": "C",
      "RESSHIFT_MODELS": models ?? Self.package.appending(path: "plugin/models").path,
    ].merging(environment) { $1 }
    process.standardInput = FileHandle.nullDevice
    return process
  }

  func run(_ arguments: String..., models: String? = nil) throws -> Run {
    try run(arguments, models: models)
  }

  func run(
    _ arguments: [String], models: String? = nil, environment: [String: String] = [:], program: URL = program
  ) throws -> Run {
    let process = process(arguments, models: models, environment: environment, program: program)
    // Files instead of pipes: nothing to fill up, nothing to read at the same time.
    let (output, errors) = (folder.appending(path: ".stdout"), folder.appending(path: ".stderr"))
    try Data().write(to: output)
    try Data().write(to: errors)
    process.standardOutput = try FileHandle(forWritingTo: output)
    process.standardError = try FileHandle(forWritingTo: errors)
    try process.run()
    process.waitUntilExit()
    #expect(process.terminationReason == .exit)
    return Run(
      status: process.terminationStatus, output: try String(contentsOf: output, encoding: .utf8),
      errors: try String(contentsOf: errors, encoding: .utf8))
  }

  func path(_ name: String) -> String { folder.appending(path: name).path }
  func bytes(_ name: String) throws -> Data { try Data(contentsOf: folder.appending(path: name)) }

  /// Everything in the folder, hidden files too, but not the streams of the last run.
  var files: [String] {
    get throws {
      try FileManager.default.contentsOfDirectory(atPath: folder.path).filter { $0 != ".stdout" && $0 != ".stderr" }
        .sorted()
    }
  }

  /// A smooth picture with some structure, different for each `variant`.
  static func picture(_ width: Int, _ height: Int, channels: Int = 3, variant: Int = 0) -> PixelImage {
    var image = PixelImage(width: width, height: height, channels: channels)
    for y in 0..<height {
      for x in 0..<width {
        for c in 0..<channels { image[x, y, c] = Float((x * 7 + y * 5 + c * 40 + variant * 31) % 256) / 255 }
      }
    }
    return image
  }

  func write(_ image: PixelImage, _ name: String, bitDepth: Int = 8) throws {
    try PictureFile(image: image, bitDepth: bitDepth).write(to: path(name), bitDepth: bitDepth)
  }

  func read(_ name: String) throws -> PixelImage { try PictureFile.read(path(name)).image }

  /// A model folder made of the recorded face network; returns its path.
  func addFaceModel() throws -> String {
    try addModel("tiny-face") { root in
      root["task"] = "restoration"
      root["frame"] = "face"
    }
  }

  /// A model folder `.models/NAME` made of a recorded network; `change` completes its model.json. Returns its path.
  @discardableResult
  func addModel(_ name: String, _ change: (inout [String: Any]) -> Void) throws -> String {
    let fixture = Self.package.appending(path: "Tests/Fixtures/\(name)")
    let model = folder.appending(path: ".models/\(name)")
    try? FileManager.default.removeItem(at: model)
    try FileManager.default.createDirectory(at: model, withIntermediateDirectories: true)
    for file in ["unet.pth", "autoencoder.pth"] {
      try FileManager.default.copyItem(at: fixture.appending(path: file), to: model.appending(path: file))
    }
    let text = try Data(contentsOf: fixture.appending(path: "config.json"))
    var root = try #require(try JSONSerialization.jsonObject(with: text) as? [String: Any])
    root["files"] = ["unet": "unet.pth", "autoencoder": "autoencoder.pth"]
    change(&root)
    try JSONSerialization.data(withJSONObject: root).write(to: model.appending(path: "model.json"))
    return model.path
  }
}
