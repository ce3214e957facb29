/// Numbers as people read them: sizes, times and decimals, in the form of the language that is spoken.
///
/// For sentences only. What programs read (JSON, names of files, arguments) has numbers of its own.
public enum Amount {
  /// Bytes, such as "696 MB" or "1.2 GB".
  public static func bytes(_ bytes: Int) -> Message {
    switch bytes {
    case ..<1_000_000: "\(max(1, (bytes + 500) / 1000)) kB"
    case ..<999_500_000: "\((bytes + 500_000) / 1_000_000) MB"
    case ..<9_950_000_000: "\(decimal(Double(bytes) / 1e9, digits: 1)) GB"
    default: "\((bytes + 500_000_000) / 1_000_000_000) GB"
    }
  }

  /// Whole seconds, such as "40 s", "2 min 5 s" or "1 h 10 min"; from an hour on in minutes.
  public static func time(seconds: Int) -> Message {
    let seconds = max(0, seconds)
    if seconds < 60 { return "\(seconds) s" }
    if seconds < 3600 { return seconds % 60 == 0 ? "\(seconds / 60) min" : "\(seconds / 60) min \(seconds % 60) s" }
    let minutes = (seconds + 30) / 60
    return minutes % 60 == 0 ? "\(minutes / 60) h" : "\(minutes / 60) h \(minutes % 60) min"
  }

  /// A time that was measured: below 10 s with a decimal, such as "0.4 s".
  public static func preciseTime(seconds: Double) -> Message {
    seconds < 9.95 ? "\(decimal(seconds, digits: 1)) s" : time(seconds: Int(min(seconds, 1e9).rounded()))
  }

  /// A time that is not known exactly, and is not given more exactly than it is known: by the second up to 10 s, by 5 s up to
  /// a minute, by 10 s up to 10 minutes, then by the minute.
  public static func roughTime(seconds: Double) -> Message {
    let step =
      switch seconds {
      case ..<10: 1.0
      case ..<60: 5.0
      case ..<600: 10.0
      default: 60.0
      }
    return time(seconds: Int(max(1, (min(seconds, 1e9) / step).rounded() * step)))
  }

  /// A number with that many decimals.
  public static func decimal(_ value: Double, digits: Int) -> Message {
    precondition(digits >= 0 && digits < 10 && value.isFinite && abs(value) < 1e9, "a number that is written in digits")
    guard digits > 0 else { return Message(verbatim: "\(Int(value.rounded()))") }
    let scale = (0..<digits).reduce(1) { scale, _ in scale * 10 }
    let scaled = Int((abs(value) * Double(scale)).rounded())
    let whole = (value < 0 && scaled > 0 ? "-" : "") + "\(scaled / scale)"
    let fraction = "\(scaled % scale)"
    return "\(whole).\(String(repeating: "0", count: digits - fraction.count) + fraction)"
  }
}
