import FilePaths
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
  /// What is to be done, as far as it is possible.
  public private(set) var settings: Settings
  /// How it will look; nil = there is nothing to look at.
  public internal(set) var preview: Preview?

  private let foretell: ((Settings) -> Prospect?)?
  private let gimp: any GimpSession
  private let procedure: Procedure
  /// The settings that have names, and the name that was called up or given last, as long as nothing else is chosen.
  public private(set) var presets: Presets
  public private(set) var preset: String?
  private let parameters: [Parameter]
  /// What the models of its list are for.
  public let task: ModelTask
  /// None where the work is on files.
  private let source: Source?
  private let catalogue: ModelCatalogue
  private var models: [Offer] = []
  /// The default model of each factor that it enlarges by; of no factor in other tasks.
  private var standard: [Int: ModelDescriptor] = [:]
  /// Where the faces are; nil as long as no model of faces is there.
  private var faces: Faces?
  /// What the user chose, some of which may not be possible at the moment.
  private var wanted: Settings {
    didSet { preset = nil }
  }
  /// Of the image.
  private let channels: [String]

  /// A model of the list; without a descriptor it is not installed.
  fileprivate struct Offer {
    let name: String
    let title: Message
    /// What stands in the list: the title, and what it takes to use it.
    var label: Message
    let details: Message
    let descriptor: ModelDescriptor?
    var isOfFaces = false
    /// Whether it says how fast it is on this machine.
    var hasPace = false
  }

  /// One line.
  public struct Row: Equatable {
    /// With the mnemonic marked.
    public let label: Message
    public let control: Control
    /// What the option does to the picture.
    public let tip: Message?
    /// What is to be said of the choice, below it.
    public let details: Message?
    /// Whether it counts, as things are.
    public let isPossible: Bool
    /// Whether more options can be had in the window of the models.
    public let offersModels: Bool
  }

  public enum Control: Equatable {
    /// One of several texts; `chosen` is an index.
    case choice([Option], chosen: Int)
    /// nil = random.
    case seed(UInt64?)
    case number(Int, in: ClosedRange<Int>)
    /// The path of a folder; "" = none is chosen yet.
    case folder(String)
  }

  /// One text of a choice.
  public struct Option: Equatable {
    public let label: Message
    /// Others are shown gray: models that are not installed, what the chosen model cannot do.
    public let isPossible: Bool

    public init(label: Message, isPossible: Bool) { (self.label, self.isPossible) = (label, isPossible) }
  }

  /// Offers the models of the procedure's task; `foretell` says what settings come to. Throws when there is no model.
  init(
    _ procedure: Procedure, _ work: LayerWork, _ source: Source, _ catalogue: ModelCatalogue, _ initial: Settings,
    foretell: ((Settings) -> Prospect?)? = nil
  ) throws {
    try self.init(
      procedure, work.task, work.title, work.action, source, catalogue, initial, foretell, in: source.gimp)
  }

  /// The same for many pictures.
  init(
    _ procedure: Procedure, _ work: FilesWork, _ catalogue: ModelCatalogue, _ initial: Settings,
    in gimp: any GimpSession
  ) throws {
    try self.init(procedure, work.task, work.title, work.action, nil, catalogue, initial, nil, in: gimp)
  }

  private init(
    _ procedure: Procedure, _ task: ModelTask, _ title: Message, _ action: Message, _ source: Source?,
    _ catalogue: ModelCatalogue, _ initial: Settings, _ foretell: ((Settings) -> Prospect?)?, in gimp: any GimpSession
  ) throws {
    (self.foretell, self.gimp, self.procedure) = (foretell, gimp, procedure)
    presets = Presets(of: procedure, in: gimp)
    _ = try catalogue.model(named: "", for: task)
    (self.title, self.action, role, self.task) = (title, action, procedure.name, task)
    (self.source, self.catalogue) = (source, catalogue)
    channels = source.map { $0.gimp.channels(of: $0.image) } ?? []
    // What is not transparent need not become opaque, but all layers together may be what one is not.
    let mayBeTransparent =
      source?.type.hasAlpha == true || procedure.parameters.contains { $0.name == Parameter.sampleMerged.name }
    let shown = procedure.parameters.filter { parameter in
      switch parameter.name {
      case Parameter.fillTransparent.name: mayBeTransparent
      // Nothing to choose where the processor knows one only.
      case Parameter.precision.name: Precision.possible.count > 1
      default: parameter.label != nil
      }
    }
    // What decides how it will look comes before what chance decides.
    parameters = shown.filter { !$0.isSeed } + shown.filter(\.isSeed)
    (settings, wanted) = (initial, initial)
    lookForModels()
  }

  /// Reads anew which models there are, as some may have been installed or removed meanwhile.
  public mutating func lookForModels() {
    let factors = task == .superResolution ? [2, 3, 4] : [0]
    standard = [:]
    for factor in factors {
      guard let model = try? catalogue.model(named: "", for: task, factor: factor), factor <= max(2, model.diffusion.sf)
      else { continue }
      standard[factor] = model
    }
    models = catalogue.shown(for: task).map { entry in
      Offer(
        entry, isStandard: task != .superResolution && entry.name == standard[0]?.name,
        entry.isInstalled ? try? catalogue.model(named: entry.name, for: task) : nil, in: gimp)
    }
    if task == .superResolution {
      models.insert(
        Offer(
          name: "", title: Self.automatic, label: Self.automatic, details: "", descriptor: standard[4] ?? standard[2]),
        at: 0)
    }
    if faces == nil, let source, models.contains(where: { $0.isOfFaces && $0.descriptor != nil }) {
      faces = Faces(on: source, try? Selection(on: source))
    }
    limit()
  }

  /// Lets models say how fast they are here that did not know it when they were looked for. Returns whether any does now.
  public mutating func lookForPaces() -> Bool {
    var isNew = false
    for index in models.indices { if models[index].findPace(in: gimp) { isNew = true } }
    return isNew
  }

  private static let automatic: Message = "Automatic (recommended)"

  /// Keeps the settings under a name, in place of those that had it.
  public mutating func savePreset(named name: String) {
    // Another dialog may have saved some since.
    presets = Presets(of: procedure, in: gimp)
    presets.save(settings, named: name)
    presets.remember(for: procedure, in: gimp)
    preset = Presets.name(name)
  }

  public mutating func deletePreset(named name: String) {
    presets = Presets(of: procedure, in: gimp)
    presets.delete(name)
    presets.remember(for: procedure, in: gimp)
    if preset == name { preset = nil }
  }

  /// Shows the settings of a name.
  public mutating func callUpPreset(named name: String) {
    guard let settings = presets.settings(named: name, of: procedure) else { return }
    adopt(settings)
    preset = name
  }

  /// Shows other settings, such as named ones that the user has called up. What is not possible gives way to what is.
  public mutating func adopt(_ settings: Settings) {
    wanted = settings
    limit()
  }

  /// What will come of the settings, as things are now; nil = nothing is known.
  public var prospect: Prospect? { foretell?(settings) }

  public var rows: [Row] {
    parameters.compactMap { parameter in
      parameter.label.map { label in
        Row(
          label: label, control: control(of: parameter), tip: parameter.tip, details: details(of: parameter),
          isPossible: isPossible(parameter), offersModels: parameter.isModel)
      }
    }
  }

  /// The user chose an option of a row; others may have changed then.
  public mutating func choose(_ index: Int, inRow row: Int) {
    guard case .choice(let options, _) = control(of: parameters[row]), options.indices.contains(index),
      options[index].isPossible
    else { return }
    switch parameters[row].kind {
    case .model: wanted.model = models[index].name
    case .choice(let choice): wanted[parameters[row]] = .number(choice.options[index].value)
    case .channel: wanted[parameters[row]] = .text(index == 0 ? "" : channels[index - 1])
    default: break
    }
    limit()
  }

  /// The user chose a seed; nil = random. Widgets have numbers of 32 bits, procedures of 31: the highest bit falls away, so that what
  /// is used now is what is remembered, and what a script can say.
  public mutating func choose(seed: UInt64?) {
    wanted.seed = seed.map { $0 & UInt64(Int32.max) }
    limit()
  }

  /// The user chose a number in a row.
  public mutating func choose(number: Int, inRow row: Int) {
    guard case .number(let numbers) = parameters[row].kind, numbers.range.contains(number) else { return }
    wanted[parameters[row]] = .number(number)
    limit()
  }

  /// The user chose a folder in a row.
  public mutating func choose(folder: String, inRow row: Int) {
    guard case .folder(let isPattern) = parameters[row].kind else { return }
    wanted[parameters[row]] = .text(isPattern ? folder.appendingName(Self.allNames) : folder)
    limit()
  }

  /// The pattern of all pictures in a folder.
  private static let allNames = "*"

  private func folder(of parameter: Parameter, _ isPattern: Bool) -> String {
    guard case .text(let text) = settings[parameter] else { return "" }
    guard isPattern else { return text }
    return text.nameAfterSlash == Self.allNames ? text.lastSlash.map { String(text[..<$0]) } ?? "" : ""
  }

  /// The model that would do it.
  private var model: ModelDescriptor? {
    if settings.model.isEmpty { return standard[min(4, settings.factorNeeded(for: source.map { [$0] } ?? []) ?? 4)] }
    return models.first { $0.name == settings.model }?.descriptor
  }

  /// Whether an option could be done by the chosen model, or by one that would be taken for it.
  private func isPossible(_ option: Parameter.Choice.Option, of choice: Parameter.Choice) -> Bool {
    if let chosen = models.first(where: { $0.name == settings.model }), !chosen.name.isEmpty {
      return chosen.descriptor.map { choice.isPossible(option.value, $0) } ?? true
    }
    return standard.values.contains { choice.isPossible(option.value, $0) }
  }

  /// Whether a parameter counts: at the same size there is no factor.
  private func isPossible(_ parameter: Parameter) -> Bool {
    parameter.name != Parameter.factor.name || settings.output != .sameSize
  }

  /// From what is wanted to what is possible: what the chosen model, or the processor, cannot do becomes the standard, or the most that it can.
  private mutating func limit() {
    settings = wanted
    let chosen = settings.model.isEmpty ? standard[0]?.name ?? "" : settings.model
    let possible = models.filter { $0.descriptor != nil }
    settings.model = (possible.first { $0.name == chosen } ?? possible.first)?.name ?? chosen
    // Of another image, perhaps.
    if let name = settings.excludedChannel, !channels.contains(name) { settings[.exclude] = .text("") }
    // Those that are not shown, too: what is remembered may be of another machine.
    for parameter in procedure.parameters {
      guard case .choice(let choice) = parameter.kind else { continue }
      let possible = choice.options.filter { isPossible($0, of: choice) }.map(\.value)
      guard let most = possible.last, !possible.contains(where: { .number($0) == settings[parameter] }) else {
        continue
      }
      settings[parameter] = .number(possible.contains(choice.standard) ? choice.standard : most)
    }
  }

  private func details(of parameter: Parameter) -> Message? {
    guard parameter.isModel, let chosen = models.first(where: { $0.name == settings.model }) else { return nil }
    guard chosen.name.isEmpty else { return chosen.details }
    return models.first { $0.name == model?.name }.map { "\($0.label). \($0.details)" }
  }

  /// What the user should know besides, each on a line.
  public var notes: [Message] {
    var notes: [Message] = []
    guard let source else { return isReady ? [] : ["Choose the folders first."] }
    if source.isIndexed { notes.append("The image has indexed colours. It will be converted to RGB.") }
    let isScaled = task == .superResolution && settings.output == .scaledImage
    if isScaled && !source.gimp.isSelectionEmpty(source.image) {
      notes.append("The selection does not count here: the whole image is enlarged.")
    }
    if task == .restoration {
      notes.append(contentsOf: noteOnFaces.map { [$0] } ?? [])
      notes.append("Scratches stay: select them and choose Inpaint with options, grown by 3 pixels.")
    }
    return notes
  }

  /// Whether the work can begin: all folders are chosen.
  public var isReady: Bool {
    parameters.allSatisfy { if case .folder("") = control(of: $0) { false } else { true } }
  }

  /// Faces need a model of their own, and somebody who shows where they are.
  private var noteOnFaces: Message? {
    if model?.frame == .face { return faces?.note }
    guard let other = models.first(where: { $0.isOfFaces }) else { return nil }
    return other.descriptor == nil
      ? "Faces need another model, which can be had under Get more models."
      : "For faces choose the model “\(other.title)”."
  }

  private func control(of parameter: Parameter) -> Control {
    switch parameter.kind {
    case .model:
      .choice(
        models.map { Option(label: $0.label, isPossible: $0.descriptor != nil) },
        chosen: models.firstIndex { $0.name == settings.model } ?? 0)
    case .choice(let choice):
      .choice(
        choice.options.map { Option(label: $0.label, isPossible: isPossible($0, of: choice)) },
        chosen: choice.options.firstIndex { .number($0.value) == settings[parameter] } ?? 0)
    case .channel:
      .choice(
        [Option(label: "None", isPossible: true)]
          + channels.map { Option(label: Message(verbatim: $0), isPossible: true) },
        chosen: (settings.excludedChannel.flatMap(channels.firstIndex) ?? -1) + 1)
    case .seed: .seed(settings.seed)
    case .number(let number): .number(settings.number(parameter), in: number.range)
    case .folder(let isPattern): .folder(folder(of: parameter, isPattern))
    case .text: .choice([], chosen: 0)
    }
  }
}

extension Form.Offer {
  fileprivate init(
    _ entry: ModelCatalogue.Entry, isStandard: Bool, _ descriptor: ModelDescriptor?, in gimp: any GimpSession
  ) {
    let words = ModelWords(entry)
    (name, details, self.descriptor) = (entry.name, words.details, descriptor)
    isOfFaces = entry.descriptor?.frame == .face
    let title: Message = isStandard ? "\(words.title) (recommended)" : words.title
    self.title = title
    if descriptor != nil {
      label = title
      _ = findPace(in: gimp)
    } else if let size = entry.downloadSize {
      label = "\(words.title): get it (\(size))"
    } else {
      label = "\(words.title): not complete"
    }
  }

  /// Says how fast the model is, if that is known and was not; returns whether it does.
  fileprivate mutating func findPace(in gimp: any GimpSession) -> Bool {
    guard !hasPace, !name.isEmpty,
      let pace = gimp.rates.flatMap({ descriptor?.pace($0, threads: gimp.threads, .automatic) })
    else {
      return false
    }
    label = "\(title) – \(pace.message)"
    hasPace = true
    return true
  }
}
