/// How pictures are prepared for a model.
public struct ModelPolicy: Sendable, Equatable {
  public var fill: HoleFill
  public var frame: Frame

  public init(fill: HoleFill = .blank, frame: Frame = .none) {
    self.fill = fill
    self.frame = frame
  }
}

/// What an inpainting network sees in the hole.
public enum HoleFill: String, Sendable, CaseIterable {
  /// -1, as in the published models.
  case blank
  /// A smooth fill that the network corrects.
  case pushPull = "push-pull"
  /// A fill of pieces of the surroundings that the network corrects.
  case exemplar
}

/// Whether a model wants pictures as they are or one face in its own frame.
public enum Frame: String, Sendable, CaseIterable {
  case none
  case face
}
