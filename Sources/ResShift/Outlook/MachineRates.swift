import FilePaths

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// How fast this machine was so far, by what it did: remembered in a small file, so that the next run can be foretold.
///
/// Whatever is wrong with the file, nothing is known then, and nobody is told.
public struct MachineRates: Sendable, Equatable {
  private let path: String

  /// A line is the name of what was done, a tab, and a rate.
  public init(path: String) { self.path = path }

  /// `resshift/rates` in the user's folder for caches; nil where there is none.
  public static var ofThisUser: MachineRates? {
    func variable(_ name: String) -> String? { getenv(name).map { String(cString: $0) } }
    // The base directory specification has relative paths ignored.
    if let cache = variable("XDG_CACHE_HOME"), cache.hasPrefix("/") {
      return MachineRates(path: cache + "/resshift/rates")
    }
    guard let home = variable("HOME"), home.hasPrefix("/") else { return nil }
    return MachineRates(path: home + "/.cache/resshift/rates")
  }

  /// Cost a second; nil = not known.
  func rate(_ name: String) -> Double? { rates().first { $0.name == name }?.rate }

  /// That of the networks that were measured last with names that end so: other networks are about as fast.
  func latestRate(endingIn end: String) -> Double? { rates().last { $0.name.hasSuffix(end) }?.rate }

  /// Remembers a rate. What was known of the same thing counts as much: machines have other things to do, too.
  func record(_ name: String, _ rate: Double) {
    guard Self.isPlausible(rate) else { return }
    var known = rates()
    let before = known.firstIndex { $0.name == name }.map { known.remove(at: $0).rate }
    known.append((name, before.map { 0.5 * ($0 + rate) } ?? rate))
    write(known.suffix(Self.mostRates))
  }

  // MARK: The file

  private static let mostRates = 200
  private static let mostBytes = 1 << 16

  private static func isPlausible(_ rate: Double) -> Bool { rate.isFinite && rate > 1 && rate < 1e18 }

  private func rates() -> [(name: String, rate: Double)] {
    guard let bytes = SmallFile.bytes(of: path, atMost: Self.mostBytes) else { return [] }
    return String(decoding: bytes, as: UTF8.self).split(separator: "\n").compactMap { line in
      let parts = line.split(separator: "\t")
      guard parts.count == 2, let rate = Double(parts[1]), Self.isPlausible(rate) else { return nil }
      return (String(parts[0]), rate)
    }
  }

  private func write(_ rates: ArraySlice<(name: String, rate: Double)>) {
    let folder = String(path[..<(path.lastIndex(of: "/") ?? path.startIndex)])
    let parent = String(folder[..<(folder.lastIndex(of: "/") ?? folder.startIndex)])
    mkdir(parent, 0o700)
    mkdir(folder, 0o700)
    _ = SmallFile.write(Array(rates.map { "\($0.name)\t\($0.rate)\n" }.joined().utf8), to: path)
  }
}
