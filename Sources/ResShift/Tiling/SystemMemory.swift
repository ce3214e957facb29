import FilePaths

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// What the operating system says about memory; nil where it says nothing.
public enum SystemMemory {
  /// Bytes that the machine has.
  public static var total: Int? { kilobytes(of: "MemTotal:", in: "/proc/meminfo") }

  /// Bytes that can still be used without swapping: the machine's, those of the control groups that the process is in, or
  /// what its own limits leave, whichever are fewest.
  public static var available: Int? { [physical, addressSpace].compactMap { $0 }.min() }

  /// The same without the limits of the process, which count addresses, those of mapped files included, and not memory.
  static var physical: Int? {
    let machine = kilobytes(of: "MemAvailable:", in: "/proc/meminfo")
    return [machine, ControlGroup.available(reading: contents)].compactMap { $0 }.min()
  }

  /// Bytes that the process may still map (`ulimit -v` and `-d`); nil without a limit.
  static var addressSpace: Int? {
    let left = [
      (__rlimit_resource_t(RLIMIT_AS.rawValue), "VmSize:"), (__rlimit_resource_t(RLIMIT_DATA.rawValue), "VmData:"),
    ]
    .compactMap { resource, key -> Int? in
      var limit = rlimit()
      guard getrlimit(resource, &limit) == 0, limit.rlim_cur < UInt(Int.max) / 2,
        let used = kilobytes(of: key, in: "/proc/self/status")
      else { return nil }
      return max(0, Int(limit.rlim_cur) - used)
    }
    return left.min()
  }

  /// Bytes that this process holds.
  static var resident: Int? { kilobytes(of: "VmRSS:", in: "/proc/self/status") }

  /// The most that this process ever held, or has held since `restartPeak`.
  package static var peakResident: Int? { kilobytes(of: "VmHWM:", in: "/proc/self/status") }

  /// From here on `peakResident` is the most that this process has held since; where the system cannot do that, ever.
  package static func restartPeak() {
    let file = open("/proc/self/clear_refs", O_WRONLY | O_CLOEXEC)
    guard file >= 0 else { return }
    _ = write(file, "5", 1)
    close(file)
  }

  private static func kilobytes(of key: String, in path: String) -> Int? {
    contents(of: path).flatMap { number(after: key, in: $0) }.map { $0 * 1024 }
  }

  /// A file of the system as text, whose length nobody knows before it is read; nil where it cannot be read.
  private static func contents(of path: String) -> String? {
    let file = open(path, O_RDONLY | O_CLOEXEC)
    guard file >= 0 else { return nil }
    defer { close(file) }
    // A list of mounts of a machine full of containers has some hundred kilobytes.
    guard let text = SmallFile.rest(of: file, atMost: 1 << 22) else { return nil }
    return text.isEmpty ? nil : String(decoding: text, as: UTF8.self)
  }
}

/// The memory of the control groups (version 1 or 2) that this process runs in: its own, and all that this one lies in.
enum ControlGroup {
  /// Bytes that can still be used: the fewest that any of the groups leaves; nil without a limit. `read` gives the text of
  /// a file, nil where there is none.
  static func available(reading read: (String) -> String?) -> Int? {
    guard let groups = read("/proc/self/cgroup"), let mounts = read("/proc/self/mountinfo") else { return nil }
    var left: [Int] = []
    for version in [Version.one, .two] {
      guard let path = version.path(in: groups) else { continue }
      for mount in mounts.split(separator: "\n").compactMap({ version.mount($0) }) {
        for folder in folders(of: path, mount) { left += version.available(in: folder, read).map { [$0] } ?? [] }
      }
    }
    return left.min()
  }

  /// The folders of a group and of those around it, as far as they can be seen at a mount: in a container it is often the
  /// group itself that is mounted.
  private static func folders(of path: String, _ mount: Mount) -> [String] {
    var rest = path[...]
    if mount.root != "/" {
      // A group outside of what is mounted cannot be seen but for its nearest end.
      rest = path.hasPrefix(mount.root) ? path.dropFirst(mount.root.utf8.count) : ""
    }
    let names = rest.split(separator: "/")
    return (0...names.count).map { count in ([mount.point] + names[..<count].map(String.init)).joined(separator: "/") }
  }

  private struct Mount {
    let root: String
    let point: String
  }

  private enum Version {
    case one, two

    /// The group of the process, from /proc/self/cgroup: lines of number, controllers and path.
    func path(in groups: String) -> String? {
      for line in groups.split(separator: "\n") {
        let parts = line.split(separator: ":", maxSplits: 2, omittingEmptySubsequences: false)
        guard parts.count == 3 else { continue }
        let controllers = parts[1].split(separator: ",")
        if self == .two ? parts[0] == "0" && parts[1].isEmpty : controllers.contains("memory") {
          return String(parts[2])
        }
      }
      return nil
    }

    /// A line of /proc/self/mountinfo, if it mounts such groups: (4) root, (5) place, then behind a dash type, source, options.
    func mount(_ line: Substring) -> Mount? {
      let words = line.split(separator: " ")
      guard let dash = words.firstIndex(of: "-"), words.count > dash + 3, dash > 4 else { return nil }
      let isMounted =
        self == .two
        ? words[dash + 1] == "cgroup2"
        : words[dash + 1] == "cgroup" && words[dash + 3].split(separator: ",").contains("memory")
      return isMounted ? Mount(root: String(words[3]), point: String(words[4])) : nil
    }

    func available(in folder: String, _ read: (String) -> String?) -> Int? {
      func text(_ name: String) -> String? { read("\(folder)/\(name)") }
      switch self {
      case .one:
        return ControlGroup.available(
          limit: text("memory.limit_in_bytes"), current: text("memory.usage_in_bytes"), statistics: text("memory.stat"))
      case .two:
        // Above memory.high a group is slowed down until it stands still.
        return ["memory.max", "memory.high"].compactMap {
          ControlGroup.available(limit: text($0), current: text("memory.current"), statistics: text("memory.stat"))
        }.min()
      }
    }
  }

  /// Bytes that one group leaves, from the texts of its limit, its use and its statistics; nil without a limit.
  ///
  /// Cached files count as used there but give way when memory is wanted.
  static func available(limit: String?, current: String?, statistics: String?) -> Int? {
    guard let limit = limit.flatMap(leadingNumber), let current = current.flatMap(leadingNumber) else { return nil }
    // Version 1 says that there is no limit by one that is as large as can be.
    guard limit < 1 << 60 else { return nil }
    // Those of the groups within count, too: in version 1 they have lines of their own for that.
    func number(_ key: String) -> Int {
      ResShift.number(after: "total_" + key, in: statistics ?? "") ?? ResShift.number(after: key, in: statistics ?? "")
        ?? 0
    }
    return max(0, limit - max(0, current - number("inactive_file") - number("active_file")))
  }

  private static func leadingNumber(_ text: String) -> Int? { Int(text.prefix { $0.isNumber }) }
}

/// The number behind `key`, the first word of a line.
func number(after key: String, in text: String) -> Int? {
  for line in text.split(separator: "\n") {
    let words = line.split { $0 == " " || $0 == "\t" }
    if words.count >= 2, words[0] == key { return Int(words[1]) }
  }
  return nil
}
