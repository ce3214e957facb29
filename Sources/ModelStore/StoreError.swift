/// What went wrong with getting or keeping a model, in one line for the user: what, where, and what to do.
public enum StoreError: Error, Equatable {
  /// A folder or file of the store cannot be written (exit status 73).
  case cannotWrite(String)
  /// The network or the server did not give the file (exit status 69).
  case notFetched(String)
  /// The files of an installed model are not what they should be (exit status 65).
  case damaged(String)
  /// The user has not agreed to the licence (exit status 64).
  case licenceNotAccepted(String)
  /// The caller's progress function asked to stop (exit status 130).
  case stopped

  public var message: String {
    switch self {
    case .cannotWrite(let text), .notFetched(let text), .damaged(let text), .licenceNotAccepted(let text): text
    case .stopped: "Stopped; the same download goes on from here."
    }
  }
}
