import Foundation
import TestSupport

/// A server of models and a user's home beside it, in which `.models/tiny-sr` has no files yet.
final class ModelHome {
  let bench: Workbench
  let server: ModelServer

  /// The model's addresses are in the given mode of the server.
  init(mode: String = "ok") throws {
    bench = try Workbench()
    try FileManager.default.copyItem(
      at: Workbench.package.appending(path: "Tests/Fixtures/tiny-sr"), to: bench.folder.appending(path: "served"))
    server = try ModelServer(in: bench.folder)
    try addModel("tiny-sr", mode: mode)
  }

  /// A model of the recorded network under `.models`, without files.
  func addModel(_ name: String, mode: String = "ok") throws {
    let folder = bench.folder.appending(path: ".models/\(name)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    try server.descriptor(bench.folder.appending(path: "served/config.json"), name: name, mode: mode)
      .write(to: folder.appending(path: "model.json"))
  }

  func run(_ arguments: String..., environment: [String: String] = [:]) throws -> Run {
    try bench.run(
      ["models"] + arguments, models: bench.path(".models"),
      environment: server.environment.merging(environment) { $1 })
  }

  /// Names in the folder of a model, hidden ones too.
  func files(_ name: String = "tiny-sr") throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: bench.path(".models/\(name)")).sorted()
  }

  func isServed(_ file: String, model: String = "tiny-sr") throws -> Bool {
    try bench.bytes(".models/\(model)/\(file)") == bench.bytes("served/\(file)")
  }
}
