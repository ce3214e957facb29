import CResShift
import ModelLibrary
import ModelStore
import Wording

/// What somebody who is to help needs to know of an installation; in English, for who reads it may be anywhere.
public struct InstallationReport {
  /// The program that the engine works in, such as "GIMP 2.10.34".
  public var host: String
  public var threads: Int
  public var machine: Machine = .this
  public var catalogue: ModelCatalogue
  /// Of the models that were tried.
  public var trials: [ModelTrial]
  public var lastError: String?

  /// The version of this program.
  public static let version = RESSHIFT_VERSION

  public init(
    host: String, threads: Int, catalogue: ModelCatalogue, trials: [ModelTrial], lastError: String? = nil
  ) {
    (self.host, self.threads, self.catalogue) = (host, threads, catalogue)
    (self.trials, self.lastError) = (trials, lastError)
  }

  public var text: String {
    let models = catalogue.entries.map { "  \($0.name): \(state(of: $0))" }
    let lines =
      [
        "ResShift for GIMP \(Self.version), \(host)",
        "System: \(machine.system)",
        "Processor: \(machine.processor), \(machine.cores) threads, of which \(threads) are used",
        "Instructions: \(machine.instructions)",
        "Memory: \(size(machine.memory)), \(size(machine.freeMemory)) free",
        "Models in: \(catalogue.roots.joined(separator: ", "))",
      ] + models + ["Last error: \(lastError ?? "none")"]
    return lines.joined(separator: "\n") + "\n"
  }

  private func size(_ bytes: Int?) -> String { bytes.map { Amount.bytes($0).text(in: Message.english) } ?? "unknown" }

  private func state(of entry: ModelCatalogue.Entry) -> String {
    if let error = entry.error { return error.message.text(in: Message.english) }
    guard let size = entry.installedSize else { return "not installed" }
    let files = Amount.bytes(size).text(in: Message.english)
    return switch trials.first(where: { $0.model == entry.name })?.outcome {
    case nil: "\(files), not tried"
    case .works(let seconds)?: "\(files), works, \(Amount.preciseTime(seconds: seconds).text(in: Message.english))"
    case .fails(let error)?:
      "\(files), fails: \((error as? any Explained)?.message.text(in: Message.english) ?? "\(error)")"
    }
  }
}
