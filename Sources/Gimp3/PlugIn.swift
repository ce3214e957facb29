import CGimp3
import GimpShell
import ResShift
import Wording

/// The whole plug-in, called by `main` with the arguments that GIMP gave the executable.
@c(resshift_gimp_main)
public func resshiftMain(count: CInt, arguments: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>?) -> CInt {
  Translations.use()
  Restorer.readModelFiles()
  return gimp_main(plugInType, count, arguments)
}

/// The subclass of GimpPlugIn that GIMP 3 wants.
private let plugInType: GType = g_type_register_static_simple(
  gimp_plug_in_get_type(), "ResShiftPlugIn", guint(MemoryLayout<GimpPlugInClass>.size),
  { type, _ in
    let plugIn = type?.assumingMemoryBound(to: GimpPlugInClass.self)
    // GIMP frees list and names.
    plugIn?.pointee.query_procedures = { plugIn in
      if let folder = Translations.plugInFolder {
        let file = g_file_new_for_path("\(folder)/\(Procedure.helpFolder)")
        gimp_plug_in_set_help_domain(plugIn, Procedure.helpDomain, file)
        g_object_unref(UnsafeMutableRawPointer(file))
      }
      return Procedure.all.reversed().reduce(nil) { list, procedure in g_list_prepend(list, g_strdup(procedure.name)) }
    }
    // When GIMP asks what there is, and before each run.
    plugIn?.pointee.create_procedure = { plugIn, name in
      guard let name, let procedure = try? Procedure(named: String(cString: name)) else { return nil }
      return procedure.makeProcedure(of: plugIn)
    }
    // NULL for the folder: `locale` beside the executable. GIMP complains of one that is not there.
    plugIn?.pointee.set_i18n = { _, _, domain, folder in
      guard let path = Translations.folder, access(path, R_OK) == 0 else { return 0 }
      domain?.pointee = g_strdup(Language.domain)
      folder?.pointee = nil
      return 1
    }
  },
  guint(MemoryLayout<GimpPlugIn>.size), nil, GTypeFlags(rawValue: 0))

// MARK: Runs

/// A call of a procedure that works on layers.
let runOnLayers: GimpRunImageFunc = { procedure, mode, image, drawables, configuration, _ in
  run(procedure) { own, gimp in
    guard let image = Image(image) else { throw ShellError.itemMissing }
    let items =
      drawables.map {
        UnsafeMutableRawPointer($0).assumingMemoryBound(to: UnsafeMutablePointer<GimpItem>?.self).layers
      } ?? []
    let call = LayerCall(RunMode(mode), image, items, configuration?.arguments(of: own) ?? [])
    return .layers(try own.perform(call, in: gimp))
  } configuration: {
    configuration
  }
}

/// A call of any other procedure.
let runOnFiles: GimpRunFunc = { procedure, configuration, _ in
  run(procedure) { own, gimp in
    switch own.kind {
    case .files(let work):
      let mode = configuration.map { RunMode($0.runMode) } ?? .nonInteractive
      return .number(try own.perform(work, mode, configuration?.arguments(of: own) ?? [], in: gimp))
    case .models:
      guard configuration?.runMode == GIMP_RUN_INTERACTIVE else { throw ShellError.needsWindow }
      ModelWindow.show(above: nil, gimp)
      return .nothing
    case .layer, .relay: throw ShellError.itemMissing
    }
  } configuration: {
    configuration
  }
}

private enum Outcome {
  case layers([Layer])
  case number(Int)
  case nothing
}

/// Does the work of a procedure and makes of it what GIMP gets: status, then the result, or the message.
private func run(
  _ procedure: UnsafeMutablePointer<GimpProcedure>?, _ work: (Procedure, Gimp3) throws -> Outcome,
  configuration: () -> UnsafeMutablePointer<GimpProcedureConfig>?
) -> OpaquePointer? {
  gegl_init(nil, nil)
  let name = gimp_procedure_get_name(procedure).map { String(cString: $0) } ?? ""
  let gimp = Gimp3(procedure, configuration())
  do {
    let outcome = try work(try Procedure(named: name), gimp)
    let values = gimp_procedure_new_return_values(procedure, GIMP_PDB_SUCCESS, nil)
    switch outcome {
    case .layers(let layers):
      // The last one lies uppermost of those that were done in one place.
      g_value_set_object(gimp_value_array_index(values, 1), layers.last?.item)
      set(gimp_value_array_index(values, 2), layers)
    case .number(let number): g_value_set_int(gimp_value_array_index(values, 1), gint(number))
    case .nothing: break
    }
    return values
  } catch {
    let error = ShellError(error)
    gimp.keepFailure(error, of: name)
    // GIMP takes the error.
    let reason = error.message.text.withCString { g_error_new_literal(gimp_plug_in_error_quark(), 0, $0) }
    switch error.status {
    case .callingError: return gimp_procedure_new_return_values(procedure, GIMP_PDB_CALLING_ERROR, reason)
    case .executionError: return gimp_procedure_new_return_values(procedure, GIMP_PDB_EXECUTION_ERROR, reason)
    case .cancelled:
      g_error_free(reason)
      return gimp_procedure_new_return_values(procedure, GIMP_PDB_CANCEL, nil)
    }
  }
}

/// Fills a return value for layers.
private func set(_ value: UnsafeMutablePointer<GValue>?, _ layers: [Layer]) {
  var items = layers.map { $0.item.map(UnsafeMutableRawPointer.init) } + [nil]
  items.withUnsafeMutableBufferPointer { items in
    // GIMP copies the array, which ends with NULL.
    g_value_set_boxed(value, items.baseAddress)
  }
}

extension RunMode {
  fileprivate init(_ mode: GimpRunMode) {
    switch mode {
    case GIMP_RUN_NONINTERACTIVE: self = .nonInteractive
    case GIMP_RUN_WITH_LAST_VALS: self = .lastValues
    default: self = .interactive
    }
  }
}
