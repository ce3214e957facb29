import FilePaths
import Glibc
import ResShift

/// The hidden files that results grow in: `.NAME.PID-NUMBER.part`.
enum PartFile {
  /// Most bytes of the target's name that are repeated; the whole must stay below the system's 255.
  private static let mostNameBytes = 200

  /// A name that no other file of this or another process has.
  static func path(for name: String, in folder: String) -> String {
    var short = name
    while short.utf8.count > mostNameBytes { short.unicodeScalars.removeLast() }
    var generator = SystemRandomNumberGenerator()
    let digits = String(generator.next() | 1 << 63, radix: 16)
    return "\(folder)/.\(short).\(getpid())-\(digits).part"
  }

  /// The process that a file of such a name belongs to; nil for all other names.
  static func owner(of name: String) -> pid_t? {
    guard name.utf8.first == UInt8(ascii: "."), name.hasSuffix(".part") else { return nil }
    let mark = name.dropFirst().dropLast(5).split(separator: ".").last?.split(separator: "-") ?? []
    guard mark.count == 2, mark[1].utf8.count == 16, mark[1].allSatisfy(\.isHexDigit) else { return nil }
    return pid_t(mark[0]).flatMap { $0 > 0 ? $0 : nil }
  }

  /// Removes what killed processes have left in `folder`; files that a living one may be writing stay.
  static func removeStale(in folder: String) {
    _ = forEachName(in: folder) { name in
      guard let owner = owner(of: name), isDead(owner) else { return }
      removeUnlocked("\(folder)/\(name)")
    }
  }

  /// Whether there is no such process, or only the entry of an ended one that its parent has not asked about: neither
  /// has a program. (The link of another user's process is there, but may not be read.)
  private static func isDead(_ process: pid_t) -> Bool {
    var byte: CChar = 0
    return readlink("/proc/\(process)/exe", &byte, 1) < 0 && errno == ENOENT
  }

  /// A process in another container is alive without being seen; its lock is.
  private static func removeUnlocked(_ path: String) {
    let descriptor = path.withPathBytes { open($0, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC) }
    guard descriptor >= 0 else { return }
    defer { close(descriptor) }
    var status = stat()
    guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else { return }
    if flock(descriptor, LOCK_EX | LOCK_NB) == 0 { path.withPathBytes { _ = unlink($0) } }
  }
}
