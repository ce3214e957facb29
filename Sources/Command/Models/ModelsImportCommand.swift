import ArgumentParser
import ModelLibrary
import ModelStore
import ResShift

struct ModelsImportCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "import", abstract: "Installs model files that are on this machine.",
    discussion: """
      Files may have any name: what they are is told by their tensors. A network that no known model has is installed \
      under the --name you give it, with what its tensors tell and the published values for the rest.
      """)

  @Argument(help: "Checkpoints (.pth, .safetensors) of one model, or its folder with a model.json.")
  var files: [String]

  @Option(parsing: .unconditional, help: "Which model it is, or the name of one of your own.")
  var name: String?

  @Option(help: "For a network of your own: super-resolution, inpainting or restoration.")
  var task: ModelTask?

  @Option(parsing: .unconditional, help: "For a network of your own: the steps it was trained for.")
  var steps: Int?

  @Flag(help: "Store the weights in half precision: half the space, nearly the same pictures.")
  var half = false

  @Flag(help: "Replace files that are installed already.")
  var force = false

  func validate() throws {
    if let steps, !(2...1000).contains(steps) { throw ValidationError("--steps must be 2 to 1000, found \(steps)") }
  }

  func run() throws {
    var options = ModelStore.ImportOptions()
    (options.name, options.task, options.steps) = (name, task, steps)
    (options.half, options.force) = (half, force)
    let (model, folder) = try ModelStore(.ofThisProgram).importModel(files, options)
    let entry = ModelCatalogue.ofThisProgram.entries.first { $0.name == model.name }
    print("\(model.name): installed in \(folder)")
    if let missing = entry?.missingFiles, !missing.isEmpty {
      print("still missing: \(missing.joined(separator: ", "))")
    }
  }
}

extension ModelTask: ExpressibleByArgument {}
