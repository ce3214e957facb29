#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// What the operating system says about memory; nil where it says nothing.
public enum SystemMemory {
  /// Bytes that the machine has.
  public static var total: Int? { kilobytes(of: "MemTotal:", in: "/proc/meminfo") }

  /// Bytes that can still be used without swapping: the machine's, or those of the control group if fewer.
  public static var available: Int? {
    let machine = kilobytes(of: "MemAvailable:", in: "/proc/meminfo")
    let group = ControlGroup.available(
      limit: contents(of: "/sys/fs/cgroup/memory.max"), current: contents(of: "/sys/fs/cgroup/memory.current"),
      statistics: contents(of: "/sys/fs/cgroup/memory.stat"))
    return [machine, group].compactMap { $0 }.min()
  }

  /// Bytes that this process holds.
  static var resident: Int? { kilobytes(of: "VmRSS:", in: "/proc/self/status") }

  /// The most that this process ever held, or has held since `restartPeak`.
  package static var peakResident: Int? { kilobytes(of: "VmHWM:", in: "/proc/self/status") }

  private static func kilobytes(of key: String, in path: String) -> Int? {
    contents(of: path).flatMap { number(after: key, in: $0) }.map { $0 * 1024 }
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

/// The memory of the control group, version 2, that a container runs in.
enum ControlGroup {
  /// Bytes that can still be used, from the texts of memory.max, memory.current and memory.stat; nil without a limit.
  ///
  /// Cached files count as used there but give way when memory is wanted.
  static func available(limit: String?, current: String?, statistics: String?) -> Int? {
    guard let limit = limit.flatMap(leadingNumber), let current = current.flatMap(leadingNumber) else { return nil }
    let cached = ["inactive_file", "active_file"].map { number(after: $0, in: statistics ?? "") ?? 0 }.reduce(0, +)
    return max(0, limit - max(0, current - cached))
  }

  private static func leadingNumber(_ text: String) -> Int? { Int(text.prefix { $0.isNumber }) }
}

/// The number behind `key`, the first word of a line.
private func number(after key: String, in text: String) -> Int? {
  for line in text.split(separator: "\n") {
    let words = line.split { $0 == " " || $0 == "\t" }
    if words.count >= 2, words[0] == key { return Int(words[1]) }
  }
  return nil
}
