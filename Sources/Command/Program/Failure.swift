import Checkpoints
import Glibc
import ModelStore
import PictureFiles
import ResShift

/// Something that the command line itself found wrong.
struct Failure: Error {
  let status: Int32
  let message: String

  static func usage(_ message: String) -> Failure { Failure(status: EX_USAGE, message: message) }
  static func noInput(_ message: String) -> Failure { Failure(status: EX_NOINPUT, message: message) }
  static func badData(_ message: String) -> Failure { Failure(status: EX_DATAERR, message: message) }
  static func cannotWrite(_ message: String) -> Failure { Failure(status: EX_CANTCREAT, message: message) }

  /// Whether an error says its own line and status (all others come from the argument parser).
  static func isOurs(_ error: any Error) -> Bool {
    error is Failure || error is RestoreError || error is PictureFileError || error is CheckpointError
      || error is StoreError
  }

  /// Line and exit status for any error of the engine, the picture files and the checkpoints.
  init(_ error: any Error) {
    switch error {
    case let failure as Failure: self = failure
    case let error as RestoreError: self.init(status: error.exitStatus, message: error.message)
    case let error as PictureFileError:
      self.init(status: error.exitStatus, message: String(describing: error))
    case CheckpointError.notFound: self.init(status: EX_NOINPUT, message: String(describing: error))
    case let error as StoreError: self.init(status: error.exitStatus, message: error.message)
    case let error as CheckpointError: self.init(status: EX_DATAERR, message: String(describing: error))
    default: self.init(status: EX_SOFTWARE, message: String(describing: error))
    }
  }

  /// An error of the engine about one picture, which does not know the picture's path.
  init(_ error: RestoreError, about path: String) {
    switch error {
    case .badPicture, .notEnoughMemory:
      self.init(status: error.exitStatus, message: "\(path): \(error.message)")
    default: self.init(error)
    }
  }

  init(status: Int32, message: String) {
    self.status = status
    self.message = message
  }
}

/// A failure whose line is already on standard error.
struct ReportedFailure: Error {
  let status: Int32
}

extension RestoreError {
  /// The status of `sysexits.h` that scripts can rely on.
  fileprivate var exitStatus: Int32 {
    switch self {
    case .usage: EX_USAGE
    case .badPicture, .badModel: EX_DATAERR
    case .notFound: EX_NOINPUT
    case .modelUnavailable: EX_UNAVAILABLE
    case .notEnoughMemory: EX_OSERR
    case .cancelled: 130
    }
  }
}

extension StoreError {
  fileprivate var exitStatus: Int32 {
    switch self {
    case .cannotWrite: EX_CANTCREAT
    case .notFetched: EX_UNAVAILABLE
    case .damaged: EX_DATAERR
    case .licenceNotAccepted: EX_USAGE
    case .stopped: 130
    }
  }
}
