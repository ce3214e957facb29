import CGimp3
import GimpShell
import Wording

extension Procedure {
  /// What GIMP is told of the procedure, its place in the menu and its parameters.
  func makeProcedure(of plugIn: UnsafeMutablePointer<GimpPlugIn>?) -> UnsafeMutablePointer<GimpProcedure>? {
    let procedure: UnsafeMutablePointer<GimpProcedure>?
    switch kind {
    case .layer, .relay:
      // Run mode, image and drawables are GIMP's own parameters.
      procedure = gimp_image_procedure_new(plugIn, name, GIMP_PDB_PROC_TYPE_PLUGIN, runOnLayers, nil, nil)
      gimp_procedure_set_image_types(procedure, "RGB*, GRAY*, INDEXED*")
      gimp_procedure_set_sensitivity_mask(
        procedure,
        gint(GIMP_PROCEDURE_SENSITIVE_DRAWABLE.rawValue | GIMP_PROCEDURE_SENSITIVE_DRAWABLES.rawValue))
      // None is fine: when the procedure fails there is no layer.
      gimp_procedure_add_layer_return_value(
        procedure, "new-layer", "New layer", "The new layer; of several the last one", 1, G_PARAM_READWRITE)
      gimp_procedure_add_core_object_array_return_value(
        procedure, "new-layers", "New layers", "The new layers, one for each drawable and variant",
        gimp_layer_get_type(),
        G_PARAM_READWRITE)
    case .files:
      procedure = gimp_procedure_new(plugIn, name, GIMP_PDB_PROC_TYPE_PLUGIN, runOnFiles, nil, nil)
      addRunMode(to: procedure, GIMP_RUN_NONINTERACTIVE)
      gimp_procedure_add_int_return_value(
        procedure, "failures", "Failures", "How many pictures could not be done", 0, .max, 0, G_PARAM_READWRITE)
    case .models:
      procedure = gimp_procedure_new(plugIn, name, GIMP_PDB_PROC_TYPE_PLUGIN, runOnFiles, nil, nil)
      addRunMode(to: procedure, GIMP_RUN_INTERACTIVE)
    }
    gimp_procedure_set_documentation(procedure, blurb.text, help.text, name)
    gimp_procedure_set_attribution(procedure, Procedure.authors, Procedure.authors, year)
    if let menuLabel {
      gimp_procedure_set_menu_label(procedure, menuLabel.text)
      gimp_procedure_add_menu_path(procedure, Procedure.menuPath)
      if let folder = Translations.plugInFolder {
        let file = g_file_new_for_path("\(folder)/\(iconFile)")
        gimp_procedure_set_icon_file(procedure, file)
        g_object_unref(UnsafeMutableRawPointer(file))
      }
    }
    for parameter in parameters { add(parameter, to: procedure) }
    return procedure
  }

  private func addRunMode(to procedure: UnsafeMutablePointer<GimpProcedure>?, _ standard: GimpRunMode) {
    gimp_procedure_add_enum_argument(
      procedure, "run-mode", "Run mode", "The run mode", gimp_run_mode_get_type(), gint(standard.rawValue),
      G_PARAM_READWRITE)
  }

  private func add(_ parameter: Parameter, to procedure: UnsafeMutablePointer<GimpProcedure>?) {
    let (name, label, help) = (parameter.name, parameter.label?.text ?? parameter.name, parameter.help.text)
    switch parameter.kind {
    case .text, .model, .folder, .channel:
      gimp_procedure_add_string_argument(procedure, name, label, help, "", G_PARAM_READWRITE)
    case .choice(let choice):
      // A number, as in 2.10: where GIMP's own choices do not know a value they silently take their default.
      let values = choice.options.map(\.value)
      gimp_procedure_add_int_argument(
        procedure, name, label, help, gint(values.min() ?? 0), gint(values.max() ?? 0),
        gint(choice.standard), G_PARAM_READWRITE)
    case .number(let number):
      gimp_procedure_add_int_argument(
        procedure, name, label, help, gint(number.range.lowerBound), gint(number.range.upperBound),
        gint(number.standard), G_PARAM_READWRITE)
    case .seed:
      gimp_procedure_add_int_argument(procedure, name, label, help, -1, .max, -1, G_PARAM_READWRITE)
    }
  }
}

extension UnsafeMutablePointer<GimpProcedureConfig> {
  var runMode: GimpRunMode {
    var value = GValue()
    g_object_get_property(cast(self), "run-mode", &value)
    defer { g_value_unset(&value) }
    return GimpRunMode(rawValue: UInt32(bitPattern: g_value_get_enum(&value)))
  }
}
