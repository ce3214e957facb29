import Diagnosis
import ModelLibrary
import ModelStore
import ResShift
import Wording

/// What the window of the models shows and asks, without the window.
public struct ModelList {
  public let store: ModelStore
  /// What came of the last check of the installation.
  public var trials: [ModelTrial] = []

  private let rates: MachineRates?
  private let threads: Int
  private let first: ModelTask?

  /// `rates` says how fast this machine is on so many threads; nil = nobody knows. `first` is the task that models are looked for;
  /// nil = any.
  public init(_ store: ModelStore, _ rates: MachineRates? = nil, threads: Int = 1, first: ModelTask? = nil) {
    (self.store, self.rates, self.threads, self.first) = (store, rates, threads, first)
  }

  /// The models of one task, or those that cannot be used.
  public struct Group {
    public let title: Message
    public let rows: [Row]
  }

  /// One model.
  public struct Row {
    public let name: String
    public let title: Message
    /// What it is for, or what is wrong with it.
    public let purpose: Message
    /// Its name, licence and size, and how fast it is where that is known.
    public let details: Message
    public let state: Message
    /// What came of trying it; nil = it was not tried.
    public let trial: Message?
    /// What can be done with it; nil for one that is built in.
    public let action: Action?
  }

  public enum Action {
    case install(ModelDescriptor)
    case remove(ModelDescriptor)
    /// A model that cannot be read.
    case discard(ModelCatalogue.Entry)

    public var label: Message {
      switch self {
      case .install: "Install..."
      case .remove, .discard: "Remove..."
      }
    }
  }

  /// A question that has to be answered with yes before an action.
  public struct Question {
    public let title: Message
    /// What the button says, with the mnemonic marked.
    public let yes: Message
    /// Marked up: `<b>`, `<a href="...">`.
    public let markup: Message
  }

  /// By task, the one first that models are looked for, and of each the recommended model.
  public var groups: [Group] {
    let catalogue = store.catalogue
    let order = (first.map { [$0] } ?? []) + ModelTask.allCases.filter { $0 != first }
    let tasks = order.map { task in
      let standard = try? catalogue.model(named: "", for: task).name
      return Group(
        title: task.words, rows: catalogue.shown(for: task).map { row(of: $0, isStandard: $0.name == standard) })
    }
    let broken = catalogue.entries.filter { $0.descriptor == nil }.map(row(ofBroken:))
    return (tasks + [Group(title: "Cannot be used", rows: broken)]).filter { !$0.rows.isEmpty }
  }

  private func row(of entry: ModelCatalogue.Entry, isStandard: Bool) -> Row {
    let words = ModelWords(entry)
    let size = Amount.bytes(entry.installedSize ?? 4 * (entry.descriptor?.parameterCount ?? 0))
    let purpose =
      entry.isInstalled || entry.downloadSize != nil
      ? words.purpose : "These files are missing: \(entry.missingFiles.joined(separator: ", "))."
    let details: Message = "\(entry.name), \(words.licence), \(size)"
    let pace = entry.isInstalled ? rates.flatMap { entry.descriptor?.pace($0, threads: threads, .automatic) } : nil
    return Row(
      name: entry.name, title: isStandard ? "\(words.title) (recommended)" : words.title,
      purpose: purpose ?? "A model of your own.",
      details: pace.map { "\(details), about \($0.message) on this machine" } ?? details,
      state: entry.isInstalled ? "installed" : entry.downloadSize == nil ? "not complete" : "not installed",
      trial: trial(of: entry), action: action(for: entry))
  }

  private func row(ofBroken entry: ModelCatalogue.Entry) -> Row {
    Row(
      name: entry.name, title: Message(verbatim: entry.name), purpose: Message(verbatim: entry.problem ?? ""),
      details: Message(verbatim: entry.folder), state: "broken",
      trial: nil, action: store.canDiscard(entry) ? .discard(entry) : nil)
  }

  private func trial(of entry: ModelCatalogue.Entry) -> Message? {
    switch trials.first(where: { $0.model == entry.name })?.outcome {
    case .works(let seconds)?: ModelTrial.worked(seconds)
    case .fails(let error)?: "Does not work: \(explanation(of: error))"
    case nil: nil
    }
  }

