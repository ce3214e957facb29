import FilePaths
import Glibc
import ResShift
import Synchronization
import Wording

/// Tells how far a run is: a line that rewrites itself on a terminal, or a JSON object a line on standard output.
final class ProgressReport: Sendable {
  enum Style { case none, terminal, json }

  let style: Style
  private let total: Int
  private let state = Mutex(State())

  fileprivate struct State {
    var input = ""
    var index = 0
    var percent = -1
    /// Pictures that there is work on after this one.
    var left = 0
    /// When the terminal's line was written last.
    var written = ContinuousClock.now
    /// When work on the picture began; how many pictures were done, in how many seconds.
    var began = ContinuousClock.now
    var done = 0
    var seconds = 0.0
  }

  /// `total` is the number of pictures.
  init(style: Style, total: Int) {
    self.style = style
    self.total = total
  }

  /// Work on a picture begins; `left` is the number of pictures that there is work on after it, nil = all that follow.
  /// `tellsShare`: at 0 %.
  func start(_ input: String, index: Int, left: Int? = nil, tellsShare: Bool = true) {
    state.withLock { state in
      (state.input, state.index, state.percent) = (input, index, -1)
      state.left = left ?? total - index - 1
      state.began = .now
    }
    if style == .json && tellsShare { advance(to: 0) }
  }

  /// Names what takes a while and has no shares.
  func wait(_ message: Message) {
    guard style == .terminal else { return }
    state.withLock { writeLine($0, message) }
  }

  /// `share` is 0...1; safe from any thread. Says something only when a whole percent has been added.
  func advance(to share: Double) {
    state.withLock { state in
      guard let percent = state.added(share) else { return }
      switch style {
      case .none: return
      case .terminal: writeLine(state, "\(percent) %")
      case .json: writeObject(state, [])
      }
    }
  }

  /// The same in words; safe from any thread.
  func advance(_ progress: RestoreProgress) {
    state.withLock { state in
      let isMore = state.added(progress.share) != nil
      switch style {
      case .none: return
      case .terminal:
        // Within a percent the time goes on.
        guard isMore || state.written.duration(to: .now) > .milliseconds(500) else { return }
        state.written = .now
        writeLine(state, message(progress, state))
      case .json:
        guard isMore else { return }
        let (place, left) = (progress.place, secondsLeft(progress, state))
        writeObject(
          state,
          [
            ("stage", JSONText.string(place.stage.rawValue)), ("step", "\(place.step)"), ("steps", "\(place.steps)"),
            ("tile", "\(place.tile)"), ("tiles", "\(place.tiles)"),
            ("seconds_left", left.map { JSONText.number($0.rounded()) } ?? "null"),
          ])
      }
    }
  }

  /// Before work that will take a while: how long, on a terminal.
  func announce(_ seconds: Double?) {
    guard style == .terminal, let seconds, seconds > Self.longWork else { return }
    let (input, index) = state.withLock { ($0.input, $0.index) }
    guard index == 0 || total == 1 else { return }
    note(Notice.about(input, seconds: seconds, pictures: total).text)
  }

  /// Seconds that a user waits without wondering.
  private static let longWork = 10.0

  /// What would be done with the picture, on standard output.
  func plan(_ outlook: Outlook, model: String, output: String) {
    clearLine()
    let (input, index) = state.withLock { ($0.input, $0.index) }
    guard style == .json else {
      return Terminal.write(
        Terminal.oneLine(Notice.plan(input, outlook, model: model, output: output).text) + "\n", to: STDOUT_FILENO)
    }
    let seconds = outlook.seconds.map { JSONText.number($0) } ?? "null"
    Terminal.write(
      "{\"event\":\"plan\",\"input\":\(JSONText.string(input)),\"index\":\(index),\"total\":\(total),"
        + "\"output\":\(JSONText.string(output)),\"model\":\(JSONText.string(model)),"
        + "\"width\":\(outlook.width),\"height\":\(outlook.height),\"result_width\":\(outlook.resultWidth),"
        + "\"result_height\":\(outlook.resultHeight),\"tiles\":\(outlook.tiles),\"steps\":\(outlook.steps),"
        + "\"gflop\":\(JSONText.number(Double(outlook.operations) / 1e9)),"
        + "\"memory_mb\":\(JSONText.number(Double(outlook.memory) / 1e6)),"
        + "\"file_mb\":\(JSONText.number(Double(outlook.file) / 1e6)),\"seconds\":\(seconds)}\n",
      to: STDOUT_FILENO)
  }

