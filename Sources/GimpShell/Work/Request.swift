import ModelLibrary
import ResShift
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
  /// Writes it, and returns the new layer; is given the source as that is by then, and whether it is the first result of the call.
  let write: (_ source: Source, _ isFirst: Bool) throws -> Layer
}

extension Procedure {
  /// The whole of one call: arguments or dialog, checks, computation, new layers. Returns these, one for each layer in turn.
  ///
  /// Everything is computed before the image changes, in one undo step.
  public func perform(_ work: LayerWork, _ call: LayerCall, in gimp: any Gimp) throws -> [Layer] {
    func found() throws -> [Source] {
      let sources = try call.sources(of: gimp)
      return work.isOfImage ? Array(sources.prefix(1)) : sources
    }
    var sources = try found()
    if work.needsSelection {
      if gimp.isSelectionEmpty(call.image) { throw ShellError.emptySelection }
      // Before one of several layers is worked on in vain. What is filled from all layers need not be one of them.
      let maySampleAll = parameters.contains { $0.name == Parameter.sampleMerged.name }
      if !maySampleAll, let missed = sources.first(where: { gimp.selectionBounds(on: $0.layer) == nil }) {
        throw ShellError.selectionOutside(layer: missed.name)
      }
    }
    if sources[0].isIndexed && call.mode != .interactive { throw ShellError.indexed(layer: sources[0].name) }

    let catalogue = ModelCatalogue(roots: gimp.modelFolders)
    let settings: Settings
    switch call.mode {
    case .nonInteractive: settings = try Settings(call.arguments, of: self)
    case .lastValues: settings = Settings(lastOf: self, in: gimp)
    case .interactive:
      let form = try Form(self, work, sources[0], catalogue, Settings(lastOf: self, in: gimp))
      guard let filled = gimp.ask(form) else { throw ShellError.cancelled }
      settings = filled.settings
      settings.remember(for: self, in: gimp)
      // While the dialog was open the user may have changed the layers.
      guard gimp.isValid(call.image) else { throw ShellError.imageClosed(layer: sources[0].name) }
      if let gone = sources.first(where: { gimp.kind(of: $0.layer) == nil }) { throw ShellError.layerGone(gone.name) }
      sources = try found()
    }
    let factor = work.task == .superResolution ? settings.factorNeeded(for: sources) : nil
    let model = try catalogue.model(named: settings.model, for: work.task, factor: factor)
    let seed = settings.drawSeed()
    let isShown = call.mode != .nonInteractive
    let canvas = gimp.size(of: call.image)
    let writings = try sources.map {
      try work.perform(Request(source: $0, settings: settings, model: model, seed: seed, isShown: isShown))
    }
    let layers = try write(writings, to: sources, ofCanvas: canvas, in: gimp)
    if isShown { gimp.updateDisplays() }
    return layers
  }

  /// All results in one undo step; what users have changed meanwhile is found out before the first change. If GIMP refuses the
  /// first result, an image that was indexed becomes so again.
  ///
  /// `canvas` is the size that the image had at the beginning: several results fit together only on that.
  private func write(
    _ writings: [Writing], to sources: [Source], ofCanvas canvas: (width: Int, height: Int), in gimp: any Gimp
  ) throws -> [Layer] {
    let image = sources[0].image
    guard writings.contains(where: \.changesImage) else {
      return try zip(writings, sources).map { try $0.write($1, true) }
    }
    let isConverted = sources[0].isIndexed
    if writings.count == 1 && !isConverted { return [try writings[0].write(sources[0], true)] }
    for source in sources { try source.checkThatItIsThere() }
    guard writings.count == 1 || gimp.size(of: image) == canvas else { throw ShellError.layerMoved(sources[0].name) }
    return try gimp.undoStep(of: image) {
      if isConverted && !gimp.convertToRGB(image) {
        throw ShellError.refused(.convertToRGB, layer: sources[0].name)
      }
      var layers: [Layer] = []
      do {
        for (writing, source) in zip(writings, sources) {
          layers.append(try writing.write(isConverted ? source.asRGB : source, layers.isEmpty))
        }
        return layers
      } catch {
        if isConverted && layers.isEmpty { gimp.convertToIndexed(image) }
        throw error
      }
    }
  }
}

/// What one call works with: the layer, the choices, the model.
struct Request {
  let source: Source
  let settings: Settings
  let model: ModelDescriptor
  let seed: UInt64
  /// Whether results are to be shown, that is unless a script calls.
  let isShown: Bool

  var gimp: any Gimp { source.gimp }

  private var options: RestoreOptions {
    var options = RestoreOptions()
    options.seed = seed
    options.threads = gimp.threads
    return options
  }

  /// Loads the model and lets it work, while GIMP shows the progress. Nothing in the image changes.
  func compute(
    _ title: (_ layer: String, _ model: String) -> Message,
    _ work: @escaping @Sendable (Restorer, RestoreOptions) throws -> PixelImage
  ) throws -> PixelImage {
    gimp.beginProgress(title(source.name, model.name))
    let model = model
    do {
      return try Worker.run(options, in: gimp) { options in try work(try Restorer(model), options) }
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
    case .maskCoversAll, .nothingVisibleBesideMask: self = .nothingKnown(layer: source.name)
    default: self.init(error)
    }
  }
}
