import ModelLibrary
import ResShift
import Wording

/// The preview of a dialog: which place is shown, what was computed of it, which of several tries are wanted. No window is in it.
///
/// All calls come from the main thread, which alone may call GIMP; what is to be seen is computed on a thread of its own. A dialog
/// calls `tick` some twenty times a second.
public final class Preview {
  /// One result that could be had.
  public struct Try: Equatable, Sendable {
    public let seed: UInt64
    /// nil = not computed yet.
    public fileprivate(set) var picture: PreviewPicture?
    /// Whether it is to become a layer besides the chosen one.
    public var isTicked = false
  }

  /// The sides of the large view, and those that the picture of the whole layer has at most.
  public static let side = PreviewScene.side
  public static let overviewSide = 144
  public static let counts = Variants.counts

  /// Whether it is switched on; users are asked once.
  public var isOn: Bool {
    didSet {
      gimp.remember(isOn ? "on" : "off", as: Self.memory)
      forget()
    }
  }
  /// The whole layer, small; nil where there is no place to choose.
  public private(set) var overview: PreviewPicture?
  /// The place as it is.
  public private(set) var before: PreviewPicture?
  /// The first one has the seed of the dialog, or one that was drawn.
  public private(set) var tries: [Try] = []
  /// The one that is shown and becomes the layer.
  public private(set) var chosen = 0
  /// How many pictures were computed.
  public private(set) var computed = 0
  /// Why there is nothing to be seen.
  public private(set) var problem: Message?
  /// How many tries are looked at.
  public var count = 1 {
    didSet { adoptSeeds() }
  }

  private let work: LayerWork
  private let source: Source
  private let catalogue: ModelCatalogue
  private let engines: Engines
  private var settings: Settings
  private var gimp: any Gimp { source.gimp }
  private let worker = PreviewWorker()

  /// Instead of a random seed.
  private let drawnSeed = UInt64.random(in: 0...UInt64(Int32.max))
  private var centre: (x: Int, y: Int)
  private var scene: PreviewScene?
  private var request: Request?
  /// Whether the scene has to be read anew.
  private var isStale = true
  /// Ticks since the last change.
  private var calm = 0
  /// The seed whose try is being computed.
  private var running: UInt64?

  private static let memory = "plug-in-resshift-preview"
  /// Ticks without a change after which the work begins, and before a large scene is read.
  private static let patience = 6

  init(
    _ work: LayerWork, _ source: Source, _ settings: Settings, _ catalogue: ModelCatalogue, _ engines: Engines
  ) {
    (self.work, self.source, self.settings) = (work, source, settings)
    (self.catalogue, self.engines) = (catalogue, engines)
    isOn = source.gimp.remembered(Self.memory) != "off"
    let selected =
      source.gimp.isSelectionEmpty(source.image) ? nil : source.gimp.selectionBounds(on: source.layer)
    let area = selected ?? source.bounds
    centre = (area.x + area.width / 2, area.y + area.height / 2)
    adoptSeeds()
  }

  /// Whether there is a place to choose, rather than all that will change.
  public var hasPlace: Bool { work.task != .inpainting }

  /// The place that is shown, in the overview.
  public var square: PixelRect? {
    guard let overview, let place = scene?.place else { return nil }
    func scaled(_ x: Int, _ to: Int, _ from: Int) -> Int { x * to / from }
    return PixelRect(
      x: scaled(place.x, overview.width, source.width), y: scaled(place.y, overview.height, source.height),
      width: max(2, scaled(place.width, overview.width, source.width)),
      height: max(2, scaled(place.height, overview.height, source.height)))
  }

  /// The chosen try; nil = not computed yet.
  public var after: PreviewPicture? { tries[chosen].picture }

  /// What it is doing, or why it does nothing.
  public var status: Message? {
    if !isOn { return nil }
    if let problem { return problem }
    guard let running, let index = tries.firstIndex(where: { $0.seed == running }) else {
      return after == nil ? "Preview: waiting ..." : nil
    }
    return tries.count == 1 ? "Preview: working ..." : "Preview: working on variant \(index + 1) of \(tries.count) ..."
  }

