import Foundation
import Testing

/// The C program of `program/`, compiled against the library as installed (or, without `RESSHIFT_STAGE`, as built).
@Suite struct CInterfaceTests {
  @Test(arguments: [
    "open", "options", "upscale", "samples", "refusals", "inpaint", "restore", "progress", "exclude", "endurance",
    "cut",
  ])
  func programFindsTheInterfaceAsPromised(check: String) throws {
    let program = try Self.program.get()
    let result = try run(program.executable, [check, program.models])
    #expect(result.status == 0, "\(result.output)")
    #expect(result.output == "")
  }

  @Test(arguments: [["-xc", "-std=c99"], ["-xc++", "-std=c++17"]])
  func headerStandsAlone(language: [String]) throws {
    let header = try Installation.located().include + "/resshift.h"
    let result = try run(
      "/usr/bin/env", ["cc", "-Wall", "-Wextra", "-Wpedantic", "-Werror", "-fsyntax-only"] + language + [header])
    #expect(result.status == 0, "\(result.output)")
  }

  @Test func libraryHasItsNameAndShowsNothingElse() throws {
    let library = try Installation.located().library
    let dynamic = try run("/usr/bin/env", ["readelf", "-d", library])
    #expect(dynamic.output.contains("soname: [libresshift.so.0]"))
    let symbols = try run("/usr/bin/env", ["nm", "-D", "--defined-only", "--format=posix", library])
    let functions = symbols.output.split(separator: "\n").map { $0.split(separator: " ") }.filter { $0[1] == "T" }
    #expect(functions.count == 12)
    #expect(functions.allSatisfy { $0[0].hasPrefix("resshift_") }, "\(functions)")
  }

  @Test func headerAndLibraryHaveTheVersionOfTheChangeLog() throws {
    let header = try String(contentsOfFile: try Installation.located().include + "/resshift.h", encoding: .utf8)
    let line = try #require(header.split(separator: "\n").first { $0.hasPrefix("#define RESSHIFT_VERSION") })
    let version = try #require(line.split(separator: "\"").last)
    let changes = try String(contentsOfFile: packageFolder + "/CHANGELOG.md", encoding: .utf8)
    #expect(changes.contains("\(version)"))
  }

  /// Compiled once for all checks.
  private static let program = Result { try Program() }
}

private let testFolder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().path
private let packageFolder = URL(fileURLWithPath: testFolder + "/../..").standardizedFileURL.path

/// Where the library, its header and the built-in models are.
private struct Installation {
  let include: String
  let library: String
  let models: String

  /// The staged installation that `RESSHIFT_STAGE` names, else what was built beside the tests.
  static func located() throws -> Installation {
    if let stage = ProcessInfo.processInfo.environment["RESSHIFT_STAGE"] {
      return Installation(
        include: stage + "/include", library: stage + "/lib/libresshift.so", models: stage + "/share/resshift/models")
    }
    return Installation(
      include: packageFolder + "/Sources/CResShift/include", library: try buildFolder() + "/libResShiftC.so",
      models: packageFolder + "/plugin/models")
  }

  static func buildFolder() throws -> String {
    let tests = try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")
    return URL(fileURLWithPath: tests).deletingLastPathComponent().path
  }
}

/// The compiled program and the folder of models that it is given.
private struct Program {
  let executable: String
  let models: String

  init() throws {
    let files = FileManager.default
    let installation = try Installation.located()
    let folder = try Installation.buildFolder() + "/CInterfaceTests.tmp"
    try? files.removeItem(atPath: folder)
    models = folder + "/models"
    try files.createDirectory(atPath: models + "/tiny-restore", withIntermediateDirectories: true)

    for name in ["compact-sr-x4", "compact-inpaint"] {
      try files.createSymbolicLink(atPath: "\(models)/\(name)", withDestinationPath: "\(installation.models)/\(name)")
    }
    try Self.describeFixture("tiny-face", in: models + "/tiny-restore")
    // The linker and the loader look for these two names, whatever the build calls the library.
    for name in ["libresshift.so", "libresshift.so.0"] {
      try files.createSymbolicLink(atPath: "\(folder)/\(name)", withDestinationPath: installation.library)
    }

    executable = folder + "/program"
    let sources = ["support.c", "handles.c", "restoring.c", "refusals.c"].map { "\(testFolder)/program/\($0)" }
    let result = try run(
      "/usr/bin/env",
      ["cc", "-std=c11", "-D_DEFAULT_SOURCE", "-O1", "-g", "-Wall", "-Wextra", "-Werror", "-I", installation.include]
        + sources + ["-o", executable, "-L", folder, "-lresshift", "-lm", "-Wl,-rpath,\(folder)"])
    guard result.status == 0 else { throw Failure(what: "the C program does not compile: \(result.output)") }
  }

  /// Writes a model.json for a fixture, as a restoration model that takes pictures as they are, and links its files.
  private static func describeFixture(_ fixture: String, in folder: String) throws {
    let source = packageFolder + "/Tests/Fixtures/" + fixture
    let data = try Data(contentsOf: URL(fileURLWithPath: source + "/config.json"))
    guard var description = try JSONSerialization.jsonObject(with: data) as? [String: Any] else {
      throw Failure(what: "\(source)/config.json is no JSON object")
    }
    description["name"] = "tiny-restore"
    description["title"] = "A fixture"
    description["task"] = "restoration"
    description["licence"] = "none"
    description["files"] = ["unet": "unet.pth", "autoencoder": "autoencoder.pth"]
    try JSONSerialization.data(withJSONObject: description).write(to: URL(fileURLWithPath: folder + "/model.json"))
    for name in ["unet.pth", "autoencoder.pth"] {
      try FileManager.default.copyItem(atPath: "\(source)/\(name)", toPath: "\(folder)/\(name)")
    }
  }
}

private struct Failure: Error, CustomStringConvertible {
  let what: String
  var description: String { what }
}

/// Runs a program to its end; `output` is what it wrote to both outputs.
private func run(_ program: String, _ arguments: [String]) throws -> (status: Int32, output: String) {
  let process = Process()
  process.executableURL = URL(fileURLWithPath: program)
  process.arguments = arguments
  let pipe = Pipe()
  process.standardOutput = pipe
  process.standardError = pipe
  process.standardInput = FileHandle.nullDevice
  try process.run()
  let output = pipe.fileHandleForReading.readDataToEndOfFile()
  process.waitUntilExit()
  // A signal is no exit status: told apart, so that a crash is not taken for a failed check.
  return (
    process.terminationReason == .exit ? process.terminationStatus : -process.terminationStatus,
    String(decoding: output, as: UTF8.self)
  )
}
