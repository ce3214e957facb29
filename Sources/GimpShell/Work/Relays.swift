import ResShift

/// The last call of a procedure that works on layers.
struct LastCall {
  let procedure: Procedure
  var settings: Settings

  /// The name under which it is kept; no procedure's.
  private static let name = "plug-in-resshift-last-call"

  init(_ procedure: Procedure, _ settings: Settings) {
    (self.procedure, self.settings) = (procedure, settings)
  }

  /// nil = nothing was called yet.
  init?(in gimp: any Gimp) {
    guard let text = gimp.rememberedInSession(Self.name), let line = text.split(separator: "\n").first,
      let procedure = try? Procedure(named: String(line))
    else { return nil }
    self.init(procedure, Settings(text, of: procedure))
  }

  func remember(in gimp: any Gimp) { gimp.rememberInSession(procedure.name + "\n" + settings.text, as: Self.name) }
}

/// Procedures that call others.
extension LayerCall {
  /// The last call with a new seed and one result.
  func again(in gimp: any Gimp) throws -> [Layer] {
    guard var last = LastCall(in: gimp), case .layer(let work) = last.procedure.kind else {
      throw ShellError.nothingToRepeat
    }
    if last.settings.growsImage, let layer = Grown.layer(of: image, in: gimp) {
      throw ShellError.grownAlready(layer: gimp.name(of: layer))
    }
    last.settings.seed = nil
    last.settings[.variants] = .number(1)
    return try last.procedure.perform(work, withoutDialog, with: last.settings, in: gimp)
  }

  /// A procedure that is named, with options that are named.
  func byName(in gimp: any Gimp) throws -> [Layer] {
    guard arguments.count == 2, case .text(let name) = arguments[0], case .text(let options) = arguments[1] else {
      throw ShellError.argumentCount(
        procedure: Procedure.byName.name, expected: Procedure.byName.ownOffset + 2,
        found: Procedure.byName.ownOffset + arguments.count)
    }
    let procedure = try Procedure(named: name)
    guard case .layer(let work) = procedure.kind else { throw ShellError.unknownProcedure(name) }
    return try procedure.perform(work, withoutDialog, with: Settings(named: options, of: procedure), in: gimp)
  }

  private var withoutDialog: LayerCall {
    LayerCall(mode == .nonInteractive ? .nonInteractive : .lastValues, image, items, [])
  }
}

/// What has made an image larger: a further try would make it larger still.
enum Grown {
  private static let note = "resshift-grown"

  /// Notes on a result, not yet in the image, that the image is so large with it.
  static func mark(_ layer: Layer, width: Int, height: Int, in gimp: any Gimp) {
    gimp.attach(note, "\(width)x\(height)", to: layer)
  }

  /// The result that has given the image its size; nil = there is none, or none any more.
  static func layer(of image: Image, in gimp: any Gimp) -> Layer? {
    let size = gimp.size(of: image)
    return gimp.allLayers(of: image).first { gimp.note(note, of: $0) == "\(size.width)x\(size.height)" }
  }
}
