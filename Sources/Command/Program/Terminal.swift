import Checkpoints
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
      guard written > 0 else {
        if descriptor == STDOUT_FILENO { outputError.store(errno, ordering: .relaxed) }
        return
      }
      rest = rest.dropFirst(written)
    }
  }

  /// What standard output did not take: a value of errno, 0 = it took all.
  private static let outputError = Atomic<Int32>(0)

  /// Ends the program. One that could not say all that it was asked for has not done its work: status 73.
  ///
  /// Nothing is called that libraries have for their end: OpenBLAS waits there for its threads, which under a limit of memory
  /// (`ulimit -v`) try for ever to get some.
  static func end(_ status: Int32) -> Never {
    if fflush(nil) != 0 { _ = outputError.compareExchange(expected: 0, desired: errno, ordering: .relaxed) }
    let code = outputError.load(ordering: .relaxed)
    guard code != 0 else { _exit(status) }
    note(Notice.outputFailed(String(cString: strerror(code))))
    _exit(status == 0 ? EX_CANTCREAT : status)
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
  /// program cuts short while it is in use, and with 71 a tensor for which there is no memory, or no room on the disk though
  /// it was reserved.
  ///
  /// Results appear by renaming a finished file: only a hidden one that is being written has to be removed. A file that grows
  /// beyond a limit (`ulimit -f`) is an error of writing like any other.
  static func exitOnSignals() {
    UnfinishedFile.prepare()
    _ = (isLeaving.load(ordering: .relaxed), interrupted, modelCutShort, fileCutShort, outOfMemory, diskFailed)
    _ = (MappedFiles.path(at: 0), FileMemory.contains(0))
    signal(SIGINT) { _ in Terminal.leave(Terminal.interrupted, status: 130) }
    signal(SIGXFSZ, SIG_IGN)
    // Weights are read from the mapped file as they are needed; past its new end there is nothing to read.
    var action = sigaction()
    action.__sigaction_handler.sa_sigaction = { _, info, _ in
      let address = info.map { UInt(bitPattern: $0.pointee._sifields._sigfault.si_addr) } ?? 0
      if FileMemory.contains(address) { Terminal.leave(Terminal.diskFailed, status: EX_OSERR) }
      guard let path = MappedFiles.path(at: address) else { Terminal.leave(Terminal.modelCutShort, status: EX_DATAERR) }
      Terminal.leave(Terminal.fileCutShort, status: EX_DATAERR, naming: path)
    }
    action.sa_flags = SA_SIGINFO
    sigaction(SIGBUS, &action, nil)
    MemoryReserve.onExhaustion { Terminal.leave(Terminal.outOfMemory, status: EX_OSERR) }
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
  nonisolated(unsafe) private static let diskFailed = lastLine(Notice.temporaryFileFailed)
  nonisolated(unsafe) private static let outOfMemory = lastLine(Notice.outOfMemory)
  /// With a mark where the file is to be named.
  nonisolated(unsafe) private static let fileCutShort = lastLine(Notice.cutShort(String(UnicodeScalar(mark))))
  private static let mark: UInt8 = 1

  private static func lastLine(_ message: Message) -> UnsafeBufferPointer<UInt8> {
    let bytes = UnsafeMutableBufferPointer<UInt8>.allocate(capacity: 1000)
    let line = "\nresshift: \(message.text)\n".utf8.prefix(bytes.count)
    let end = bytes.initialize(fromContentsOf: line)
    return UnsafeBufferPointer(rebasing: bytes[..<end])
  }

  /// For signal handlers: only calls that are safe there. `line` begins with a line feed, for terminals, where the
  /// percentage has a line of its own; `path` stands where it has its mark.
  private static func leave(
    _ line: UnsafeBufferPointer<UInt8>, status: Int32, naming path: UnsafePointer<CChar>? = nil
  ) -> Never {
    // Threads may come here at once, each with a page of its own that is gone: one of them says so, the others wait.
    if isLeaving.exchange(true, ordering: .relaxed) { while true { pause() } }
    UnfinishedFile.remove()
    var start = isatty(STDERR_FILENO) == 1 ? 0 : 1
    for at in start..<line.count where line[at] == mark {
      put(line, start..<at)
      if let path { _ = Glibc.write(STDERR_FILENO, path, strlen(path)) }
      start = at + 1
    }
    put(line, start..<line.count)
    _exit(status)
  }

  private static func put(_ line: UnsafeBufferPointer<UInt8>, _ range: Range<Int>) {
    _ = Glibc.write(STDERR_FILENO, line.baseAddress.map { $0 + range.lowerBound }, range.count)
  }
}
