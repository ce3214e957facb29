import ModelLibrary
import ResShift
import Wording

/// The dialog of a procedure, as data: what stands in it, and what was chosen so far. Each GIMP draws it with its own widgets.
public struct Form {
  public let title: Message
  /// Tells its window from others.
  public let role: String
  /// What the button says that begins the work, with the mnemonic marked.
  public let action: Message
  /// What the user should know besides; nil = nothing.
  public let note: Message?
  public private(set) var settings: Settings

  private let parameters: [Parameter]
  private let models: [Offer]

  /// A model that can be chosen.
  private struct Offer {
    let name: String
    let title: String
    let descriptor: ModelDescriptor?
  }

  /// One line.
  public struct Row: Equatable {
    /// With the mnemonic marked.
    public let label: Message
    public let control: Control
  }

  public enum Control: Equatable {
    /// One of several texts; `chosen` is an index.
    case choice([Message], chosen: Int)
    /// nil = random.
    case seed(UInt64?)
  }

  /// Offers the installed models of the procedure's task. Throws when there is none.
  init(_ procedure: Procedure, _ work: LayerWork, _ source: Source, _ catalogue: ModelCatalogue, _ initial: Settings)
    throws
  {
    let standard = try catalogue.model(named: "", for: work.task).name
    models = catalogue.models(for: work.task).filter(\.isInstalled).map { entry in
      Offer(
        name: entry.name, title: entry.title, descriptor: try? catalogue.model(named: entry.name, for: work.task))
    }
    (title, action, role) = (work.title, work.action, procedure.name)
    note = source.isIndexed ? "The image has indexed colours. It will be converted to RGB." : nil
    parameters = procedure.parameters.filter { $0.label != nil }
    settings = initial
    let chosen = initial.model.isEmpty ? standard : initial.model
    settings.model = (models.first { $0.name == chosen } ?? models.first)?.name ?? chosen
    limitChoices()
  }

  public var rows: [Row] {
    parameters.compactMap { parameter in
      parameter.label.map { Row(label: $0, control: control(of: parameter)) }
    }
  }

  /// The user chose an option of a row; others may have changed then.
  public mutating func choose(_ index: Int, inRow row: Int) {
    switch parameters[row].kind {
    case .model where models.indices.contains(index): settings.model = models[index].name
    case .choice(let choice):
      let options = possible(choice)
      if options.indices.contains(index) { settings[parameters[row]] = .number(options[index].value) }
    default: break
    }
    limitChoices()
  }

  /// The user chose a seed; nil = random. Widgets have numbers of 32 bits, procedures of 31: the highest bit falls away, so that what
  /// is used now is what is remembered, and what a script can say.
  public mutating func choose(seed: UInt64?) { settings.seed = seed.map { $0 & UInt64(Int32.max) } }

  private var model: ModelDescriptor? { models.first { $0.name == settings.model }?.descriptor }

  private func possible(_ choice: Parameter.Choice) -> [Parameter.Choice.Option] {
    guard let model else { return choice.options }
    return choice.options.filter { choice.isPossible($0.value, model) }
  }

  /// What the chosen model cannot do becomes the most that it can.
  private mutating func limitChoices() {
    for parameter in parameters {
      guard case .choice(let choice) = parameter.kind, let most = possible(choice).last?.value else { continue }
      if index(of: parameter, in: possible(choice)) == nil { settings[parameter] = .number(most) }
    }
  }

  private func index(of parameter: Parameter, in options: [Parameter.Choice.Option]) -> Int? {
    options.firstIndex { .number($0.value) == settings[parameter] }
  }

  private func control(of parameter: Parameter) -> Control {
    switch parameter.kind {
    case .model:
      .choice(
        models.map { Message(verbatim: $0.title) }, chosen: models.firstIndex { $0.name == settings.model } ?? 0)
    case .choice(let choice):
      .choice(possible(choice).map(\.label), chosen: index(of: parameter, in: possible(choice)) ?? 0)
    case .seed: .seed(settings.seed)
    case .text: .choice([], chosen: 0)
    }
  }
}
