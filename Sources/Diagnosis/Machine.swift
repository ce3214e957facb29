import CKernels
import Glibc
import ResShift
import TensorCore

/// What matters of this computer to how a restoration goes.
public struct Machine: Sendable {
  /// As its maker calls it, or its architecture.
  public let processor: String
  /// The vector instructions that the engine uses, such as "AVX2".
  public let instructions: String
  public let cores: Int
  /// Bytes of memory, and those of them that are free; nil where the system does not say.
  public let memory: Int?
  public let freeMemory: Int?
  /// The operating system and its kernel.
  public let system: String

  public static var this: Machine {
    var name = utsname()
    uname(&name)
    let architecture = text(of: name.machine)
    let processor = value(after: "model name", separator: ":", in: "/proc/cpuinfo")
    let system = value(after: "PRETTY_NAME", separator: "=", in: "/etc/os-release")
    return Machine(
      processor: processor ?? architecture, instructions: instructions,
      cores: sysconf(Int32(_SC_NPROCESSORS_ONLN)), memory: SystemMemory.total, freeMemory: SystemMemory.available,
      system: "\(system ?? text(of: name.sysname)), kernel \(text(of: name.release))")
  }

  /// The engine chooses the width of its panels by the instructions.
  private static var instructions: String {
    #if arch(x86_64)
      let own = ck_gemm_is_tuned() == 0 ? "SSE2" : ck_gemm_columns() == 32 ? "AVX-512" : "AVX2"
    #else
      let own = "those of the compiler"
    #endif
    return Products.current == .own ? own : "\(own), matrix products by OpenBLAS"
  }

  private static func text<T>(of field: T) -> String {
    withUnsafeBytes(of: field) { bytes in String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self) }
  }

  /// What stands behind a key in a file of lines.
  private static func value(after key: String, separator: Character, in path: String) -> String? {
    let file = open(path, O_RDONLY | O_CLOEXEC)
    guard file >= 0 else { return nil }
    defer { close(file) }
    var bytes = [UInt8](repeating: 0, count: 8192)
    let count = read(file, &bytes, bytes.count)
    guard count > 0 else { return nil }
    for line in String(decoding: bytes[..<count], as: UTF8.self).split(separator: "\n") where line.hasPrefix(key) {
      guard let sign = line.firstIndex(of: separator) else { continue }
      let isOutside: (Character) -> Bool = { $0 == " " || $0 == "\"" }
      let value = line[line.index(after: sign)...].drop(while: isOutside)
      return String(value.reversed().drop(while: isOutside).reversed())
    }
    return nil
  }
}
