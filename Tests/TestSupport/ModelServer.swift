import Foundation

/// A local server with TLS for one test: server.py; it ends with the value.
public final class ModelServer {
  private let folder: URL
  private let process = Process()
  private var ports: [Substring] = []

  /// Serves the files of `folder`/served; its certificate and its log lie in `folder`, too.
  public init(in folder: URL) throws {
    self.folder = folder
    let key = [
      "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", "key.pem", "-out", "certificate.pem", "-days", "2",
    ]
    let openssl = Self.process(
      ["openssl"] + key + ["-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost"])
    openssl.currentDirectoryURL = folder
    try openssl.run()
    openssl.waitUntilExit()
    let script = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "server.py").path
    let files = ["served", "certificate.pem", "key.pem", "log", "ports"].map { folder.appending(path: $0).path }
    let server = Self.process(["python3", script] + files)
    process.executableURL = server.executableURL
    process.arguments = server.arguments
    process.standardInput = FileHandle.nullDevice
    process.standardOutput = FileHandle.nullDevice
    process.standardError = FileHandle.nullDevice
    try process.run()
    for _ in 0..<1000 where ports.isEmpty && process.isRunning {
      usleep(20_000)
      ports = ((try? String(contentsOf: folder.appending(path: "ports"), encoding: .utf8)) ?? "").split(separator: " ")
    }
    guard ports.count == 2 else {
      end()
      throw CocoaError(.fileNoSuchFile, userInfo: [NSFilePathErrorKey: "ports"])
    }
  }

  deinit { end() }

  private func end() {
    // Not SIGTERM, which the thread of a test may have handed down as blocked.
    if process.isRunning { kill(process.processIdentifier, SIGKILL) }
    process.waitUntilExit()
  }

  private static func process(_ command: [String]) -> Process {
    let process = Process()
    process.executableURL = URL(filePath: "/usr/bin/env")
    process.arguments = command
    process.standardOutput = FileHandle.nullDevice
    process.standardError = FileHandle.nullDevice
    return process
  }

  /// The address of the files in one of the modes of server.py.
  public func address(_ mode: String) -> String { "https://localhost:\(ports[0])/\(mode)" }

  public var proxy: String { "http://localhost:\(ports[1])" }

  /// What a program needs to trust the server.
  public var environment: [String: String] {
    ["SSL_CERT_FILE": folder.appending(path: "certificate.pem").path]
  }

  /// The words of each line that the server and the proxy have noted.
  public var log: [[Substring]] {
    let text = (try? String(contentsOf: folder.appending(path: "log"), encoding: .utf8)) ?? ""
    return text.split(separator: "\n").map { $0.split(separator: " ") }
  }

  /// The text of a model.json like that of `configuration`, with this server's addresses.
  public func descriptor(_ configuration: URL, name: String, mode: String = "ok") throws -> Data {
    var root = try JSONSerialization.jsonObject(with: Data(contentsOf: configuration)) as? [String: Any] ?? [:]
    root["name"] = name
    root["task"] = "super-resolution"
    root["licence"] = "Test License 1.0"
    root["licence_url"] = "https://localhost/licence"
    root["files"] = ["unet": "unet.pth", "autoencoder": "autoencoder.pth"]
    root["source"] = ["unet": address(mode) + "/unet.pth", "autoencoder": address("ok") + "/autoencoder.pth"]
    return try JSONSerialization.data(withJSONObject: root)
  }
}
