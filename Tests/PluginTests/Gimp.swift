import Foundation
import Testing

/// One start of GIMP without a window: pictures go in, a Script-Fu program runs, a log and pictures come out.
final class Gimp {
  let folder: URL
  private let stage: Stage
  /// What the program said, by key.
  private(set) var log: [String: String] = [:]
  /// What GIMP wrote to its standard output and error.
  private(set) var output = ""

  init() throws {
    stage = try Stage.shared.get()
    folder = FileManager.default.temporaryDirectory.appending(path: "resshift-case-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(at: folder) }

  func put(_ picture: Picture, as name: String) throws {
    try picture.tiff.write(to: folder.appending(path: name))
  }

  /// Copies a picture of the fixtures under its own name.
  func put(fixture name: String) throws {
    let file = URL(filePath: Stage.packageFolder.appending(path: "Tests/Fixtures/\(name)").path)
    try FileManager.default.copyItem(at: file, to: folder.appending(path: file.lastPathComponent))
  }

  func picture(_ name: String) throws -> Picture {
    try Picture(tiff: Data(contentsOf: folder.appending(path: name)))
  }

  /// Runs `program` after the prelude; whatever goes wrong in it is an issue of the test.
  func run(_ program: String, environment: [String: String] = [:]) throws {
    let version = GimpVersion.tested
    let logFile = folder.appending(path: "log.txt")
    let script = """
      (define folder "\(folder.path)")
      (define log-port (open-output-file "\(logFile.path)"))
      \(version.loadsPreludes)
      \(program)
      (say "finished" "yes")
      (close-output-port log-port)
      """
    let file = folder.appending(path: "program.scm")
    try Data(script.utf8).write(to: file)
    let result = try Command.run(
      [
        "timeout", "900", version.console, "-idf", "--batch-interpreter", "plug-in-script-fu-eval", "-b",
        "(load \"\(file.path)\")",
      ] + version.quitting,
      environment: environment.merging([
        version.folderVariable: stage.gimpFolder.path, "LC_ALL": "C.UTF-8", "TMPDIR": folder.path,
        "XDG_CACHE_HOME": folder.appending(path: "cache").path,
      ]) { given, _ in given })
    output = result.output
    for line in try String(contentsOf: logFile, encoding: .utf8).split(separator: "\n") {
      let parts = line.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      log[String(parts[0])] = parts.count > 1 ? String(parts[1]) : ""
    }
    #expect(log["finished"] == "yes", "GIMP did not reach the end of the program:\n\(output)")
  }
}
