import Diagnosis
import ModelLibrary
import ModelStore
import ResShift
import Wording

/// Tries the installed models one after the other, on the thread of a `ModelWork`.
public enum InstallationCheck {
  /// Throws `StoreError.stopped` when the work is to stop.
  public static func run(_ store: ModelStore, threads: Int, _ work: ModelWork) throws -> [ModelTrial] {
    let entries = store.catalogue.entries.filter(\.isInstalled)
    return try entries.enumerated().compactMap { index, entry in
      guard let model = entry.descriptor else { return nil }
      let start = Double(index) / Double(entries.count)
      let text: Message = "Trying \(ModelWords(entry).title) (\(index + 1) of \(entries.count)) ..."
      var options = RestoreOptions()
      options.precision = .automatic
      options.threads = threads
      options.progress = { share in
        guard work.tell(start + share / Double(entries.count), text) else { throw RestoreError.cancelled }
      }
      do {
        try options.progress?(0)
        return try ModelTrial(of: model, in: store, options)
      } catch RestoreError.cancelled {
        throw StoreError.stopped
      }
    }
  }

  public static let buttonLabel: Message = "Chec_k installation"
  public static let reportLabel: Message = "C_opy report"
  public static let beginning: Message = "Trying the models ..."
  public static let stopped: Message = "Stopped; not all models were tried."
  public static let reportCopied: Message =
    "The report is on the clipboard as long as this window is open: paste it where you ask for help."

  /// What came of it, for all models together.
  public static func summary(_ trials: [ModelTrial]) -> Message {
    let failed = trials.filter { if case .fails = $0.outcome { true } else { false } }.count
    if trials.isEmpty { return "No model is installed: install one of those above." }
    if failed == 0 { return "Everything works." }
    return .counted(
      failed, one: "One model does not work: what is wrong, and what to do, stands beside it.",
      other: "\(failed) models do not work: what is wrong, and what to do, stands beside them.")
  }
}
