import Foundation
import Testing

/// A local server with TLS for one test, and a model whose files it has; it ends with the value.
final class ModelServer {
  let bench: Workbench
  private let process = Process()
  private var ports: [Substring] = []

  /// `.models/tiny-sr` has no files yet; its addresses are the server's, in the given mode of Server/server.py.
  init(mode: String = "ok") throws {
    bench = try Workbench()
    let key = [
      "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", "key.pem", "-out", "certificate.pem", "-days", "2",
    ]
    try Self.call(bench, "openssl", key + ["-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost"])
    try FileManager.default.copyItem(
      at: Workbench.package.appending(path: "Tests/Fixtures/tiny-sr"), to: bench.folder.appending(path: "served"))
    process.executableURL = URL(filePath: "/usr/bin/env")
    let script = Workbench.package.appending(path: "Tests/CommandLineTests/Server/server.py").path
    process.arguments = ["python3", script] + ["served", "certificate.pem", "key.pem", "log", "ports"].map(bench.path)
    process.standardOutput = FileHandle.nullDevice
    process.standardInput = FileHandle.nullDevice
    try process.run()
    for _ in 0..<1000 where ports.isEmpty {
      usleep(20_000)
      ports = ((try? String(contentsOfFile: bench.path("ports"), encoding: .utf8)) ?? "").split(separator: " ")
    }
    guard ports.count == 2 else {
      kill(process.processIdentifier, SIGKILL)
      throw CocoaError(.fileNoSuchFile, userInfo: [NSFilePathErrorKey: bench.path("ports")])
    }
    try addModel("tiny-sr", mode: mode)
  }

  deinit {
    // Not SIGTERM, which the thread of a test may have handed down as blocked.
    kill(process.processIdentifier, SIGKILL)
    process.waitUntilExit()
  }

  /// A model of the recorded network under `.models`, without files.
  func addModel(_ name: String, mode: String = "ok") throws {
    let folder = bench.folder.appending(path: ".models/\(name)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    let text = try Data(contentsOf: bench.folder.appending(path: "served/config.json"))
    var root = try #require(try JSONSerialization.jsonObject(with: text) as? [String: Any])
    root["name"] = name
    root["task"] = "super-resolution"
    root["licence"] = "Test License 1.0"
    root["files"] = ["unet": "unet.pth", "autoencoder": "autoencoder.pth"]
    root["source"] = ["unet": address(mode) + "/unet.pth", "autoencoder": address("ok") + "/autoencoder.pth"]
    try JSONSerialization.data(withJSONObject: root).write(to: folder.appending(path: "model.json"))
  }

  func address(_ mode: String) -> String { "https://localhost:\(ports[0])/\(mode)" }
  var proxy: String { "http://localhost:\(ports[1])" }

  /// What every test's command needs to trust the server.
  var environment: [String: String] { ["SSL_CERT_FILE": bench.path("certificate.pem")] }

  func run(_ arguments: String..., environment: [String: String] = [:]) throws -> Run {
    try bench.run(
      ["models"] + arguments, models: bench.path(".models"),
      environment: self.environment.merging(environment) { $1 })
  }

  /// The words of each line that the server and the proxy have noted.
  var log: [[Substring]] {
    let text = (try? String(contentsOf: bench.folder.appending(path: "log"), encoding: .utf8)) ?? ""
    return text.split(separator: "\n").map { $0.split(separator: " ") }
  }

  /// Names in the folder of a model, hidden ones too.
  func files(_ name: String = "tiny-sr") throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: bench.path(".models/\(name)")).sorted()
  }

  func isServed(_ file: String, model: String = "tiny-sr") throws -> Bool {
    try bench.bytes(".models/\(model)/\(file)") == bench.bytes("served/\(file)")
  }

  private static func call(_ bench: Workbench, _ program: String, _ arguments: [String]) throws {
    let process = Process()
    process.executableURL = URL(filePath: "/usr/bin/env")
    process.arguments = [program] + arguments
    process.currentDirectoryURL = bench.folder
    process.standardError = FileHandle.nullDevice
    process.standardOutput = FileHandle.nullDevice
    try process.run()
    process.waitUntilExit()
    try #require(process.terminationStatus == 0)
  }
}