  /// What became of the picture: "done", "skipped" or "failed".
  func finish(_ event: String, output: String) {
    clearLine()
    let (input, index) = state.withLock { state in
      if event == "done" {
        state.done += 1
        state.seconds += state.began.duration(to: .now).inSeconds
      }
      return (state.input, state.index)
    }
    guard style == .json else { return }
    Terminal.write(
      "{\"event\":\"\(event)\",\"input\":\(JSONText.string(input)),\"index\":\(index),\"total\":\(total),"
        + "\"output\":\(JSONText.string(output))}\n", to: STDOUT_FILENO)
  }

  /// A line of its own on standard error.
  func note(_ text: String) {
    clearLine()
    Terminal.note(text)
  }

  /// Makes room for a message of its own line.
  func clearLine() {
    if style == .terminal { Terminal.write("\r\u{1B}[K", to: STDERR_FILENO) }
  }

  // MARK: What is written

  private func message(_ progress: RestoreProgress, _ state: State) -> Message {
    var own = progress
    own.secondsLeft = secondsLeft(progress, state)
    return "\(state.percent) %, \(own.message)"
  }

  /// Of the whole run: the pictures that are left take as long as those before, or as this one.
  private func secondsLeft(_ progress: RestoreProgress, _ state: State) -> Double? {
    guard let left = progress.secondsLeft else { return nil }
    let this = state.began.duration(to: .now).inSeconds + left
    return left + Double(state.left) * (state.seconds + this) / Double(state.done + 1)
  }

  private func writeLine(_ state: State, _ message: Message) {
    func line(_ name: String) -> String {
      let line =
        total > 1 ? Notice.place(state.index + 1, of: total, name, message) : Notice.place(name, message)
      return line.text
    }
    // A line that goes over the edge could not be rewritten: of a long path its end is kept, where the name is.
    let (name, most) = (Terminal.oneLine(state.input), Terminal.columns - 1)
    let room = max(name.count - (line(name).count - most), Self.shortestName)
    let short = name.count > room ? "..." + name.suffix(room - 3) : name
    Terminal.write("\r\u{1B}[K\(line(short).prefix(most))", to: STDERR_FILENO)
  }

  /// Characters of a name that stay, however little room there is.
  private static let shortestName = 15

  private func writeObject(_ state: State, _ more: [(name: String, value: String)]) {
    let input = JSONText.string(state.input)
    Terminal.write(
      "{\"event\":\"progress\",\"input\":\(input),\"index\":\(state.index),\"total\":\(total),"
        + "\"percent\":\(state.percent)" + more.map { ",\"\($0.name)\":\($0.value)" }.joined() + "}\n",
      to: STDOUT_FILENO)
  }
}

extension ProgressReport.State {
  /// The whole percents, if any were added.
  fileprivate mutating func added(_ share: Double) -> Int? {
    let now = Int(min(max(share, 0), 1) * 100)
    guard now > percent else { return nil }
    percent = now
    return now
  }
}

extension Duration {
  var inSeconds: Double { Double(components.seconds) + Double(components.attoseconds) / 1e18 }
}

/// JSON written by hand: there is little of it.
enum JSONText {
  /// Members and their values, which are JSON already, in this order.
  static func object(_ members: [(name: String, value: String)]) -> String {
    "{" + members.map { "\(string($0.name)): \($0.value)" }.joined(separator: ", ") + "}"
  }

  /// Values that are JSON already.
  static func array(_ values: [String]) -> String { "[" + values.joined(separator: ", ") + "]" }

  /// A quoted string; a path that is not UTF-8 in its readable form, for JSON has no other.
  static func string(_ text: String) -> String {
    var result = "\""
    for scalar in (text.hasEscapedBytes ? text.readablePath : text).unicodeScalars {
      switch scalar {
      case "\"": result += "\\\""
      case "\\": result += "\\\\"
      case _ where scalar.value < 32 || scalar.value == 127:
        let hex = String(scalar.value, radix: 16)
        result += "\\u" + String(repeating: "0", count: 4 - hex.count) + hex
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result + "\""
  }

  /// A number with at most three decimals.
  static func number(_ value: Double) -> String {
    let rounded = (value * 1000).rounded() / 1000
    return Int(exactly: rounded).map(String.init) ?? "\(rounded)"
  }
}