  // MARK: What users do

  /// Other options were chosen.
  public func change(_ settings: Settings) {
    guard settings != self.settings else { return }
    self.settings = settings
    forget()
  }

  /// The place is to have a point of the overview in its middle.
  public func move(toX x: Int, y: Int) {
    guard let overview else { return }
    let new = (x: x * source.width / overview.width, y: y * source.height / overview.height)
    guard new != centre else { return }
    centre = new
    forget()
  }

  /// Shows a try large; it becomes the layer.
  public func choose(_ index: Int) {
    guard tries.indices.contains(index) else { return }
    chosen = index
  }

  /// Whether a try is to become a layer, too.
  public func setTicked(_ index: Int, _ isTicked: Bool) {
    guard tries.indices.contains(index) else { return }
    tries[index].isTicked = isTicked
  }

  // MARK: Work

  /// Looks what has come of the work, and begins what is to be done next. Returns whether something else is to be seen.
  public func tick() -> Bool {
    guard isOn else { return false }
    let outcome = worker.takeOutcome()
    if let outcome { take(outcome) }
    calm += 1
    var isNew = outcome != nil
    if isStale && (hasPlace || calm >= Self.patience) {
      read()
      isNew = true
    }
    guard calm >= Self.patience, running == nil, !worker.isBusy, problem == nil, let scene, let request else {
      return isNew
    }
    let order = [chosen] + tries.indices
    guard let next = order.first(where: { tries[$0].picture == nil }) else { return isNew }
    var options = request.options
    options.seed = tries[next].seed
    running = options.seed
    do { try worker.start(scene, request.engine, options) } catch { fail(error) }
    return true
  }

  /// Stops all work and waits until it has stopped.
  public func close() { worker.stopAndWait() }

  /// The settings with the seeds that were chosen by looking; the others if nothing was looked at.
  func decided(_ settings: Settings) -> Settings {
    guard isOn else { return settings }
    change(settings)
    var settings = settings
    let ticked = tries.indices.filter { $0 != chosen && tries[$0].isTicked }
    settings.chosenSeeds = ([chosen] + ticked).map { tries[$0].seed }
    return settings
  }

  private func take(_ outcome: Result<PixelImage, any Error>) {
    let seed = running
    running = nil
    do {
      let picture = PreviewPicture(try outcome.get())
      computed += 1
      if let index = tries.firstIndex(where: { $0.seed == seed }) { tries[index].picture = picture }
    } catch {
      fail(error)
    }
  }

  /// What was computed holds no more.
  private func forget() {
    worker.stop()
    running = nil
    problem = nil
    (isStale, calm) = (true, 0)
    adoptSeeds()
    for index in tries.indices { tries[index].picture = nil }
  }

  private func adoptSeeds() {
    let seeds = Variants.seeds(from: settings.seed ?? drawnSeed, count: count)
    guard seeds != tries.map(\.seed) else { return }
    tries = seeds.map { seed in tries.first { $0.seed == seed } ?? Try(seed: seed) }
    chosen = min(chosen, tries.count - 1)
  }

  private func read() {
    isStale = false
    (scene, before) = (nil, nil)
    do {
      try source.checkThatItIsThere()
      if hasPlace && overview == nil {
        overview = gimp.thumbnail(of: source.layer, within: Self.overviewSide).map(PreviewPicture.init)
      }
      let model = try settings.model(for: work.task, of: [source], catalogue)
      let request = Request(
        source: source, settings: settings, engine: engines.engine(of: model, in: settings.precision), seed: 0,
        namesSeed: false, isShown: false)
      let scene = try request.scene(of: work, around: centre)
      (self.request, self.scene) = (request, scene)
      before = PreviewPicture(scene.before)
    } catch {
      fail(error)
    }
  }

  private func fail(_ error: any Error) {
    running = nil
    let error = (error as? RestoreError).map { ShellError($0, about: source) } ?? ShellError(error)
    problem = error.message
  }
}
