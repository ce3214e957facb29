import Glibc

/// Standard output and error, and what Ctrl-C does.
enum Terminal {
  static let errorsAreSeen = isatty(STDERR_FILENO) == 1

  /// One line on standard error.
  static func note(_ text: String) {
    write("resshift: \(oneLine(text))\n", to: STDERR_FILENO)
  }

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

  /// Names of files and tensors can hold anything; a line stays a line.
  private static func oneLine(_ text: String) -> String {
    String(
      text.map { character in
        character.isNewline
          ? " " : character.unicodeScalars.contains { $0.value < 32 || $0.value == 127 } ? "?" : character
      })
  }

  /// From here on Ctrl-C ends the program at once with status 130.
  ///
  /// Results appear by renaming a finished file, so there is nothing to tidy up.
  static func exitOnInterrupt() {
    signal(SIGINT) { _ in
      let line: StaticString = "\nresshift: interrupted, the picture in work was not written\n"
      _ = Glibc.write(STDERR_FILENO, line.utf8Start, line.utf8CodeUnitCount)
      _exit(130)
    }
  }
}
