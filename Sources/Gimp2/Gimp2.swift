import CGimp2
import FilePaths
import GimpShell
import Glibc
import ModelLibrary
import ResShift
import Wording

/// GIMP 2.10 in the shell's words. One file for each of its parts; all calls go to libgimp, on the main thread.
final class Gimp2: Gimp {}

// MARK: The session

extension Gimp2 {
  func tell(_ message: Message) { gimp_message(message.text) }

  func beginProgress(_ title: Message) { gimp_progress_init(title.text) }

  func showProgress(_ share: Double) { gimp_progress_update(share) }

  func tellProgress(_ text: Message) { gimp_progress_set_text(text.text) }

  var rates: MachineRates? { .ofThisUser }

  func ask(_ form: Form) -> Form? { FormDialog.ask(form, in: FormWindow(form), self) }

  var version: String { "GIMP " + (gimp_version().map { String(cString: $0) } ?? "2.10") }

  var settingsFolder: String { gimp_directory().map { String(cString: $0) } ?? "" }

  /// libgimp 2.10 passes the user's preference on to GEGL.
  var threads: Int {
    var value = GValue()
    g_value_init(&value, GType(6 << 2))  // G_TYPE_INT, a macro
    defer { g_value_unset(&value) }
    let configuration = gegl_config().map { UnsafeMutableRawPointer($0).assumingMemoryBound(to: GObject.self) }
    g_object_get_property(configuration, "threads", &value)
    return max(1, Int(g_value_get_int(&value)))
  }

  var lastError: String { gimp_get_pdb_error().map { String(cString: $0) } ?? ("no reason given" as Message).text }

  /// The environment, the user's data folder, the folder of the plug-in.
  var modelFolders: [String] {
    ModelCatalogue.searchPath(
      programFolder: nil, plugInFolder: Translations.plugInFolder,
      environment: { name in getenv(name).map { String(cString: $0) } })
  }

  /// GIMP 2.10 itself keeps nothing of what was chosen for longer than it runs.
  func remembered(_ name: String) -> String? { KeptTexts(in: settingsFolder).text(named: name + ".settings") }

  func remember(_ text: String, as name: String) {
    KeptTexts(in: settingsFolder).keep(text, named: name + ".settings")
  }

  func rememberedInSession(_ name: String) -> String? {
    let size = Int(gimp_procedural_db_get_data_size(name))
    guard size > 0 else { return nil }
    var bytes = [UInt8](repeating: 0, count: size)
    guard gimp_procedural_db_get_data(name, &bytes) != 0 else { return nil }
    return String(pathBytes: bytes)
  }

  func rememberInSession(_ text: String, as name: String) {
    let bytes = text.pathBytes
    gimp_procedural_db_set_data(name, bytes, guint32(bytes.count))
  }

  func silenceErrors() { gimp_plugin_set_pdb_error_handler(GIMP_PDB_ERROR_HANDLER_PLUGIN) }

  func call(_ procedure: String, _ image: Image, _ layer: Layer, _ arguments: [Value]) throws -> Layer {
    var parameters = [
      GimpParam(type: GIMP_PDB_INT32, data: GimpParamData(d_int32: gint32(GIMP_RUN_NONINTERACTIVE.rawValue))),
      GimpParam(type: GIMP_PDB_IMAGE, data: GimpParamData(d_image: image.id)),
      GimpParam(type: GIMP_PDB_DRAWABLE, data: GimpParamData(d_drawable: layer.id)),
    ]
    var texts: [UnsafeMutablePointer<CChar>?] = []
    defer { for text in texts { g_free(text) } }
    for argument in arguments {
      switch argument {
      case .number(let number):
        parameters.append(
          GimpParam(type: GIMP_PDB_INT32, data: GimpParamData(d_int32: gint32(truncatingIfNeeded: number))))
      case .text(let text):
        let copy = text.withPathBytes { g_strdup($0) }
        texts.append(copy)
        parameters.append(GimpParam(type: GIMP_PDB_STRING, data: GimpParamData(d_string: copy)))
      }
    }
    var count: gint = 0
    guard let values = gimp_run_procedure2(procedure, &count, gint(parameters.count), &parameters) else {
      throw ShellError.notRun(procedure: procedure, reason: lastError)
    }
    defer { gimp_destroy_params(values, count) }
    guard count >= 2, values[0].data.d_status == GIMP_PDB_SUCCESS else {
      throw ShellError.callFailed(reason: lastError)
    }
    return Layer(values[1].data.d_layer)
  }
}
