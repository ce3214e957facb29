/// Numbers of bytes for people.
public enum Size {
  /// Such as "696 MB".
  public static func text(_ bytes: Int) -> String {
    switch bytes {
    case ..<1_000_000: "\(max(1, (bytes + 500) / 1000)) kB"
    case ..<10_000_000_000: "\((bytes + 500_000) / 1_000_000) MB"
    default: "\((bytes + 500_000_000) / 1_000_000_000) GB"
    }
  }
}
