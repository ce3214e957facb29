import FilePaths
import Glibc
import ResShift
import Synchronization
import Wording

/// What a run did, for programs: a JSON object a line, appended to a file. Each line is one `write` to a file that is open for
/// appending, so that runs at the same time may share the file.
final class RunReport: Sendable {
  /// What became of a picture, of one variant of it.
  enum Event: String { case done, skipped, failed }

  /// What is known of a picture's restoration.
  struct Picture {
    let job: BatchPlan.Job
    var size: (width: Int, height: Int)?
    var resultSize: (width: Int, height: Int)?
    var model: String?
    var precision: Precision?
    let began = ContinuousClock.now
  }

  private struct State {
    var counts: [Event: Int] = [:]
    /// Why a line could not be written; said once.
    var failure: CommandError?
    /// Bytes that every picture stayed below.
    var peak = 0
  }

  private let path: String
  private let file: Int32
  private let total: Int
  private let slice: Slice?
  private let began = ContinuousClock.now
  private let state = Mutex(State())

  /// Opens the file, which is made if need be. Throws a failure that names it, and for one that is something else.
  init(_ path: String, total: Int, slice: Slice?) throws {
    (self.path, self.total, self.slice) = (path, total, slice)
    file = path.withPathBytes { open($0, O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, 0o666) }
    guard file >= 0 else { throw Self.failure(path) }
    var status = stat()
    guard fstat(file, &status) == 0, status.st_mode & S_IFMT == S_IFREG, status.st_size > 0 else { return }
    var (first, last) = (UInt8(0), UInt8(0))
    guard pread(file, &first, 1, 0) == 1, pread(file, &last, 1, status.st_size - 1) == 1 else {
      throw Self.failure(path)
    }
    guard first == UInt8(ascii: "{") else { throw CommandError.notAReport(path) }
    // The line that a machine was writing when it lost its power stays a line of its own.
    if last != UInt8(ascii: "\n") { write("\n") }
  }

  deinit { close(file) }

  /// A picture is begun: its memory is measured from here on.
  func start(_ job: BatchPlan.Job) -> Picture {
    SystemMemory.restartPeak()
    return Picture(job: job)
  }

  /// What became of a picture, and why, if it failed.
  func finish(_ event: Event, _ picture: Picture, error: (any Error)? = nil) {
    let isDone = event == .done
    let peak = SystemMemory.peakResident ?? 0
    state.withLock { state in
      state.counts[event, default: 0] += 1
      state.peak = max(state.peak, peak)
    }
    write(
      [
        ("event", JSONText.string(event.rawValue)), ("input", JSONText.string(picture.job.input)),
        ("output", JSONText.string(picture.job.output)), ("width", Self.number(picture.size?.width)),
        ("height", Self.number(picture.size?.height)), ("result_width", Self.number(picture.resultSize?.width)),
        ("result_height", Self.number(picture.resultSize?.height)),
        ("model", picture.model.map(JSONText.string) ?? "null"), ("seed", "\(picture.job.seed)"),
        ("precision", isDone ? picture.precision.map { JSONText.string($0.rawValue) } ?? "null" : "null"),
        ("seconds", Self.seconds(since: picture.began)),
        ("peak_rss_mb", Self.megabytes(peak)),
      ] + Self.members(error))
  }

  /// The last line: how many pictures were done, skipped, failed and left, and the status that the run ends with. Throws
  /// `ReportedFailure` if a line of the report could not be written and nothing else went wrong.
  func summarize(error: (any Error)?) throws {
    let (counts, peak) = state.withLock { ($0.counts, max($0.peak, SystemMemory.peakResident ?? 0)) }
    let left = total - counts.values.reduce(0, +)
    write(
      [
        ("event", JSONText.string("summary")), ("slice", slice.map { JSONText.string("\($0)") } ?? "null"),
        ("total", "\(total)"), ("done", "\(counts[.done] ?? 0)"), ("skipped", "\(counts[.skipped] ?? 0)"),
        ("failed", "\(counts[.failed] ?? 0)"), ("left", "\(left)"), ("seconds", Self.seconds(since: began)),
        ("peak_rss_mb", Self.megabytes(peak)),
      ] + Self.members(error))
    if error == nil, let failure = state.withLock({ $0.failure }) { throw ReportedFailure(status: failure.exitStatus) }
  }

  // MARK: What is written

  private static func members(_ error: (any Error)?) -> [(name: String, value: String)] {
    let status: Int32
    var text = "null"
    switch error {
    case nil: status = 0
    case let reported as ReportedFailure: status = reported.status
    case let error?:
      let failure = Failure(error)
      status = failure.status
      text = JSONText.string(Terminal.oneLine(failure.message.text(in: Message.english)))
    }
    return [("error", text), ("status", "\(status)")]
  }

  private static func number(_ value: Int?) -> String { value.map { "\($0)" } ?? "null" }
  private static func seconds(since start: ContinuousClock.Instant) -> String {
    JSONText.number(start.duration(to: .now).inSeconds)
  }
  private static func megabytes(_ bytes: Int) -> String { bytes > 0 ? JSONText.number(Double(bytes) / 1e6) : "null" }

  private func write(_ members: [(name: String, value: String)]) {
    write("{" + members.map { "\"\($0.name)\":\($0.value)" }.joined(separator: ",") + "}\n")
  }

  /// In one piece, or not at all as far as that is known: the pictures go on.
  private func write(_ line: String) {
    var line = line
    let written = line.withUTF8 { bytes in
      while true {
        let count = Glibc.write(file, bytes.baseAddress, bytes.count)
        if count >= 0 || errno != EINTR { return count == bytes.count }
      }
    }
    guard !written else { return }
    let failure = Self.failure(path)
    let isFirst = state.withLock { state in
      defer { state.failure = state.failure ?? failure }
      return state.failure == nil
    }
    if isFirst { Terminal.note(failure.message) }
  }

  private static func failure(_ path: String) -> CommandError {
    .reportNotWritten(path, reason: String(cString: strerror(errno)))
  }
}
