import CGimp
import ModelLibrary
import ResShift

/// The procedures of the plug-in; the raw values are their names in GIMP's procedure database.
enum Procedure: String, CaseIterable {
  case upscale = "plug-in-resshift-upscale"
  case inpaint = "plug-in-resshift-inpaint"
  case restore = "plug-in-resshift-restore"

  init(calledAs name: UnsafePointer<CChar>?) throws {
    let name = name.map { String(cString: $0) } ?? ""
    guard let procedure = Procedure(rawValue: name) else {
      throw PlugInError.calling("ResShift has no procedure “\(name)”.")
    }
    self = procedure
  }

  var task: ModelTask {
    switch self {
    case .upscale: .superResolution
    case .inpaint: .inpainting
    case .restore: .restoration
    }
  }

  /// Its entry in Filters > Enhance > ResShift, with the mnemonic marked.
  var menuLabel: String {
    switch self {
    case .upscale: "_Upscale..."
    case .inpaint: "_Inpaint..."
    case .restore: "_Restore..."
    }
  }

  private var blurb: String {
    switch self {
    case .upscale: "Enlarge a picture and restore its detail with the ResShift diffusion model"
    case .inpaint: "Fill the selection with the ResShift diffusion model"
    case .restore: "Restore a picture or the selected faces with the ResShift diffusion model"
    }
  }

  private var help: String {
    switch self {
    case .upscale:
      """
      Enlarges the drawable by factor, at most by the model's own scale. Output 0 scales the image and adds the \
      result as a new layer, 1 makes a new image, 2 keeps the size and adds finer detail. Outputs 1 and 2 work on the \
      selection's bounding box, if there is a selection.
      """
    case .inpaint:
      """
      The selection is the hole. The fill becomes a new layer above the drawable with the selection as its layer mask; \
      nothing outside the selection changes.
      """
    case .restore:
      """
      The result becomes a new layer of the same size above the drawable. With a face model every island of the \
      selection is one face; other models restore the selection or the whole layer.
      """
    }
  }

  /// A parameter in GIMP's terms.
  typealias Parameter = (type: GimpPDBArgType, name: String, description: String)

  /// The parameters after run mode, image and drawable, in order.
  var ownParameters: [Parameter] {
    let model: Parameter = (GIMP_PDB_STRING, "model", "Name of a model, or path of a model.json; \"\" = default")
    let seed: Parameter = (GIMP_PDB_INT32, "seed", "The same seed gives the same picture; -1 = random")
    switch self {
    case .upscale:
      return [
        model, (GIMP_PDB_INT32, "factor", "Enlargement: 2, 3 or 4"),
        (GIMP_PDB_INT32, "output", "0 = scale this image and add a layer, 1 = new image, 2 = same size, finer detail"),
        seed,
      ]
    case .inpaint, .restore: return [model, seed]
    }
  }

  /// Tells GIMP about the procedure and its place in the menu.
  func register() {
    let common: [Parameter] = [
      (GIMP_PDB_INT32, "run-mode", "{ RUN-INTERACTIVE (0), RUN-NONINTERACTIVE (1), RUN-WITH-LAST-VALS (2) }"),
      (GIMP_PDB_IMAGE, "image", "The image"),
      (GIMP_PDB_DRAWABLE, "drawable", "The layer to work on; a layer mask stands for its layer"),
    ]
    let parameters = Procedure.definitions(common + ownParameters)
    let results = Procedure.definitions([(GIMP_PDB_LAYER, "new-layer", "The new layer")])
    gimp_install_procedure(
      rawValue, blurb, help, "The ResShift for GIMP authors", "GPL-3.0-or-later", "2025", menuLabel,
      "RGB*, GRAY*, INDEXED*", GIMP_PLUGIN, gint(parameters.count), gint(results.count), parameters.baseAddress,
      results.baseAddress)
    gimp_plugin_menu_register(rawValue, "<Image>/Filters/Enhance/ResShift")
  }

  /// C's form of parameters; lives as long as the process, which ends after registering.
  static func definitions(_ parameters: [Parameter]) -> UnsafeBufferPointer<GimpParamDef> {
    let buffer = UnsafeMutableBufferPointer<GimpParamDef>.allocate(capacity: parameters.count)
    for (index, parameter) in parameters.enumerated() {
      buffer[index] = GimpParamDef(
        type: parameter.type, name: g_strdup(parameter.name), description: g_strdup(parameter.description))
    }
    return UnsafeBufferPointer(buffer)
  }
}