  private func action(for entry: ModelCatalogue.Entry) -> Action? {
    guard let model = entry.descriptor else { return nil }
    guard entry.isInstalled else { return model.files.unet.source == nil ? nil : .install(model) }
    return store.canRemove(model) ? .remove(model) : nil
  }

  /// What the user has to agree to before something is done; nil = nothing.
  public func question(before action: Action) -> Question? {
    switch action {
    case .install(let model): store.isLicenceAccepted(model) ? nil : licence(of: model)
    case .remove(let model):
      Question(
        title: "ResShift: Remove", yes: "_Remove",
        markup: "Remove the files of <b>\(Self.escaped(title(of: model)))</b>?")
    case .discard(let entry):
      Question(
        title: "ResShift: Remove", yes: "_Remove",
        markup: "Remove what was installed in the folder <b>\(Self.escaped(entry.folder))</b>?")
    }
  }

  /// As people see it.
  private func title(of model: ModelDescriptor) -> String {
    let entry = store.catalogue.entries.first { $0.name == model.name }
    return entry.map { ModelWords($0).title.text } ?? model.title
  }

  private func licence(of model: ModelDescriptor) -> Question {
    let (title, licence) = (Self.escaped(title(of: model)), Self.escaped(model.licence.name))
    let size = Amount.bytes(4 * model.parameterCount)
    let markup: Message =
      if let place = model.licence.address.map(Self.escaped) {
        """
        <b>\(title)</b> is under the \(licence).

        <a href="\(place)">\(place)</a>

        About \(size) will be downloaded.
        """
      } else {
        """
        <b>\(title)</b> is under the \(licence).

        About \(size) will be downloaded.
        """
      }
    return Question(title: "ResShift: Licence", yes: "_Agree and install", markup: markup)
  }

  /// What the window says when an action is done.
  public func success(of action: Action) -> Message {
    switch action {
    case .install(let model): "\(title(of: model)) is installed."
    case .remove(let model): "\(title(of: model)) is removed."
    case .discard(let entry): "\(entry.name) is removed."
    }
  }

  /// An error in the words of the window, where what the store says is for users of the command.
  public func explanation(of error: any Error) -> Message {
    switch error as? StoreError {
    case .alreadyInstalled(let model, _): "\(model) is installed already: remove it first, then import the files again."
    case .interrupted(let url, let problem):
      "\(url): \(problem). What came so far is kept: press Install again to go on from there."
    case .missing(let file, _): "\(file): is missing; remove the model and install it again."
    case .changed(let file, _):
      "\(file): was changed after it was installed; remove the model and install it again."
    case .severalModels(let file, let models):
      """
      \(file): this file fits several models (\(models.joined(separator: ", "))): give it the name that it had when \
      you got it, or import it together with the other file of its model.
      """
    case .nameNeeded(let file): "\(file): a model of your own is called as its file: give that a name."
    default: ShellError(error).message
    }
  }

  // What the window says besides.
  public static let title: Message = "ResShift: Models"
  public static let importTitle: Message = "ResShift: Import"
  public static let importAction: Message = "_Import"
  public static let importButton: Message = "_Import files..."
  public static let stopButton: Message = "_Stop"
  public static let connecting: Message = "Connecting ..."
  public static let looking: Message = "Looking at the files ..."
  public static let imported: Message = "The files are installed."
  public static let importStopped: Message = "Stopped; nothing was installed."
  public static let downloadStopped: Message =
    "Stopped. What came so far is kept: press Install again to go on from there."
  public static let nothingChosen: Message =
    "No file was chosen, so nothing was installed: choose the files of one model, then press Import."
  public static let about: Message =
    "Models make the new pixels. Those that come along are quick; others invent more and take longer."

  /// A network of the user's own is called as its file is.
  public static var importOptions: ModelStore.ImportOptions {
    var options = ModelStore.ImportOptions()
    options.ownName = true
    return options
  }

  /// Text that may stand between tags and in quoted attributes.
  public static func escaped(_ text: String) -> String {
    text.reduce(into: "") { markup, character in
      switch character {
      case "&": markup += "&amp;"
      case "<": markup += "&lt;"
      case ">": markup += "&gt;"
      case "\"": markup += "&quot;"
      case "'": markup += "&#39;"
      default: markup.append(character)
      }
    }
  }
}
