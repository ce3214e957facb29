import CGimp2
import GimpShell
import Wording

extension Procedure {
  /// What GIMP is told of a parameter: type, name, description.
  private typealias Definition = (type: GimpPDBArgType, name: String, description: String)

  /// Tells GIMP about the procedure and its place in the menu: in English, as GIMP translates by itself what it shows.
  func register() {
    let parameters = Procedure.definitions(
      ownFrame
        + listedParameters.map { ($0.isText ? GIMP_PDB_STRING : GIMP_PDB_INT32, $0.name, $0.help.text) })
    let results = Procedure.definitions(self.results)
    gimp_install_procedure(
      name, blurb.text, help.text, Procedure.authors, Procedure.licence, year, menuLabel?.text, imageTypes, GIMP_PLUGIN,
      gint(parameters.count), gint(results.count), parameters.baseAddress, results.baseAddress)
    guard menuLabel != nil else { return }
    gimp_plugin_menu_register(name, Procedure.menuPath)
    guard let folder = Translations.plugInFolder else { return }
    // A path, ending with its null.
    let path = "\(folder)/\(iconFile)".utf8CString.map { UInt8(bitPattern: $0) }
    gimp_plugin_icon_register(name, GIMP_ICON_TYPE_IMAGE_FILE, path)
  }

  /// The parameters that come before its own.
  private var ownFrame: [Definition] {
    func runMode(_ values: String) -> Definition { (GIMP_PDB_INT32, "run-mode", values) }
    let anyMode = runMode("{ RUN-INTERACTIVE (0), RUN-NONINTERACTIVE (1), RUN-WITH-LAST-VALS (2) }")
    return switch kind {
    case .layer, .relay:
      [
        anyMode,
        (GIMP_PDB_IMAGE, "image", "The image"),
        (GIMP_PDB_DRAWABLE, "drawable", "The layer to work on; a layer mask stands for its layer"),
      ]
    case .files: [anyMode]
    case .models: [runMode("{ RUN-INTERACTIVE (0) }")]
    }
  }

  private var results: [Definition] {
    switch kind {
    case .layer, .relay: [(GIMP_PDB_LAYER, "new-layer", "The new layer")]
    case .files: [(GIMP_PDB_INT32, "failures", "How many pictures could not be done")]
    case .models: []
    }
  }

  private var imageTypes: String? {
    switch kind {
    case .layer, .relay: "RGB*, GRAY*, INDEXED*"
    case .files, .models: nil
    }
  }

  /// C's form of definitions, NULL for none; lives as long as the process, which ends after registering.
  private static func definitions(_ definitions: [Definition]) -> UnsafeBufferPointer<GimpParamDef> {
    if definitions.isEmpty { return UnsafeBufferPointer(start: nil, count: 0) }
    let buffer = UnsafeMutableBufferPointer<GimpParamDef>.allocate(capacity: definitions.count)
    for (index, definition) in definitions.enumerated() {
      buffer[index] = GimpParamDef(
        type: definition.type, name: g_strdup(definition.name), description: g_strdup(definition.description))
    }
    return UnsafeBufferPointer(buffer)
  }
}
