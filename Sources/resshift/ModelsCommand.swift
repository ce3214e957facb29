import ArgumentParser
import ResShift

struct ModelsCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "models", abstract: "Shows which models there are.",
    subcommands: [ModelsListCommand.self, ModelsPathCommand.self, ModelsInspectCommand.self])
}

struct ModelsListCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "list", abstract: "Lists the models that are installed or known, and what is missing.")

  func run() throws {
    let catalogue = ModelCatalogue.ofThisProgram
    let entries = catalogue.entries
    guard !entries.isEmpty else {
      print("No models; looked in \(catalogue.roots.joined(separator: ", ")).")
      return
    }
    let rows = entries.map { [$0.name, $0.task?.rawValue ?? "-", $0.state, $0.title, $0.licence] }
    print(TextTable.lines([["NAME", "TASK", "STATE", "TITLE", "LICENCE"]] + rows))
    for entry in entries {
      if let problem = entry.problem { print(Terminal.oneLine("\(entry.name): \(problem)")) }
    }
    guard entries.contains(where: { $0.problem == nil && !$0.isInstalled }) else { return }
    print("\nWhich files a model needs, where to get and where to put them: resshift models inspect NAME")
  }
}

extension ModelCatalogue.Entry {
  fileprivate var state: String {
    if problem != nil { return "broken" }
    return isInstalled ? "installed" : "not installed"
  }
}

struct ModelsPathCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "path", abstract: "Prints the folders that models are looked for in, the most important one first.")

  func run() throws {
    for root in ModelCatalogue.ofThisProgram.roots { print(root) }
  }
}

/// Text in columns.
enum TextTable {
  /// All columns but the last are padded to their longest entry.
  static func lines(_ texts: [[String]]) -> String {
    let rows = texts.map { $0.map(Terminal.oneLine) }
    let columns = rows.first?.count ?? 0
    let widths = (0..<columns).map { column in rows.map { $0[column].count }.max() ?? 0 }
    return rows.map { row in
      row.enumerated().map { column, text in
        column == columns - 1 ? text : text + String(repeating: " ", count: widths[column] - text.count)
      }.joined(separator: "  ")
    }.joined(separator: "\n")
  }
}
