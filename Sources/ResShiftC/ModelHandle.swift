import CResShift
import Checkpoints
import Glibc
import ModelLibrary
import ResShift

/// What a `resshift_model *` points to: the model, its names as C strings, and why the last call failed.
final class ModelHandle {
  let restorer: Restorer
  let name: UnsafeMutablePointer<CChar>?
  let title: UnsafeMutablePointer<CChar>?
  private(set) var reason: UnsafeMutablePointer<CChar>?

  init(_ restorer: Restorer) {
    self.restorer = restorer
    name = strdup(restorer.descriptor.name)
    title = strdup(restorer.descriptor.title)
  }

  deinit {
    free(name)
    free(title)
    free(reason)
  }

  /// The handle behind a pointer that `retainedPointer` made; nil for NULL.
  static func at(_ pointer: OpaquePointer?) -> ModelHandle? {
    guard let pointer else { return nil }
    return Unmanaged<ModelHandle>.fromOpaque(UnsafeRawPointer(pointer)).takeUnretainedValue()
  }

  /// A pointer that keeps the handle alive until `release`.
  func retainedPointer() -> OpaquePointer {
    OpaquePointer(Unmanaged.passRetained(self).toOpaque())
  }

  static func release(_ pointer: OpaquePointer) {
    Unmanaged<ModelHandle>.fromOpaque(UnsafeRawPointer(pointer)).release()
  }

  /// Runs one call, turning what it throws into a status and keeping the reason.
  func call(_ body: () throws -> Void) -> resshift_status {
    free(reason)
    reason = nil
    do {
      try body()
      return RESSHIFT_OK
    } catch {
      let failure = Failure(error)
      reason = strdup(failure.reason)
      return failure.status
    }
  }
}

/// An error as C callers see it: a status and one line.
struct Failure {
  let status: resshift_status
  let reason: String

  init(_ error: any Error) {
    reason = "\(error)"
    status =
      switch error {
      case let error as CallError: error.status
      case let error as RestoreError: Self.status(of: error.kind)
      case let error as ModelError: Self.status(of: error.kind)
      case CheckpointError.notFound: RESSHIFT_NO_INPUT
      case CheckpointError.notEnoughMemory: RESSHIFT_NO_MEMORY
      case is CheckpointError: RESSHIFT_BAD_DATA
      default: RESSHIFT_INTERNAL
      }
  }

  private static func status(of kind: RestoreError.Kind) -> resshift_status {
    switch kind {
    case .usage: RESSHIFT_USAGE
    case .badPicture, .badModel: RESSHIFT_BAD_DATA
    case .notEnoughMemory: RESSHIFT_NO_MEMORY
    case .cancelled: RESSHIFT_STOPPED
    }
  }

  private static func status(of kind: ModelError.Kind) -> resshift_status {
    switch kind {
    case .usage: RESSHIFT_USAGE
    case .badModel: RESSHIFT_BAD_DATA
    case .modelUnavailable: RESSHIFT_UNAVAILABLE
    case .notFound: RESSHIFT_NO_INPUT
    }
  }

  /// Writes the reason into a caller's buffer, cut at a whole character to `size` bytes with its final NUL.
  func write(to buffer: UnsafeMutablePointer<CChar>?, size: Int) {
    guard let buffer, size > 0 else { return }
    var count = 0
    for character in reason.unicodeScalars {
      let units = UTF8.encode(character).map { $0.map { CChar(bitPattern: $0) } } ?? []
      guard count + units.count < size else { break }
      for unit in units {
        buffer[count] = unit
        count += 1
      }
    }
    buffer[count] = 0
  }
}
