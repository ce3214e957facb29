import FilePaths
import Glibc
import ResShift
import Synchronization

/// Tells how far a run is: a percentage that rewrites itself on a terminal, or a JSON object a line on standard output.
final class ProgressReport: Sendable {
  enum Style { case none, terminal, json }

  private let style: Style
  private let total: Int
  private let state = Mutex(State())

  private struct State {
    var input = ""
    var index = 0
    var percent = -1
  }

  /// `total` is the number of pictures.
  init(style: Style, total: Int) {
    self.style = style
    self.total = total
  }

  func start(_ input: String, index: Int) {
    state.withLock { $0 = State(input: input, index: index) }
    advance(to: 0)
  }

  /// `share` is 0...1; safe from any thread. Says something only when a whole percent has been added.
  func advance(to share: Double) {
    state.withLock { state in
      let percent = Int(min(max(share, 0), 1) * 100)
      guard percent > state.percent else { return }
      state.percent = percent
      switch style {
      case .none: return
      case .terminal:
        let position = total > 1 ? "\(state.index + 1)/\(total) " : ""
        Terminal.write(
          "\r\u{1B}[K\(position)\(Terminal.oneLine(state.input)) \(percent)%", to: STDERR_FILENO)
      case .json:
        let input = JSONText.string(state.input)
        Terminal.write(
          "{\"event\":\"progress\",\"input\":\(input),\"index\":\(state.index),\"total\":\(total),"
            + "\"percent\":\(percent)}\n", to: STDOUT_FILENO)
      }
    }
  }

  /// What became of the picture: "done", "skipped" or "failed".
  func finish(_ event: String, output: String) {
    clearLine()
    guard style == .json else { return }
    let input = JSONText.string(state.withLock { $0.input })
    let index = state.withLock { $0.index }
    Terminal.write(
      "{\"event\":\"\(event)\",\"input\":\(input),\"index\":\(index),\"total\":\(total),"
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
