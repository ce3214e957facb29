import CGimp3
import FilePaths
import GimpShell
import Glibc
import ModelLibrary
import ResShift
import Wording

/// GIMP 3 in the shell's words. One file for each of its parts; all calls go to libgimp, on the main thread.
final class Gimp3: Gimp {
  let procedure: UnsafeMutablePointer<GimpProcedure>?
  /// The arguments of this call, which GIMP has filled with the last values where it asks the user; not ours to keep.
  let configuration: UnsafeMutablePointer<GimpProcedureConfig>?

  init(_ procedure: UnsafeMutablePointer<GimpProcedure>?, _ configuration: UnsafeMutablePointer<GimpProcedureConfig>?) {
    (self.procedure, self.configuration) = (procedure, configuration)
  }

  /// Copies of layers with live filters, their filters merged.
  var filtered: [Layer: Layer] = [:]

  deinit {
    // Those of images that were closed went with them.
    for copy in filtered.values where copy.item != nil { gimp_item_delete(copy.item) }
  }
}

// MARK: The session

extension Gimp3 {
  func tell(_ message: Message) { gimp_message(message.text) }

  func beginProgress(_ title: Message) { gimp_progress_init(title.text) }

  func showProgress(_ share: Double) { gimp_progress_update(share) }

  func tellProgress(_ text: Message) { gimp_progress_set_text(text.text) }

  var rates: MachineRates? { .ofThisUser }

  func ask(_ form: Form) -> Form? {
    FormDialog.ask(form, in: FormWindow(form, procedure, configuration), self)
  }

  var version: String { "GIMP " + (gimp_version().map { String(cString: $0) } ?? "3") }

  var settingsFolder: String { gimp_directory().map { String(cString: $0) } ?? "" }

  /// libgimp passes the user's preference on to GEGL.
  var threads: Int {
    var value = GValue()
    g_object_get_property(cast(gegl_config()), "threads", &value)
    defer { g_value_unset(&value) }
    return max(1, Int(g_value_get_int(&value)))
  }

  var lastError: String {
    let error = gimp_pdb_get_last_error(gimp_get_pdb()).map { String(cString: $0) } ?? ""
    return error.isEmpty ? ("no reason given" as Message).text : error
  }

  /// The environment, the user's data folder, the folder of the plug-in.
  var modelFolders: [String] {
    ModelCatalogue.searchPath(
      programFolder: nil, plugInFolder: Translations.plugInFolder,
      environment: { name in getenv(name).map { String(cString: $0) } })
  }

  /// What GIMP has remembered in the arguments of this call, as the shell would have written it; under names that are no
  /// procedure's in a file.
  func remembered(_ name: String) -> String? {
    guard let procedure = try? Procedure(named: name) else {
      return KeptTexts(in: settingsFolder).text(named: name + ".settings")
    }
    guard let configuration else { return nil }
    return try? Settings(configuration.arguments(of: procedure), of: procedure).text
  }

  /// GIMP remembers the arguments of this call if it succeeds.
  func remember(_ text: String, as name: String) {
    guard let procedure = try? Procedure(named: name) else {
      return KeptTexts(in: settingsFolder).keep(text, named: name + ".settings")
    }
    guard let configuration else { return }
    configuration.set(Settings(text, of: procedure), of: procedure)
  }

  func rememberedInSession(_ name: String) -> String? {
    guard let note = gimp_get_parasite(name) else { return nil }
    defer { gimp_parasite_free(note) }
    var size: guint32 = 0
    guard let data = gimp_parasite_get_data(note, &size) else { return nil }
    return String(pathBytes: UnsafeRawBufferPointer(start: data, count: Int(size)))
  }

  func rememberInSession(_ text: String, as name: String) {
    let bytes = text.pathBytes
    let note = gimp_parasite_new(name, 0, guint32(bytes.count), bytes)
    gimp_attach_parasite(note)
    gimp_parasite_free(note)
  }

  /// GIMP 3 leaves it to plug-ins to tell of failed calls.
  func silenceErrors() { gimp_plug_in_set_pdb_error_handler(gimp_get_plug_in(), GIMP_PDB_ERROR_HANDLER_PLUGIN) }

  func call(_ procedure: String, _ image: Image, _ layer: Layer, _ arguments: [Value]) throws -> Layer {
    guard let called = gimp_pdb_lookup_procedure(gimp_get_pdb(), procedure),
      let configuration = gimp_procedure_create_config(called), let own = try? Procedure(named: procedure)
    else { throw ShellError.notRun(procedure: procedure, reason: lastError) }
    defer { g_object_unref(configuration) }
    configuration.set("image", object: image.object.map(UnsafeMutableRawPointer.init))
    var drawables: [UnsafeMutableRawPointer?] = [layer.item.map(UnsafeMutableRawPointer.init), nil]
    drawables.withUnsafeMutableBufferPointer { drawables in
      guard let start = drawables.baseAddress else { return }
      gimp_procedure_config_set_core_object_array(
        configuration, "drawables",
        UnsafeMutableRawPointer(start).assumingMemoryBound(to: UnsafeMutablePointer<GObject>?.self), 1)
    }
    for (parameter, value) in zip(own.parameters, arguments) { configuration.set(parameter.name, value) }
    guard let values = gimp_procedure_run_config(called, configuration) else {
      throw ShellError.notRun(procedure: procedure, reason: lastError)
    }
    defer { gimp_value_array_unref(values) }
    let status = GimpPDBStatusType(UInt32(bitPattern: g_value_get_enum(gimp_value_array_index(values, 0))))
    guard status == GIMP_PDB_SUCCESS, gimp_value_array_length(values) > 1,
      let result = Layer(g_value_get_object(gimp_value_array_index(values, 1))?.assumingMemoryBound(to: GimpItem.self))
    else { throw ShellError.callFailed(reason: lastError) }
    return result
  }
}
