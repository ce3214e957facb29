import CGimp2
import FilePaths
import GimpShell
import ResShift
import Wording

/// GIMP's question what this plug-in offers: registers every procedure.
@c(query)
public func query() {
  if let folder = Translations.folder { gimp_plugin_domain_register(Language.domain, folder) }
  if let folder = Translations.plugInFolder {
    let address = g_filename_to_uri("\(folder)/\(Procedure.helpFolder)", nil, nil)
    gimp_plugin_help_register(Procedure.helpDomain, address)
    g_free(address)
  }
  for procedure in Procedure.all { procedure.register() }
}

/// GIMP's call of one procedure. Return values: status, then what the procedure returns, or the message.
@c(run)
public func run(
  name: UnsafePointer<CChar>?, count: gint, parameters: UnsafePointer<GimpParam>?,
  returnCount: UnsafeMutablePointer<gint>?, returnValues: UnsafeMutablePointer<UnsafeMutablePointer<GimpParam>?>?
) {
  Translations.use()
  Restorer.readModelFiles()
  gegl_init(nil, nil)
  gimp_plugin_enable_precision()
  let outcome: Result<GimpParam?, ShellError>
  let name = name.map { String(cString: $0) } ?? ""
  let gimp = Gimp2()
  do {
    outcome = .success(
      try Procedure(named: name).perform(UnsafeBufferPointer(start: parameters, count: Int(count)), in: gimp))
  } catch {
    let error = ShellError(error)
    gimp.keepFailure(error, of: name)
    outcome = .failure(error)
  }
  // GIMP reads them after this function has returned, and the process ends soon after: never freed.
  let values = UnsafeMutablePointer<GimpParam>.allocate(capacity: 2)
  returnCount?.pointee = outcome.write(to: values)
  returnValues?.pointee = values
}

extension Procedure {
  /// Does its work; returns what GIMP gets.
  fileprivate func perform(_ parameters: UnsafeBufferPointer<GimpParam>, in gimp: Gimp2) throws -> GimpParam? {
    switch kind {
    case .layer, .relay:
      guard parameters.count >= ownOffset else { throw ShellError.tooFewArguments(procedure: name) }
      let call = LayerCall(
        RunMode(parameters[0].data.d_int32), Image(parameters[1].data.d_image), [Layer(parameters[2].data.d_drawable)],
        parameters.dropFirst(ownOffset).map(\.value))
      guard let layer = try perform(call, in: gimp).last else { return nil }
      return GimpParam(type: GIMP_PDB_LAYER, data: GimpParamData(d_layer: layer.id))
    case .files(let work):
      guard let mode = parameters.first else { throw ShellError.tooFewArguments(procedure: name) }
      let failures = try perform(
        work, RunMode(mode.data.d_int32), parameters.dropFirst(ownOffset).map(\.value), in: gimp)
      return GimpParam(type: GIMP_PDB_INT32, data: GimpParamData(d_int32: gint32(failures)))
    case .models:
      guard parameters.first?.data.d_int32 == gint32(GIMP_RUN_INTERACTIVE.rawValue) else {
        throw ShellError.needsWindow
      }
      ModelWindow.show(above: nil, gimp)
      return nil
    }
  }
}

extension RunMode {
  fileprivate init(_ mode: gint32) {
    switch GimpRunMode(rawValue: guint32(bitPattern: mode)) {
    case GIMP_RUN_NONINTERACTIVE: self = .nonInteractive
    case GIMP_RUN_WITH_LAST_VALS: self = .lastValues
    default: self = .interactive
    }
  }
}

extension GimpParam {
  /// An argument in the shell's terms. Names of files are bytes (`PathBytes`).
  fileprivate var value: Value {
    guard type == GIMP_PDB_STRING else { return .number(Int(data.d_int32)) }
    return .text(
      data.d_string.map { String(pathBytes: UnsafeRawBufferPointer(start: $0, count: strlen($0))) } ?? "")
  }
}

extension Result where Success == GimpParam?, Failure == ShellError {
  /// Fills GIMP's return values; returns how many there are.
  fileprivate func write(to values: UnsafeMutablePointer<GimpParam>) -> gint {
    func put(_ status: GimpPDBStatusType, _ second: GimpParam? = nil) -> gint {
      values[0] = GimpParam(type: GIMP_PDB_STATUS, data: GimpParamData(d_status: status))
      guard let second else { return 1 }
      values[1] = second
      return 2
    }
    switch self {
    case .success(let result): return put(GIMP_PDB_SUCCESS, result)
    case .failure(let error):
      let text = GimpParam(type: GIMP_PDB_STRING, data: GimpParamData(d_string: g_strdup(error.message.text)))
      return switch error.status {
      case .callingError: put(GIMP_PDB_CALLING_ERROR, text)
      case .executionError: put(GIMP_PDB_EXECUTION_ERROR, text)
      case .cancelled: put(GIMP_PDB_CANCEL)
      }
    }
  }
}
