import Wording

extension TrialError: Explained {
  var message: Message {
    switch self {
    case .notFinite(let model): "\(model) makes values that are no colours: its files do not fit; install it again"
    case .empty(let model): "\(model) makes a picture of one colour: its files do not fit; install it again"
    }
  }
}

extension ModelTrial {
  /// How long it took, as far as people want to know, such as "0.4 s".
  public static func text(ofSeconds seconds: Double) -> String {
    let tenths = Int((seconds * 10).rounded())
    return seconds < 10 ? "\(tenths / 10).\(tenths % 10) s" : "\(Int(seconds.rounded())) s"
  }

  /// Where it works.
  public static func worked(_ seconds: Double) -> Message {
    "Works: \(text(ofSeconds: seconds)) for \(side)x\(side) pixels."
  }
}
