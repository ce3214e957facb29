import CTransfer
import Glibc
import ModelLibrary

/// One file on its way from a server into a hidden part file, which a later attempt, or a later run, goes on with.
struct Transfer {
  let url: String
  /// Where the whole file belongs.
  let target: String

  /// Attempts in a row without a new byte.
  private static let mostAttempts = 4

  /// The part file; what it holds is whole when `fetch` returns.
  var part: String { Files.hidden(target, "part") }
  /// Beside it, what tells the version of the file that was begun.
  private var versionFile: String { Files.hidden(target, "version.part") }

  /// Bytes so far and in all; false stops.
  typealias Progress = (_ done: Int, _ total: Int) -> Bool

  /// Fetches what is missing, lets `check` look at the part file, and puts it in its place; all under one lock, so that no
  /// other program can take the file up in between.
  ///
  /// Throws `StoreError`; the part stays for the next time. What `check` throws passes through, and the part goes.
  func fetch(_ progress: @escaping Progress, check: () throws -> Void) throws {
    let file = open(part, O_RDWR | O_CREAT | O_CLOEXEC, 0o644)
    guard file >= 0 else { throw Files.refused(.write, part) }
    defer { close(file) }
    let version = open(versionFile, O_RDWR | O_CREAT | O_CLOEXEC, 0o644)
    guard version >= 0 else { throw Files.refused(.write, versionFile) }
    defer { close(version) }
    guard flock(file, LOCK_EX | LOCK_NB) == 0 else {
      throw StoreError.inUse(target: target)
    }
    // Nothing came, so there is nothing to resume.
    defer { if ModelPath.sizeOfFile(part) == 0 { discard() } }
    var attempts = 0
    var (done, total) = (0, 0)
    while true {
      let before = ModelPath.sizeOfFile(part) ?? 0
      let result = attempt(file, version, from: before) {
        (done, total) = ($0, $1)
        return progress($0, $1)
      }
      switch result.outcome {
      case CT_DONE:
        do { try check() } catch {
          discard()
          throw error
        }
        Files.remove(versionFile)
        return try Files.move(part, to: target)
      case CT_STOPPED: throw StoreError.stopped
      case CT_NOT_WRITTEN:
        throw StoreError.system(.write, path: target, reason: String(cString: strerror(Int32(result.number))))
      case CT_REFUSED:
        throw StoreError.refused(url: url, problem: text(result.message))
      default:
        attempts = (ModelPath.sizeOfFile(part) ?? 0) > before ? 1 : attempts + 1
        guard attempts < Self.mostAttempts else {
          throw StoreError.interrupted(url: url, problem: text(result.message))
        }
        // A moment longer each time: 0.3, 0.6, 1.2 seconds.
        for _ in 0..<6 << (attempts - 1) {
          usleep(50_000)
          guard progress(done, total) else { throw StoreError.stopped }
        }
      }
    }
  }

  /// Forgets what has come so far.
  func discard() {
    Files.remove(part)
    Files.remove(versionFile)
  }

  private func attempt(_ file: Int32, _ version: Int32, from: Int, _ progress: @escaping Progress) -> ct_result {
    var result = ct_result()
    let box = ProgressBox(progress)
    ct_fetch(
      url, file, version, Int64(from),
      { context, done, total in
        guard let context else { return 0 }
        return Unmanaged<ProgressBox>.fromOpaque(context).takeUnretainedValue().body(Int(done), Int(total)) ? 0 : 1
      }, Unmanaged.passUnretained(box).toOpaque(), &result)
    withExtendedLifetime(box) {}
    return result
  }
}

/// A closure that C can carry along.
private final class ProgressBox {
  let body: Transfer.Progress

  init(_ body: @escaping Transfer.Progress) { self.body = body }
}

/// A C string in a field of fixed size.
private func text<Field>(_ field: Field) -> String {
  withUnsafeBytes(of: field) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
}
