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

/// A call of a procedure that works on a layer.
public struct LayerCall: Sendable {
  public let mode: RunMode
  public let image: Image
  public let item: Layer
  /// The procedure's own; only read without a dialog.
  public let arguments: [Value]

  public init(_ mode: RunMode, _ image: Image, _ item: Layer, _ arguments: [Value]) {
    (self.mode, self.image, self.item, self.arguments) = (mode, image, item, arguments)
  }
}

extension Procedure {
  /// The whole of one call: arguments or dialog, checks, computation, new layer. Returns the new layer.
  public func perform(_ work: LayerWork, _ call: LayerCall, in gimp: any Gimp) throws -> Layer {
    var source = try Source(call.item, in: call.image, of: gimp)
    if work.needsSelection && gimp.isSelectionEmpty(source.image) { throw ShellError.emptySelection }
    if source.isIndexed && call.mode != .interactive { throw ShellError.indexed(layer: source.name) }

    let catalogue = ModelCatalogue(roots: gimp.modelFolders)
    let settings: Settings
    switch call.mode {
    case .nonInteractive: settings = try Settings(call.arguments, of: self)
    case .lastValues: settings = Settings(lastOf: self, in: gimp)
    case .interactive:
      let form = try Form(self, work, source, catalogue, Settings(lastOf: self, in: gimp))
      guard let filled = gimp.ask(form) else { throw ShellError.cancelled }
      settings = filled.settings
      settings.remember(for: self, in: gimp)
      // While the dialog was open the user may have changed the layer.
      guard gimp.isValid(call.image) else { throw ShellError.imageClosed(layer: source.name) }
      guard gimp.kind(of: call.item) != nil else { throw ShellError.layerGone(source.name) }
      source = try Source(call.item, in: call.image, of: gimp)
    }
    let factor = work.task == .superResolution ? settings.factor : nil
    let model = try catalogue.model(named: settings.model, for: work.task, factor: factor)
    let request = Request(
      source: source, settings: settings, model: model, seed: settings.drawSeed(),
      isShown: call.mode != .nonInteractive)
    let layer = try work.perform(request)
    if request.isShown { gimp.updateDisplays() }
    return layer
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
