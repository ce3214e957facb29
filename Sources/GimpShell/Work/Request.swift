import ModelLibrary
import ResShift
import Synchronization
import Wording

/// How a procedure was called.
public enum RunMode: Sendable {
  /// With a dialog.
  case interactive
  /// By a script, with all its arguments.
  case nonInteractive
  /// Again, with what was chosen last.
  case lastValues
}

/// A call of a procedure that works on layers.
public struct LayerCall: Sendable {
  public let mode: RunMode
  public let image: Image
  /// One in GIMP 2.10, any number in 3; a layer and its mask are one.
  public let items: [Layer]
  /// The procedure's own; only read without a dialog.
  public let arguments: [Value]

  public init(_ mode: RunMode, _ image: Image, _ items: [Layer], _ arguments: [Value]) {
    (self.mode, self.image, self.items, self.arguments) = (mode, image, items, arguments)
  }

  /// The layers to work on. Throws when there is none, and for items that cannot be worked on.
  fileprivate func sources(of gimp: any Gimp) throws -> [Source] {
    guard !items.isEmpty else { throw ShellError.noLayerSelected }
    return try items.reduce(into: []) { sources, item in
      let source = try Source(item, in: image, of: gimp)
      if !sources.contains(where: { $0.layer == source.layer }) { sources.append(source) }
    }
  }
}

/// A result that is still to be written.
struct Writing {
  /// Whether the source's image gets a new layer; it has to be RGB then, if it was indexed.
  var changesImage = true
  /// Writes it, and returns the new layer; is given the source as that is by then, and its place among the results of the call.
  let write: (_ source: Source, _ turn: Turn) throws -> Layer

  /// Where a result stands among those of one call.
  struct Turn {
    /// Whether none was written before it.
    let isFirst: Bool
    /// The one on the same source before it, above which it is to lie.
    let previous: Layer?
  }
}

extension Procedure {
  /// The whole of a call of a procedure that works on layers.
  public func perform(_ call: LayerCall, in gimp: any Gimp) throws -> [Layer] {
    switch kind {
    case .layer(let work): return try perform(work, call, in: gimp)
    case .relay(let relay):
      if call.mode == .nonInteractive { _ = try Settings(call.arguments, of: self) }
      return try relay(call, gimp)
    case .files, .models: throw ShellError.itemMissing
    }
  }

  /// The same for one with work of its own: arguments or dialog, checks, computation, new layers. Returns these, one for each
  /// layer in turn and each seed; the first seed's lies on top and comes last.
  ///
  /// Everything is computed before the image changes, in one undo step. `given` are settings that were chosen elsewhere.
  func perform(_ work: LayerWork, _ call: LayerCall, with given: Settings? = nil, in gimp: any Gimp) throws -> [Layer] {
    func found() throws -> [Source] {
      let sources = try call.sources(of: gimp)
      return work.isOfImage ? Array(sources.prefix(1)) : sources
    }
    var sources = try found()
    // A dialog says so itself, and users may select something while it is open.
    if work.needsSelection && call.mode != .interactive {
      if gimp.isSelectionEmpty(call.image) { throw ShellError.emptySelection }
      // Before one of several layers is worked on in vain. What is filled from all layers need not be one of them.
      let maySampleAll = parameters.contains { $0.name == Parameter.sampleMerged.name }
      if !maySampleAll, let missed = sources.first(where: { gimp.selectionBounds(on: $0.layer) == nil }) {
        throw ShellError.selectionOutside(layer: missed.name)
      }
    }
    if sources[0].isIndexed && call.mode != .interactive { throw ShellError.indexed(layer: sources[0].name) }

    let catalogue = ModelCatalogue(roots: gimp.modelFolders)
    let engines = Engines()
    let settings: Settings
    switch call.mode {
    case _ where given != nil: settings = given ?? Settings(standardOf: self)
    case .nonInteractive: settings = try Settings(call.arguments, of: self)
    case .lastValues: settings = Settings(lastOf: self, in: gimp)
    case .interactive:
      let foreteller = Foreteller(sources)
      var form = try Form(self, work, sources[0], catalogue, Settings(lastOf: self, in: gimp)) {
        foreteller.prospect($0, work.task, catalogue)
      }
      let preview = Preview(work, sources[0], form.settings, catalogue, engines)
      form.preview = preview
      defer { preview.close() }
      guard let filled = gimp.ask(form) else { throw ShellError.cancelled }
      settings = preview.decided(filled.settings)
      settings.remember(for: self, in: gimp)
      // While the dialog was open the user may have changed the layers.
      guard gimp.isValid(call.image) else { throw ShellError.imageClosed(layer: sources[0].name) }
      if let gone = sources.first(where: { gimp.kind(of: $0.layer) == nil }) { throw ShellError.layerGone(gone.name) }
      sources = try found()
    }
    // All layers together are one picture.
    if settings.samplesMerged { sources = Array(sources.prefix(1)) }
    let model = try settings.model(for: work.task, of: sources, catalogue)
    LastCall(self, settings).remember(in: gimp)
    let seeds = settings.drawSeeds()
    let isShown = call.mode != .nonInteractive
    let canvas = gimp.size(of: call.image)
    let engine = engines.engine(of: model, in: settings.precision)
    let results = try sources.flatMap { source in
      // For the time that is left; all tries take as long.
      let expected = (try? Foreteller([source]).outlook(settings, model, source))?.seconds
      return try seeds.reversed().map { seed in
        let request = Request(
          source: source, settings: settings, engine: engine, seed: seed,
          namesSeed: seeds != [settings.seed], isShown: isShown, expectedSeconds: expected)
        return Computed(source: source, writing: try work.perform(request))
      }
    }
    engine.unload()
    let layers = try write(results, ofCanvas: canvas, in: gimp)
    if isShown { gimp.updateDisplays() }
    return layers
  }

