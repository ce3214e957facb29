import ArgumentParser
import Diagnosis
import Glibc
import ModelLibrary
import ModelStore
import ResShift
import Wording

struct ModelsCheckCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "check", abstract: "Tries installed models on a tiny picture and says which ones work.",
    discussion: "What `verify` does comes first. With --report, everything that somebody who is to help needs to know.")

  @Argument(help: "Names of models; all that are installed by default.")
  var names: [String] = []

  @Flag(help: "Print a report: version, processor, memory, models.")
  var report = false

  @Option(parsing: .unconditional, help: "Worker threads; as many as there are processors by default.")
  var threads: Int?

  func validate() throws { try EngineOptions.check(threads: threads) }

  func run() throws {
    let store = ModelStore(.ofThisProgram)
    var options = RestoreOptions()
    options.precision = .automatic
    options.threads = threads ?? EngineOptions.processors
    var trials: [ModelTrial] = []
    var hasFailed = false
    for model in try store.catalogue.installed(named: names) {
      let trial = try ModelTrial(of: model, in: store, options)
      trials.append(trial)
      switch trial.outcome {
      case .works(let seconds): if !report { print("\(model.name): \(ModelTrial.worked(seconds).text)") }
      case .fails(let error):
        hasFailed = true
        if !report { Terminal.note(Notice.problem(model.name, "\(error)")) }
      }
    }
    if report {
      let report = InstallationReport(
        host: "command line", threads: options.threads, catalogue: store.catalogue, trials: trials)
      print(report.text, terminator: "")
    }
    if hasFailed { throw ReportedFailure(status: EX_DATAERR) }
  }
}

extension ModelCatalogue {
  /// Those of some names, or all that are installed. Throws for a model of which nothing is there.
  func installed(named names: [String]) throws -> [ModelDescriptor] {
    guard !names.isEmpty else { return entries.filter(\.isInstalled).compactMap(\.descriptor) }
    return try names.map { name in
      let model = try model(named: name)
      guard model.missingFiles.count < model.files.names.count else {
        throw ModelError.notInstalled(model: model.name, model.installAdvice)
      }
      return model
    }
  }
}
