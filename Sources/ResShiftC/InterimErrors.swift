import CResShift
import ResShift

/// What a C caller did wrong. (Until this module's own errors are merged: the calls of `usage` and `badPicture` then go.)
struct CallError: Error {
  let status: resshift_status
  let reason: String
}

extension RestoreError {
  static func usage(_ reason: String) -> CallError { CallError(status: RESSHIFT_USAGE, reason: reason) }
  static func badPicture(_ reason: String) -> CallError { CallError(status: RESSHIFT_BAD_DATA, reason: reason) }
}
