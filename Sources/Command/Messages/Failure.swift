import Checkpoints
import Glibc
import ModelLibrary
import ModelStore
import PictureFiles
import ResShift
import Wording

/// The end of a command that could not do its work: a line for the user, and a status of `sysexits.h`.
struct Failure: Error {
  let status: Int32
  let message: Message

  /// Whether an error says its own line and status (all others come from the argument parser).
  static func isOurs(_ error: any Error) -> Bool { error is Failure || error is any Explained }

  /// Line and exit status for any error of the engine, the picture files and the checkpoints.
  init(_ error: any Error) {
    switch error {
    case let failure as Failure: self = failure
    case let error as CommandError: self.init(status: error.exitStatus, message: error.message)
    case let error as RestoreError: self.init(status: error.exitStatus, message: error.message)
    case let error as ModelError: self.init(status: error.exitStatus, message: error.message)
    case let error as PictureFileError: self.init(status: error.exitStatus, message: error.message)
    case let error as StoreError: self.init(status: error.exitStatus, message: error.message)
    case let error as CheckpointError: self.init(status: error.exitStatus, message: error.message)
    default: self.init(status: EX_SOFTWARE, message: Message(verbatim: String(describing: error)))
    }
  }

  /// An error of the engine about one picture, which does not know the picture's path.
  init(_ error: RestoreError, about path: String) {
    switch (error, error.kind) {
    case (.sizeNotReached, _), (_, .badPicture), (_, .notEnoughMemory):
      self.init(status: error.exitStatus, message: "\(path): \(error.message)")
    default: self.init(error)
    }
  }

  private init(status: Int32, message: Message) {
    self.status = status
    self.message = message
  }
}

/// A failure whose line is already on standard error.
struct ReportedFailure: Error {
  let status: Int32
}

extension CheckpointError {
  fileprivate var exitStatus: Int32 {
    switch self {
    case .notFound: EX_NOINPUT
    case .notEnoughMemory: EX_OSERR
    default: EX_DATAERR
    }
  }
}

extension RestoreError {
  /// The status of `sysexits.h` that scripts can rely on.
  fileprivate var exitStatus: Int32 {
    switch kind {
    case .usage: EX_USAGE
    case .badPicture, .badModel: EX_DATAERR
    case .notEnoughMemory: EX_OSERR
    case .cancelled: 130
    }
  }
}

extension ModelError {
  fileprivate var exitStatus: Int32 {
    switch kind {
    case .usage: EX_USAGE
    case .badModel: EX_DATAERR
    case .notFound: EX_NOINPUT
    case .modelUnavailable: EX_UNAVAILABLE
    }
  }
}

extension StoreError {
  fileprivate var exitStatus: Int32 {
    switch kind {
    case .usage: EX_USAGE
    case .notFound: EX_NOINPUT
    case .badModel, .damaged: EX_DATAERR
    case .cannotWrite: EX_CANTCREAT
    case .notFetched: EX_UNAVAILABLE
    case .stopped: 130
    }
  }
}
