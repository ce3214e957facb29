import FilePaths
import Glibc
import PictureFiles
import ResShift
import Synchronization
import Wording

/// Standard output and error, and what Ctrl-C does.
enum Terminal {
  static let errorsAreSeen = isatty(STDERR_FILENO) == 1

  /// Characters a line on the terminal that errors go to.
  static var columns: Int {
    var size = winsize()
    return ioctl(STDERR_FILENO, UInt(TIOCGWINSZ), &size) == 0 && size.ws_col > 1 ? Int(size.ws_col) : 80
  }

  /// One line on standard error.
  static func note(_ text: String) {
    write("resshift: \(oneLine(text))\n", to: STDERR_FILENO)
  }

  static func note(_ message: Message) { note(message.text) }

  /// One line on standard error about a failure; returns its exit status.
  @discardableResult
  static func report(_ error: any Error) -> Int32 {
    let failure = Failure(error)
    note(failure.message)
    return failure.status
  }

  /// Writes at once, so that lines of standard output and error appear in the order in which they happened.
  static func write(_ text: String, to descriptor: Int32) {
    var rest = Array(text.utf8)[...]
    while !rest.isEmpty {
      let written = rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
      if written < 0 && errno == EINTR { continue }
      guard written > 0 else { return }
      rest = rest.dropFirst(written)
    }
  }

  /// Names of files and models can hold anything; a line stays a line, nothing steers the terminal, and what is not
  /// UTF-8 or not to be seen is spelt out.
  static func oneLine(_ text: String) -> String {
    String(
      text.readablePath.map { character in
        character.isNewline
          ? " " : character.unicodeScalars.contains { $0.properties.generalCategory == .control } ? "?" : character
      })
  }

  /// From here on standard error is in the user's language, if there is a catalogue of it beside the program. Numbers stay as
  /// programs write them, and so does standard output.
  static func useLanguage() {
    setlocale(LC_CTYPE, "")
    setlocale(LC_MESSAGES, "")
    if let folder = FileSystem.catalogueFolder { Language.useCatalogues(in: folder) }
  }

  /// From here on Ctrl-C ends the program at once with status 130, and so does, with 65, a model's file that another
  /// program cuts short while it is in use.
  ///
  /// Results appear by renaming a finished file: only a hidden one that is being written has to be removed.
  static func exitOnSignals() {
    UnfinishedFile.prepare()
    _ = (isLeaving.load(ordering: .relaxed), interrupted, modelCutShort)
    signal(SIGINT) { _ in Terminal.leave(Terminal.interrupted, status: 130) }
    // Weights are read from the mapped file as they are needed; past its new end there is nothing to read.
    signal(SIGBUS) { _ in Terminal.leave(Terminal.modelCutShort, status: EX_DATAERR) }
    // A parent that starts programs from a thread of its own may have handed down a mask that holds signals back.
    var signals = sigset_t()
    sigemptyset(&signals)
    for signal in [SIGINT, SIGTERM, SIGHUP] { sigaddset(&signals, signal) }
    pthread_sigmask(SIG_UNBLOCK, &signals, nil)
  }

  /// Whether some thread is in `leave`; made before any handler is.
  private static let isLeaving = Atomic(false)

  // In the user's language before there is a signal, since a handler could not look it up. Never freed.
  nonisolated(unsafe) private static let interrupted = lastLine(Notice.interrupted)
  nonisolated(unsafe) private static let modelCutShort = lastLine(Notice.modelCutShort)

  private static func lastLine(_ message: Message) -> UnsafeBufferPointer<UInt8> {
    let bytes = UnsafeMutableBufferPointer<UInt8>.allocate(capacity: 1000)
    let line = "\nresshift: \(message.text)\n".utf8.prefix(bytes.count)
    let end = bytes.initialize(fromContentsOf: line)
    return UnsafeBufferPointer(rebasing: bytes[..<end])
  }

  /// For signal handlers: only calls that are safe there. `line` begins with a line feed, for terminals, where the
  /// percentage has a line of its own.
  private static func leave(_ line: UnsafeBufferPointer<UInt8>, status: Int32) -> Never {
    // Threads may come here at once, each with a page of its own that is gone: one of them says so, the others wait.
    if isLeaving.exchange(true, ordering: .relaxed) { while true { pause() } }
    UnfinishedFile.remove()
    let start = isatty(STDERR_FILENO) == 1 ? 0 : 1
    _ = Glibc.write(STDERR_FILENO, line.baseAddress.map { $0 + start }, line.count - start)
    _exit(status)
  }
}
