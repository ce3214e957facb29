import ArgumentParser
import ModelLibrary
import ModelStore
import ResShift
import Wording

struct ModelsCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "models", abstract: "Shows, gets, checks and removes models.",
    subcommands: [
      ModelsListCommand.self, ModelsPathCommand.self, ModelsInspectCommand.self, ModelsDownloadCommand.self,
      ModelsImportCommand.self, ModelsVerifyCommand.self, ModelsCheckCommand.self, ModelsRemoveCommand.self,
    ])
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
    let rows = entries.map { entry in
      [
        entry.name, entry.task?.rawValue ?? "-", entry.state, entry.descriptor.map { "\($0.diffusion.steps)" } ?? "-",
        entry.size, entry.title, entry.licence,
      ]
    }
    print(TextTable.lines([["NAME", "TASK", "STATE", "STEPS", "SIZE", "TITLE", "LICENCE"]] + rows))
    for entry in entries {
      if let problem = entry.problem { print(Terminal.oneLine("\(entry.name): \(problem)")) }
    }
    guard entries.contains(where: { $0.problem == nil && !$0.isInstalled }) else { return }
    print("\nTo install one: resshift models download NAME; what it is and needs: resshift models inspect NAME")
  }
}

extension ModelCatalogue.Entry {
  fileprivate var state: String {
    if problem != nil { return "broken" }
    return isInstalled ? "installed" : "not installed"
  }

  /// Of the files that are there; otherwise about what float32 numbers will take.
  fileprivate var size: String {
    guard let descriptor else { return "-" }
    if let installedSize { return Amount.bytes(installedSize).text(in: Message.english) }
    return "about " + Amount.bytes(4 * descriptor.parameterCount).text(in: Message.english)
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
  /// All columns but the last are padded to their longest entry; those from `numbersFrom` on are flush right. The last
  /// columns of a row may be missing.
  static func lines(_ texts: [[String]], numbersFrom: Int = .max) -> String {
    let rows = texts.map { $0.map(Terminal.oneLine) }
    let columns = rows.first?.count ?? 0
    let widths = (0..<columns).map { column in rows.map { $0.dropFirst(column).first?.count ?? 0 }.max() ?? 0 }
    return rows.map { row in
      row.enumerated().map { column, text in
        let space = String(repeating: " ", count: widths[column] - text.count)
        if column >= numbersFrom { return space + text }
        return column == row.count - 1 ? text : text + space
      }.joined(separator: "  ")
    }.joined(separator: "\n")
  }

  /// A number with that many decimals.
  static func number(_ value: Double, _ places: Int) -> String {
    let unit = (0..<places).reduce(1) { product, _ in product * 10 }
    let scaled = (abs(value) * Double(unit)).rounded()
    guard let digits = Int(exactly: scaled) else { return "\(value)" }
    let sign = value < 0 && digits > 0 ? "-" : ""
    guard places > 0 else { return "\(sign)\(digits)" }
    let decimals = String(digits % unit)
    return "\(sign)\(digits / unit)." + String(repeating: "0", count: places - decimals.count) + decimals
  }
}
