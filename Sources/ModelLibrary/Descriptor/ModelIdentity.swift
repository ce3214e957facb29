/// What a model is called and what it is for.
public struct ModelIdentity: Sendable, Equatable {
  /// What users type: one to 100 characters without a slash.
  public var name: String
  /// What users read in lists.
  public var title: String
  public var task: ModelTask
}

/// What a model is for; the raw values are those of `model.json`.
public enum ModelTask: String, Sendable, CaseIterable {
  case superResolution = "super-resolution"
  case inpainting
  case restoration
}
