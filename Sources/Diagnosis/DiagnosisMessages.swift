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
  /// Where it works.
  public static func worked(_ seconds: Double) -> Message {
    "Works: \(Amount.preciseTime(seconds: seconds)) for \(side)x\(side) pixels."
  }
}
