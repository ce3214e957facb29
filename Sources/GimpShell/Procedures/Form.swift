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
  private let standardModel: String

  /// A model of the list; without a descriptor it is not installed.
  private struct Offer {
    let name: String
    let title: Message
    let descriptor: ModelDescriptor?
  }

  /// One line.
  public struct Row: Equatable {
    /// With the mnemonic marked.
    public let label: Message
    public let control: Control
    /// What the option does to the picture.
    public let tip: Message?
  }

  public enum Control: Equatable {
    /// One of several texts; `chosen` is an index.
    case choice([Option], chosen: Int)
    /// nil = random.
    case seed(UInt64?)
    case number(Int, in: ClosedRange<Int>)
  }

  /// One text of a choice.
  public struct Option: Equatable {
    public let label: Message
    /// Others are shown gray: models that are not installed, what the chosen model cannot do.
    public let isPossible: Bool
  }

  /// Offers the models of the procedure's task. Throws when there is none.
  init(_ procedure: Procedure, _ work: LayerWork, _ source: Source, _ catalogue: ModelCatalogue, _ initial: Settings)
    throws
  {
    standardModel = try catalogue.model(named: "", for: work.task).name
    models = catalogue.models(for: work.task).map { entry in
      let descriptor = entry.isInstalled ? try? catalogue.model(named: entry.name, for: work.task) : nil
      return Offer(
        name: entry.name,
        title: descriptor == nil ? "\(entry.title) (not installed)" : Message(verbatim: entry.title),
        descriptor: descriptor)
    }
    (title, action, role) = (work.title, work.action, procedure.name)
    note = source.isIndexed ? "The image has indexed colours. It will be converted to RGB." : nil
    parameters = procedure.parameters.filter { $0.label != nil }
    settings = initial
    adopt(initial)
  }

  /// Shows other settings, such as named ones that the user has called up. What is not possible gives way to what is.
  public mutating func adopt(_ settings: Settings) {
    self.settings = settings
    let chosen = settings.model.isEmpty ? standardModel : settings.model
    let possible = models.filter { $0.descriptor != nil }
    self.settings.model = (possible.first { $0.name == chosen } ?? possible.first)?.name ?? chosen
    limitChoices()
  }

  public var rows: [Row] {
    parameters.compactMap { parameter in
      parameter.label.map { Row(label: $0, control: control(of: parameter), tip: parameter.tip) }
    }
  }

  /// The user chose an option of a row; others may have changed then.
  public mutating func choose(_ index: Int, inRow row: Int) {
    guard case .choice(let options, _) = control(of: parameters[row]), options.indices.contains(index),
      options[index].isPossible
    else { return }
    switch parameters[row].kind {
    case .model: settings.model = models[index].name
    case .choice(let choice): settings[parameters[row]] = .number(choice.options[index].value)
    default: break
    }
    limitChoices()
  }

  /// The user chose a seed; nil = random. Widgets have numbers of 32 bits, procedures of 31: the highest bit falls away, so that what
  /// is used now is what is remembered, and what a script can say.
  public mutating func choose(seed: UInt64?) { settings.seed = seed.map { $0 & UInt64(Int32.max) } }

  /// The user chose a number in a row.
  public mutating func choose(number: Int, inRow row: Int) {
    guard case .number(let numbers) = parameters[row].kind, numbers.range.contains(number) else { return }
    settings[parameters[row]] = .number(number)
  }

  private var model: ModelDescriptor? { models.first { $0.name == settings.model }?.descriptor }

  private func isPossible(_ option: Parameter.Choice.Option, of choice: Parameter.Choice) -> Bool {
    model.map { choice.isPossible(option.value, $0) } ?? true
  }

  /// What the chosen model cannot do becomes the most that it can.
  private mutating func limitChoices() {
    for parameter in parameters {
      guard case .choice(let choice) = parameter.kind else { continue }
      let possible = choice.options.filter { isPossible($0, of: choice) }
      guard let most = possible.last, !possible.contains(where: { .number($0.value) == settings[parameter] }) else {
        continue
      }
      settings[parameter] = .number(most.value)
    }
  }

  private func control(of parameter: Parameter) -> Control {
    switch parameter.kind {
    case .model:
      .choice(
        models.map { Option(label: $0.title, isPossible: $0.descriptor != nil) },
        chosen: models.firstIndex { $0.name == settings.model } ?? 0)
    case .choice(let choice):
      .choice(
        choice.options.map { Option(label: $0.label, isPossible: isPossible($0, of: choice)) },
        chosen: choice.options.firstIndex { .number($0.value) == settings[parameter] } ?? 0)
    case .seed: .seed(settings.seed)
    case .number(let number): .number(settings.number(parameter), in: number.range)
    case .text: .choice([], chosen: 0)
    }
  }
}
