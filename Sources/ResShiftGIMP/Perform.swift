import CGimp
import Glibc
import ModelLibrary
import ResShift

extension Procedure {
  /// The whole of one call: arguments or dialog, checks, computation, new layer. Returns the new layer.
  func perform(_ parameters: UnsafeBufferPointer<GimpParam>) throws -> gint32 {
    guard parameters.count >= 3 else {
      throw PlugInError.calling("\(rawValue) needs at least run mode, image and drawable.")
    }
    let runMode = GimpRunMode(rawValue: guint32(bitPattern: parameters[0].data.d_int32))
    let (image, drawable) = (parameters[1].data.d_image, parameters[2].data.d_drawable)
    var source = try Source(image: image, drawable: drawable)
    if self == .inpaint && Selection.isEmpty(source.image) { throw PlugInError.emptySelection }
    if source.isIndexed && runMode != GIMP_RUN_INTERACTIVE { throw PlugInError.indexed(source.name) }

    let catalogue = ModelCatalogue(roots: Procedure.modelFolders)
    let settings: Settings
    switch runMode {
    case GIMP_RUN_NONINTERACTIVE: settings = try Settings(parameters, of: self)
    case GIMP_RUN_WITH_LAST_VALS: settings = Settings(lastOf: self)
    default:
      settings = try Dialog.ask(self, source, catalogue, initial: Settings(lastOf: self))
      settings.remember(for: self)
      // While the dialog was open the user may have changed the layer.
      guard gimp_image_is_valid(image) != 0 else { throw PlugInError.imageClosed(source.name) }
      guard gimp_item_is_valid(drawable) != 0 else { throw PlugInError.layerGone(source.name) }
      source = try Source(image: image, drawable: drawable)
    }
    let factor = self == .upscale ? settings.factor : nil
    let model = try catalogue.model(named: settings.model, for: task, factor: factor)
    let request = Request(
      source: source, settings: settings, model: model, seed: settings.drawSeed(),
      showsResult: runMode != GIMP_RUN_NONINTERACTIVE)
    let layer =
      switch self {
      case .upscale: try request.upscale()
      case .inpaint: try request.inpaint()
      case .restore: try request.restore()
      }
    if request.showsResult { gimp_displays_flush() }
    return layer
  }

  /// Where models are looked for: the environment, the user's data folder, the folder of the plug-in.
  static var modelFolders: [String] {
    ModelCatalogue.searchPath(
      programFolder: nil, plugInFolder: plugInFolder,
      environment: { name in getenv(name).map { String(cString: $0) } })
  }

  /// The folder of the running executable.
  private static var plugInFolder: String? {
    guard let path = realpath("/proc/self/exe", nil) else { return nil }
    defer { free(path) }
    let text = String(cString: path)
    return text.lastIndex(of: "/").map { String(text[..<$0]) }
  }
}