  /// All results in one undo step; what users have changed meanwhile is found out before the first change. If GIMP refuses the
  /// first result, an image that was indexed becomes so again.
  ///
  /// `canvas` is the size that the image had at the beginning: several results fit together only on that.
  private func write(_ results: [Computed], ofCanvas canvas: (width: Int, height: Int), in gimp: any Gimp) throws
    -> [Layer]
  {
    let first = results[0].source
    let image = first.image
    var layers: [Layer] = []
    func writeAll(as kind: (Source) -> Source = { $0 }) throws {
      var previous: (source: Layer, result: Layer)?
      for result in results {
        let below = previous.flatMap { $0.source == result.source.layer ? $0.result : nil }
        let layer = try result.writing.write(
          kind(result.source), Writing.Turn(isFirst: layers.isEmpty, previous: below))
        layers.append(layer)
        previous = (result.source.layer, layer)
      }
    }
    let isConverted = first.isIndexed
    guard results.contains(where: \.writing.changesImage), results.count > 1 || isConverted else {
      try writeAll()
      return layers
    }
    for result in results { try result.source.checkThatItIsThere() }
    guard results.count == 1 || gimp.size(of: image) == canvas else { throw ShellError.layerMoved(first.name) }
    return try gimp.undoStep(of: image) {
      if isConverted && !gimp.convertToRGB(image) {
        throw ShellError.refused(.convertToRGB, layer: first.name)
      }
      do {
        try writeAll { isConverted ? $0.asRGB : $0 }
        return layers
      } catch {
        if isConverted && layers.isEmpty { gimp.convertToIndexed(image) }
        throw error
      }
    }
  }
}

extension Settings {
  /// The model that does the work on some layers.
  func model(for task: ModelTask, of sources: [Source], _ catalogue: ModelCatalogue) throws -> ModelDescriptor {
    let factor = task == .superResolution ? factorNeeded(for: sources) : nil
    return try catalogue.model(named: model, for: task, factor: factor)
  }
}

/// A computed result, and the layer that it is of.
private struct Computed {
  let source: Source
  let writing: Writing
}

/// The model of a call, loaded when it is first used and kept for the next uses. May be used on any thread.
final class Engine: Sendable {
  let model: ModelDescriptor
  let precision: PrecisionChoice
  private let loaded = Mutex<Restorer?>(nil)

  init(_ model: ModelDescriptor, _ precision: PrecisionChoice) { (self.model, self.precision) = (model, precision) }

  func restorer() throws -> Restorer {
    try loaded.withLock { loaded in
      if let loaded { return loaded }
      let restorer = try Restorer(model, precision)
      loaded = restorer
      return restorer
    }
  }

  /// Its memory is free for what comes after the computation.
  func unload() { loaded.withLock { $0 = nil } }
}

/// The models of a call: the preview's is the one that is used then. On the main thread.
final class Engines {
  private var last: Engine?

  func engine(of model: ModelDescriptor, in precision: PrecisionChoice) -> Engine {
    if let last, last.model.name == model.name, last.precision == precision { return last }
    let engine = Engine(model, precision)
    last = engine
    return engine
  }
}

/// What one result is computed with: the layer, the choices, the model.
struct Request {
  let source: Source
  let settings: Settings
  let engine: Engine
  let seed: UInt64
  /// Whether the layer is named after its seed: where users have not chosen it, they could not repeat a good result.
  let namesSeed: Bool
  /// Whether results are to be shown, that is unless a script calls.
  let isShown: Bool
  /// How long it should take; nil = nobody knows, or asks.
  var expectedSeconds: Double?

  var gimp: any Gimp { source.gimp }
  var model: ModelDescriptor { engine.model }

  /// The name of the new layer: what was done, by which model, and perhaps the seed.
  func layerName(_ done: String) -> String { "\(done) (\(model.name)\(namesSeed ? ", seed \(seed)" : ""))" }

  func writer(_ source: Source, _ pixels: LayerPixels) -> LayerWriter {
    LayerWriter(source: source, pixels: pixels, seed: seed)
  }

  var options: RestoreOptions {
    var options = RestoreOptions()
    options.precision = engine.precision
    options.seed = seed
    options.threads = gimp.threads
    options.rates = gimp.rates
    options.strength = settings.strength
    options.expectedSeconds = expectedSeconds
    return options
  }

  /// Loads the model and lets it work, while GIMP shows the progress. Nothing in the image changes.
  func compute(
    _ title: (_ layer: String, _ model: String) -> Message,
    _ work: @escaping @Sendable (Restorer, RestoreOptions) throws -> PixelImage
  ) throws -> PixelImage {
    gimp.beginProgress(title(source.name, model.name))
    gimp.tellProgress(Notice.loading(model.name))
    let engine = engine
    do {
      return try Worker.run(options, in: gimp) { options in try work(try engine.restorer(), options) }
    } catch let error as RestoreError {
      throw ShellError(error, about: source)
    }
  }
}

extension ShellError {
  /// An error of the engine about a layer, which the engine does not know.
  init(_ error: RestoreError, about source: Source) {
    switch error {
    case .factorTooLarge(let model, let largest, let asked):
      self = .factorTooLarge(model: model, largest: largest, asked: asked)
    case .noInstructions: self = .precisionImpossible
    case .maskCoversAll, .nothingVisibleBesideMask: self = .nothingKnown(layer: source.name)
    default: self.init(error)
    }
  }
}
