import ArgumentParser
import Glibc
import ModelLibrary
import ModelStore
import ResShift
import Wording

struct ModelsDownloadCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "download", abstract: "Fetches the files of published models and checks them.",
    discussion: """
      Goes on where an earlier download stopped. Proxies are those of the environment (https_proxy); SSL_CERT_FILE names \
      other certificates than the system's.
      """)

  @Argument(help: "Names of models: see resshift models list.")
  var names: [String]

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("Take the files from there instead: a mirror, or a server of your own.", valueName: "url"))
  var urlBase: String?

  @Flag(help: "Agree to the model's licence without being asked.")
  var acceptLicence = false

  @Flag(help: "Fetch files anew that are there already.")
  var force = false

  @Flag(help: "Say nothing but errors.")
  var quiet = false

  @Option(help: "json: one object a line on standard output: progress with percent, then done or failed.")
  var progress: ProgressFormat?

  func validate() throws {
    if let urlBase, !urlBase.hasPrefix("https://"), !urlBase.hasPrefix("http://") {
      throw ValidationError("--url-base must begin with https:// or http://, found \(urlBase)")
    }
  }

  func run() throws {
    let store = ModelStore(.ofThisProgram)
    let models = try names.map { try store.catalogue.model(named: $0) }
    for model in models where acceptLicence || askForLicence(model, store) {
      try store.acceptLicence(of: model)
    }
    let files = models.reduce(0) { $0 + $1.files.names.count }
    let style: ProgressReport.Style = progress == .json ? .json : quiet || !Terminal.errorsAreSeen ? .none : .terminal
    let report = ProgressReport(style: style, total: files)
    var index = 0
    for model in models {
      var current = ""
      func start(_ file: String) {
        if file != current { report.start(file, index: index) }
        current = file
      }
      do {
        try store.download(model, base: urlBase, force: force) { event in
          switch event {
          case .fetching(let file, let done, let total):
            start(file)
            report.advance(to: total > 0 ? Double(done) / Double(total) : 0)
          case .shared(let file, let other):
            start(file)
            if !quiet { report.note(Notice.shared(file, with: other).text) }
          case .installed(let file, let bytes):
            start(file)
            report.finish("done", output: file)
            if !quiet { report.note(Notice.checked(file, Amount.bytes(bytes)).text) }
            index += 1
          }
          return true
        }
      } catch {
        if !current.isEmpty { report.finish("failed", output: current) }
        throw error
      }
      if !quiet { report.note(Notice.installed(model.name).text) }
    }
  }

  /// Whether the user, asked on the terminal, agrees. Nobody is asked twice about one licence.
  private func askForLicence(_ model: ModelDescriptor, _ store: ModelStore) -> Bool {
    guard !store.isLicenceAccepted(model), isatty(STDIN_FILENO) == 1, Terminal.errorsAreSeen else { return false }
    let place = model.licence.address.map { "\nRead it here: \($0)" } ?? ""
    Terminal.write(
      "\(model.name) is under the \(model.licence.name).\(place)\nDo you agree to it? [y/N] ", to: STDERR_FILENO)
    return ["y", "yes"].contains((readLine() ?? "").lowercased())
  }
}
