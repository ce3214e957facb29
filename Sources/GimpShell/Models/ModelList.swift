import ModelLibrary
import ModelStore
import ResShift
import Wording

/// What the window of the models shows and asks, without the window.
public struct ModelList {
  public let store: ModelStore

  public init(_ store: ModelStore) { self.store = store }

  /// One model.
  public struct Row {
    public let title: String
    /// Its name, task and licence, or what is wrong with it.
    public let details: String
    public let state: Message
    /// What can be done with it; nil for one that is built in or broken.
    public let action: Action?
  }

  public enum Action {
    case install(ModelDescriptor)
    case remove(ModelDescriptor)

    public var label: Message {
      switch self {
      case .install: "Install..."
      case .remove: "Remove"
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

  public var rows: [Row] {
    store.catalogue.entries.map { entry in
      Row(title: entry.title, details: details(of: entry), state: state(of: entry), action: action(for: entry))
    }
  }

  private func details(of entry: ModelCatalogue.Entry) -> String {
    guard let descriptor = entry.descriptor else { return entry.problem ?? entry.name }
    return "\(entry.name): \(descriptor.task.rawValue), \(descriptor.diffusion.steps) steps; \(entry.licence)"
  }

  private func state(of entry: ModelCatalogue.Entry) -> Message {
    guard let descriptor = entry.descriptor else { return "broken" }
    return entry.isInstalled ? "installed" : "about \(Size.text(4 * descriptor.parameterCount))"
  }

  private func action(for entry: ModelCatalogue.Entry) -> Action? {
    guard let model = entry.descriptor else { return nil }
    guard entry.isInstalled else { return model.files.unet.source == nil ? nil : .install(model) }
    return store.canRemove(model) ? .remove(model) : nil
  }

  /// What the user has to agree to before a model is installed; nil = nothing.
  public func question(before action: Action) -> Question? {
    switch action {
    case .install(let model): store.isLicenceAccepted(model) ? nil : licence(of: model)
    case .remove(let model):
      Question(
        title: "ResShift: Remove", yes: "_Remove",
        markup: "Remove the files of <b>\(Self.escaped(model.title))</b>?")
    }
  }

  private func licence(of model: ModelDescriptor) -> Question {
    let (title, licence) = (Self.escaped(model.title), Self.escaped(model.licence.name))
    let size = Size.text(4 * model.parameterCount)
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
    case .install(let model): "\(model.title) is installed."
    case .remove(let model): "\(model.title) is removed."
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
