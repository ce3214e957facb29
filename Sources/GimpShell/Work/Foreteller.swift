import ModelLibrary
import ResShift

/// Foretells the work on some layers, for a dialog, whose user may select something else while it is open, and for the time that
/// is left.
final class Foreteller {
  private let sources: [Source]
  /// Selections are read anew when their bounding boxes change.
  private var read: [Layer: (bounds: PixelRect?, selection: Result<Selection?, any Error>)] = [:]
  /// How deep the hole of the selection was found to be that has these bounds.
  private var depths: [Layer: (bounds: PixelRect, depth: Int)] = [:]

  init(_ sources: [Source]) { self.sources = sources }

  /// What a task would be with these settings; nil = a layer is no longer there, which the work will say.
  func prospect(_ settings: Settings, _ task: ModelTask, _ catalogue: ModelCatalogue) -> Prospect? {
    for source in sources {
      guard source.gimp.isValid(source.image), source.gimp.kind(of: source.layer) != nil else { return nil }
    }
    do {
      let model = try settings.model(for: task, of: sources, catalogue)
      // All layers together are one picture.
      let pictures = settings.samplesMerged ? Array(sources.prefix(1)) : sources
      let outlooks = try pictures.map { try outlook(settings, model, $0) }
      var whole = outlooks[0]
      let (count, times) = (settings.count, outlooks.compactMap(\.seconds))
      whole.tiles = count * outlooks.reduce(0) { $0 + $1.tiles }
      whole.seconds = times.count == outlooks.count ? Double(count) * times.reduce(0, +) : nil
      return .possible(whole.message)
    } catch ShellError.emptySelection {
      // The dialog stays open meanwhile.
      return .impossible(Notice.selectFirst)
    } catch {
      return .impossible(ShellError(error).message)
    }
  }

  /// Throws what the work itself would throw, as far as that is known without pixels.
  func outlook(_ settings: Settings, _ model: ModelDescriptor, _ source: Source) throws -> Outlook {
    var options = RestoreOptions()
    options.precision = settings.precision
    options.threads = source.gimp.threads
    options.strength = settings.strength
    let held = HeldPicture(channels: source.type.channels, isPart: true)
    do {
      return try model.outlook(job(settings, model, source), of: held, options, source.gimp.rates)
    } catch let error as RestoreError {
      throw ShellError(error, about: source)
    }
  }

  /// What the engine will be asked to do.
  private func job(_ settings: Settings, _ model: ModelDescriptor, _ source: Source) throws -> RestorationJob {
    let canvas = source.gimp.size(of: source.image)
    switch model.task {
    case .superResolution:
      let selection = settings.output == .scaledImage ? nil : try selection(on: source)
      let enlargement = try Enlargement(settings, model, of: source, selected: selection?.bounds)
      let (area, size) = (enlargement.area, enlargement.resultSize)
      return .upscale(width: area.width, height: area.height, toWidth: size.width, toHeight: size.height)
    case .inpainting where settings.has(.left):
      let margins = try settings.canvas.checkedMargins(on: canvas, largestSide: source.gimp.largestSide)
      return .extend(width: canvas.width, height: canvas.height, by: margins)
    case .inpainting:
      let isMerged = settings.samplesMerged
      guard let selection = try isMerged ? Selection(onCanvasOf: source) : selection(on: source) else {
        throw ShellError.emptySelection
      }
      let whole = isMerged ? PixelRect(x: 0, y: 0, width: canvas.width, height: canvas.height) : source.bounds
      let hole = selection.holeBounds
      let grown = hole.grown(by: settings.grow, within: whole)
      // Grown in proportion to the box: near enough for a time.
      let pixels = min(selection.hole.count * grown.area / max(1, hole.area), grown.area)
      // Islands grow together; a hole at the border of the picture only grows on its other sides.
      let depth = depth(of: selection, in: whole, on: source) + settings.grow
      return .inpaint(width: whole.width, height: whole.height, hole: grown, pixels: pixels, depth: depth)
    case .restoration:
      let selection = try selection(on: source)
      let faces = model.frame == .face ? Faces(on: source, selection) : nil
      let boxes = faces?.boxes ?? selection.map { [$0.bounds] } ?? []
      return .restore(width: source.width, height: source.height, boxes: boxes)
    }
  }

  private func depth(of selection: Selection, in whole: PixelRect, on source: Source) -> Int {
    if let known = depths[source.layer], known.bounds == selection.bounds { return known.depth }
    let depth = selection.hole.holeDepth(at: selection.bounds, withinWidth: whole.width, height: whole.height)
    depths[source.layer] = (selection.bounds, depth)
    return depth
  }

  private func selection(on source: Source) throws -> Selection? {
    let gimp = source.gimp
    let bounds = gimp.isSelectionEmpty(source.image) ? nil : gimp.selectionBounds(on: source.layer)
    if let known = read[source.layer], known.bounds == bounds, bounds != nil { return try known.selection.get() }
    let selection = Result { try Selection(on: source) }
    read[source.layer] = (bounds, selection)
    return try selection.get()
  }
}

extension PixelImage {
  /// The pixels above 0 of a picture with one channel.
  fileprivate var count: Int { samples.count { $0 > 0 } }
}
