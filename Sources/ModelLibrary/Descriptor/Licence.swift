/// Under what terms a model may be used.
public struct Licence: Sendable, Equatable {
  public var name: String
  /// Where it can be read; nil when model.json does not say.
  public var address: String?

  /// The name when model.json does not say.
  static let unknown = "unknown"
}
