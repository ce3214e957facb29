import Foundation
import Glibc
import Synchronization
import Testing

@testable import ModelStore

/// A server on this machine that sends the first half of a file of 1000 bytes, and then nothing.
private final class StallingServer: Sendable {
  let port: UInt16
  private let listener: Int32
  private let open = Mutex<[Int32]>([])

  /// How often it was asked.
  var requests: Int { open.withLock { $0.count } }

  init() throws {
    let listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
    var size = socklen_t(MemoryLayout<sockaddr_in>.size)
    let status = withUnsafeMutablePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        bind(listener, $0, size) | listen(listener, 4) | getsockname(listener, $0, &size)
      }
    }
    try #require(listener >= 0 && status == 0)
    (self.listener, port) = (listener, UInt16(bigEndian: address.sin_port))
    Thread.detachNewThread { [self] in
      while true {
        let connection = accept(listener, nil, nil)
        guard connection >= 0 else { return }
        open.withLock { $0.append(connection) }
        var request = [UInt8](repeating: 0, count: 4096)
        _ = read(connection, &request, request.count)
        let half =
          "HTTP/1.1 200 OK\r\nETag: \"one\"\r\nContent-Length: 1000\r\n\r\n" + String(repeating: "a", count: 500)
        _ = half.withCString { write(connection, $0, strlen($0)) }
      }
    }
  }

  func close() {
    shutdown(listener, Int32(SHUT_RDWR))
    Glibc.close(listener)
    open.withLock { for connection in $0 { Glibc.close(connection) } }
  }
}

/// A download that is stopped while nothing comes.
@Suite struct StallTests {
  /// libcurl alone looks once a second then, and after half a minute it gives up, so that the server would be asked again.
  @Test func aStalledDownloadLooksOften() throws {
    let folder = FileManager.default.temporaryDirectory.appending(path: "resshift-stall-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let server = try StallingServer()
    defer { server.close() }
    let transfer = Transfer(
      url: "http://127.0.0.1:\(server.port)/model.pth", target: folder.appending(path: "model.pth").path)
    var looks = 0
    do {
      try transfer.fetch { done, _ in
        if done == 500 { looks += 1 }
        return looks < 50
      } check: {
      }
      Issue.record("half a file is none")
    } catch StoreError.stopped {}
    #expect(looks == 50 && server.requests == 1)
    #expect(try Data(contentsOf: URL(filePath: transfer.part)).count == 500)
  }
}
