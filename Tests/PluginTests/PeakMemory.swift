import Foundation
import Synchronization

/// The most memory that processes of one program have had, in bytes, while something else runs.
final class PeakMemory: Sendable {
  private let program: String
  private let state = Mutex((peak: 0, isDone: false))

  private init(of program: URL) { self.program = program.resolvingSymlinksInPath().path }

  /// Looks 100 times a second at what the kernel has noted (`VmHWM`), so that only the last moments of a process escape.
  static func of(_ program: URL, during body: () throws -> Void) throws -> Int {
    let memory = PeakMemory(of: program)
    let watcher = Thread { memory.watch() }
    watcher.start()
    defer { while !watcher.isFinished { usleep(1000) } }
    defer { memory.state.withLock { $0.isDone = true } }
    try body()
    return memory.state.withLock { $0.peak }
  }

  private func watch() {
    while !state.withLock({ $0.isDone }) {
      for process in (try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? [] where Int(process) != nil {
        guard (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/\(process)/exe")) == program,
          let status = try? String(contentsOfFile: "/proc/\(process)/status", encoding: .utf8),
          let line = status.split(separator: "\n").first(where: { $0.hasPrefix("VmHWM:") }),
          let kibibytes = line.split(separator: " ").dropFirst().first.flatMap({ Int($0) })
        else { continue }
        state.withLock { $0.peak = max($0.peak, kibibytes << 10) }
      }
      usleep(10_000)
    }
  }
}
