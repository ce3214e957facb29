import ArgumentParser
import Glibc
import ModelLibrary
import ModelStore
import ResShift
import Wording

struct ModelsVerifyCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "verify", abstract: "Checks the files of installed models: checksums, container and every tensor.")

  @Argument(help: "Names of models; all that are installed by default.")
  var names: [String] = []

  func run() throws {
    let store = ModelStore(.ofThisProgram)
    let models = try store.catalogue.installed(named: names)
    var hasFailed = false
    for model in models {
      for file in store.verify(model) {
        if let problem = file.problem {
          hasFailed = true
          Terminal.note(Notice.problem(model.name, "\(problem)"))
        } else {
          print(Terminal.oneLine("\(model.name): \(file.path): ok\(file.hadChecksum ? "" : " (no checksum is known)")"))
        }
      }
    }
    if hasFailed { throw ReportedFailure(status: EX_DATAERR) }
  }
}

struct ModelsRemoveCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "remove", abstract: "Removes the files of a model that was downloaded or imported.")

  @Argument(help: "Names of models.")
  var names: [String]

  func run() throws {
    let store = ModelStore(.ofThisProgram)
    for name in names {
      let model = try store.catalogue.model(named: name)
      guard model.missingFiles.count < model.files.names.count else {
        throw ModelError.nothingToRemove(model: model.name)
      }
      let freed = Amount.bytes(try store.remove(model)).text(in: Message.english)
      print("\(model.name): removed, \(freed) freed")
    }
  }
}
