#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// What the operating system says about memory; nil where it says nothing.
enum SystemMemory {
  /// Bytes that can still be used without swapping: the machine's, or those of the control group if fewer.
  static var available: Int? {
    let machine = kilobytes(of: "MemAvailable:", in: "/proc/meminfo")
    let group = number(in: "/sys/fs/cgroup/memory.max").flatMap { limit in
      number(in: "/sys/fs/cgroup/memory.current").map { max(0, limit - $0) }
    }
    return [machine, group].compactMap { $0 }.min()
  }

  /// Bytes that this process holds.
  static var resident: Int? { kilobytes(of: "VmRSS:", in: "/proc/self/status") }

  /// The most that this process ever held.
  static var peakResident: Int? { kilobytes(of: "VmHWM:", in: "/proc/self/status") }

  private static func kilobytes(of key: String, in path: String) -> Int? {
    guard let text = contents(of: path) else { return nil }
    let line = text.split(separator: "\n").first { $0.hasPrefix(key) }
    return line?.split(whereSeparator: { $0 == " " || $0 == "\t" }).dropFirst().first.flatMap { Int($0) }.map { $0 * 1024 }
  }

  private static func number(in path: String) -> Int? {
    contents(of: path).flatMap { Int($0.prefix { $0.isNumber }) }
  }

  private static func contents(of path: String) -> String? {
    let file = open(path, O_RDONLY | O_CLOEXEC)
    guard file >= 0 else { return nil }
    defer { close(file) }
    var bytes = [UInt8](repeating: 0, count: 8192)
    let count = read(file, &bytes, bytes.count)
    return count > 0 ? String(decoding: bytes[..<count], as: UTF8.self) : nil
  }
}
