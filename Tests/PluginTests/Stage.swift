import Foundation
import Glibc
import Testing

/// What the tests could not set up, in words for who runs them.
struct SetUpFailure: Error, CustomStringConvertible {
  let description: String
}

/// The plug-in as it is installed, in a GIMP folder of the tests' own.
struct Stage: Sendable {
  /// Serves as the folder of GIMP's settings.
  let gimpFolder: URL

  /// Made once for all tests: from the tree that `RESSHIFT_STAGE` names, or from a build of its own.
  static let shared = Result { try Stage() }

  static let packageFolder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent()

  private let version = GimpVersion.tested

  private init() throws {
    gimpFolder = Stage.folder
    try FileManager.default.createDirectory(at: gimpFolder, withIntermediateDirectories: true)
    // It serves all tests, so it goes with the process.
    atexit { try? FileManager.default.removeItem(at: Stage.folder) }
    if let staged = ProcessInfo.processInfo.environment["RESSHIFT_STAGE"], !staged.isEmpty {
      try copyStage(URL(filePath: staged))
    } else {
      try buildStage()
    }
    if let settings = try version.settings() {
      try Data(settings.utf8).write(to: gimpFolder.appending(path: "gimprc"))
    }
    let library = "plug-ins/resshift/lib\(version.library).so"
    for file in ["plug-ins/resshift/resshift", library, "scripts/resshift-batch.scm"] {
      guard FileManager.default.fileExists(atPath: gimpFolder.appending(path: file).path) else {
        throw SetUpFailure(
          description: "The staged plug-in has no \(file): let RESSHIFT_STAGE name what ./install.sh --stage made.")
      }
    }
  }

  private static let folder = FileManager.default.temporaryDirectory.appending(
    path: "resshift-gimp-\(UUID().uuidString)")

  var plugInFolder: URL { gimpFolder.appending(path: "plug-ins/resshift") }

  private func copyStage(_ staged: URL) throws {
    for part in ["plug-ins", "scripts"] {
      let from = staged.appending(path: version.stagedFolder).appending(path: part)
      guard FileManager.default.fileExists(atPath: from.path) else {
        throw SetUpFailure(
          description: "RESSHIFT_STAGE is \(staged.path), which has no \(version.stagedFolder)/\(part).")
      }
      try FileManager.default.copyItem(at: from, to: gimpFolder.appending(path: part))
    }
  }

  /// What install.sh does, without it: the library, main.c, models and scripts.
  private func buildStage() throws {
    let package = Stage.packageFolder
    let scratch = package.appending(path: ".build/plug-in-of-tests").path
    try run([
      "swift", "build", "-c", "release", "-Xswiftc", "-static-stdlib", "--product", version.library,
      "--package-path", package.path, "--scratch-path", scratch,
    ])
    try FileManager.default.createDirectory(at: plugInFolder, withIntermediateDirectories: true)
    let copies = [
      ("\(scratch)/release/lib\(version.library).so", "plug-ins/resshift/lib\(version.library).so"),
      (package.appending(path: "plugin/models").path, "plug-ins/resshift/models"),
      (package.appending(path: "plugin/help").path, "plug-ins/resshift/help"),
      (package.appending(path: "plugin/icons").path, "plug-ins/resshift/icons"),
      (package.appending(path: "plugin/scripts\(version.rawValue)").path, "scripts"),
    ]
    for (from, to) in copies {
      try FileManager.default.copyItem(atPath: from, toPath: gimpFolder.appending(path: to).path)
    }
    let flags = try run(["pkg-config", "--cflags", "--libs", "gimp-\(version.rawValue).0"]).split(
      whereSeparator: \.isWhitespace)
    try run(
      [
        "cc", package.appending(path: "plugin/\(version.main)").path, "-o",
        plugInFolder.appending(path: "resshift").path,
      ]
        + flags.map(String.init)
        + ["-L\(plugInFolder.path)", "-l\(version.library)", "-Wl,-rpath,$ORIGIN", "-Wl,--allow-shlib-undefined"])
  }

  @discardableResult
  private func run(_ command: [String]) throws -> String {
    let result = try Command.run(command)
    guard result.status == 0 else {
      throw SetUpFailure(
        description: "Building the plug-in for the tests failed; set RESSHIFT_STAGE or make this work:\n"
          + command.joined(separator: " ") + "\n" + result.output)
    }
    return result.output
  }
}

/// Runs programs.
enum Command {
  /// Runs to the end; standard output and error together.
  static func run(_ command: [String], environment: [String: String] = [:]) throws -> (status: Int32, output: String) {
    let log = FileManager.default.temporaryDirectory.appending(path: "resshift-\(UUID().uuidString).log")
    try Data().write(to: log)
    defer { try? FileManager.default.removeItem(at: log) }
    let process = try start(command, environment: environment, log: log)
    process.waitUntilExit()
    let output = String(decoding: try Data(contentsOf: log), as: UTF8.self)
    return (process.terminationStatus, output)
  }

  /// Starts a program whose output goes to a file.
  static func start(_ command: [String], environment: [String: String] = [:], log: URL) throws -> Process {
    let process = Process()
    process.executableURL = URL(filePath: "/usr/bin/env")
    process.arguments = command
    process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
    let handle = try FileHandle(forWritingTo: log)
    process.standardOutput = handle
    process.standardError = handle
    process.standardInput = FileHandle.nullDevice
    try process.run()
    return process
  }
}
